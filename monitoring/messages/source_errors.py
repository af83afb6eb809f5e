"""Messages for the error codes of sources: what happened, and what to do about it.

In: a code of outbound/records.py, monitoring/feeds/errors.py or of a platform. Out: two translated sentences.
Called by the Sources page, the API, digests and commands; tests check that every code has a message.
"""

from django.utils.translation import gettext_lazy as _

from monitoring.messages.error_text import ErrorText
from monitoring.messages.platform_errors import PLATFORM_ERROR_TEXTS

WAIT = _("No action needed. Vigie will keep retrying, less and less often.")
CHECK = _("Open the URL in a browser to check it.")
OTHER = _("Look for another feed on this site.")

ERROR_TEXTS: dict[str, ErrorText] = {
    "bad_url": ErrorText(
        _("This URL can’t be fetched."),
        _("Use a URL that starts with https:// or http://, on a standard port."),
    ),
    "hidden_url": ErrorText(
        _("Part of this URL is hidden, so it can’t be fetched."), _("Enter the full URL, with its password or token.")
    ),
    "address_unreadable": ErrorText(
        _("The URL of this source can’t be decrypted: its key isn’t set anymore."),
        _("Ask your server admin to restore the key, or delete the source and add it again with its full URL."),
    ),
    "private_address": ErrorText(
        _("This URL points to a private network, which Vigie doesn’t access."),
        _("If it’s yours, ask your server admin to add its host to FETCH_ALLOWED_HOSTS."),
    ),
    "dns": ErrorText(_("No site was found at this domain, or its DNS server isn’t responding."), CHECK),
    "connect": ErrorText(_("Couldn’t connect to the site."), WAIT),
    "tls": ErrorText(
        _("The site’s certificate isn’t trusted."), _("Contact the site’s owner, or try its http:// URL.")
    ),
    "timeout": ErrorText(_("The site took too long to respond."), WAIT),
    "too_large": ErrorText(_("The response is too large for a feed."), OTHER),
    "too_many_redirects": ErrorText(_("Too many redirects."), CHECK),
    "redirect_loop": ErrorText(_("The URL redirects in a loop."), CHECK),
    "bad_redirect": ErrorText(_("The URL redirects to something that isn’t a web address."), CHECK),
    "decode": ErrorText(_("The response is compressed in a format Vigie can’t read."), WAIT),
    "protocol": ErrorText(_("The response was cut off or isn’t valid HTTP."), WAIT),
    "bot_wall": ErrorText(
        _("The site may be blocking automatic readers: it responded with a check for browsers instead of the feed."),
        _(
            "Look for the site’s official feed or API address, or ask its owner to allow Vigie’s user agent or IP "
            "address. Fewer checks may help too: Vigie now waits longer between them."
        ),
    ),
    "sign_in_required": ErrorText(
        _("The site requires signing in to read this URL (401)."),
        _("Look for a public feed, or add the name and password to the URL: https://name:password@…"),
    ),
    "proxy_sign_in_required": ErrorText(
        _("A proxy between Vigie and the site requires signing in (407)."),
        _("Ask your server admin to check the network settings."),
    ),
    "forbidden": ErrorText(
        _("The site denies access to this URL (403)."),
        _("Look for a public feed on this site, or ask its owner to allow Vigie’s user agent or IP address."),
    ),
    "legal_reasons": ErrorText(
        _("The site withholds this URL for legal reasons, possibly only in the server’s country (451)."), OTHER
    ),
    "not_found": ErrorText(_("Nothing was found at this URL (404)."), CHECK),
    "gone": ErrorText(_("The site says this feed is permanently gone (410)."), OTHER),
    "rate_limited": ErrorText(_("The site is rate-limiting requests (429)."), WAIT),
    "unavailable": ErrorText(_("The site is temporarily unavailable (503)."), WAIT),
    "server_error": ErrorText(_("The site returned a server error (5xx)."), WAIT),
    "http_error": ErrorText(_("The site returned an unexpected status code."), CHECK),
    "empty": ErrorText(_("The response is empty."), WAIT),
    "html_page": ErrorText(
        _("This is a web page, and no feed was found on it."),
        _("Look for an RSS or Atom link on the site and paste it here."),
    ),
    "sign_in_page": ErrorText(
        _("This URL leads to a sign-in page instead of a feed."),
        _("Look for a feed that opens without signing in, or check whether the site has moved its feed."),
    ),
    "not_a_feed": ErrorText(
        _("This is neither a feed nor a web page that links to one."),
        _("Look for an RSS or Atom link on the site and paste it here."),
    ),
    "unreadable": ErrorText(
        _("The feed is malformed and can’t be read."), _("Contact the site’s owner. Vigie will keep retrying.")
    ),
    "not_opml": ErrorText(_("This isn’t an OPML file."), _("Export one from your feed reader and select it here.")),
    "xml_bomb": ErrorText(_("The feed contains an XML bomb, so Vigie rejected it."), OTHER),
    "too_complex": ErrorText(
        _("The content is too large or too complex to read safely."),
        _("Look for a shorter feed on this site, or ask its owner for one."),
    ),
    "busy": ErrorText(
        _("Vigie was busy reading other large responses."), _("No action needed. Vigie will retry at the next check.")
    ),
    "unknown_platform": ErrorText(
        _("This version of Vigie doesn’t support the source’s platform."),
        _("Delete the source, or ask your server admin to upgrade Vigie."),
    ),
    **PLATFORM_ERROR_TEXTS,
}

UNKNOWN = ErrorText(_("An unexpected error occurred."), WAIT)


def error_text(code: str) -> ErrorText:
    """Return the text for an error code, a general one for an unknown code."""
    return ERROR_TEXTS.get(code, UNKNOWN)
