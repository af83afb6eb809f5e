"""How a source is doing, in the reader's words: the codes of the door and of the parser, each with what to do.

Called by the Sources page, the API and digests. The codes are those of monitoring/http/records.py and
monitoring/feeds/errors.py; a test checks that each has its words here.
"""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Words:
    """`what` happened and what to `do`, both one sentence, translated when shown."""

    what: str
    do: str


WAIT = _("No action needed. Vigie will keep retrying, less and less often.")
CHECK = _("Open the URL in a browser to check it.")
OTHER = _("Look for another feed on this site.")

WORDS: dict[str, Words] = {
    "bad_url": Words(
        _("This URL can’t be fetched."),
        _("Use a URL that starts with https:// or http://, on a standard port."),
    ),
    "private_address": Words(
        _("This URL points to a private network, which Vigie doesn’t access."),
        _("If it’s yours, ask your server admin to add its host to FETCH_ALLOWED_HOSTS."),
    ),
    "dns": Words(_("No site was found at this domain, or its DNS server isn’t responding."), CHECK),
    "connect": Words(_("Couldn’t connect to the site."), WAIT),
    "tls": Words(_("The site’s certificate isn’t trusted."), _("Contact the site’s owner, or try its http:// URL.")),
    "timeout": Words(_("The site took too long to respond."), WAIT),
    "too_large": Words(_("The response is too large for a feed."), OTHER),
    "too_many_redirects": Words(_("Too many redirects."), CHECK),
    "redirect_loop": Words(_("The URL redirects in a loop."), CHECK),
    "bad_redirect": Words(_("The URL redirects to something that isn’t a web address."), CHECK),
    "decode": Words(_("The response is compressed in a format Vigie can’t read."), WAIT),
    "protocol": Words(_("The response was cut off or isn’t valid HTTP."), WAIT),
    "forbidden": Words(
        _("The site denies access to this URL (401 or 403)."), _("Look for a public feed on this site.")
    ),
    "not_found": Words(_("Nothing was found at this URL (404)."), CHECK),
    "gone": Words(_("The site says this feed is permanently gone (410)."), OTHER),
    "rate_limited": Words(_("The site is rate-limiting requests (429)."), WAIT),
    "unavailable": Words(_("The site is temporarily unavailable (503)."), WAIT),
    "server_error": Words(_("The site returned a server error (5xx)."), WAIT),
    "http_error": Words(_("The site returned an unexpected status code."), CHECK),
    "empty": Words(_("The response is empty."), WAIT),
    "html_page": Words(
        _("This is a web page, and no feed was found on it."),
        _("Look for an RSS or Atom link on the site and paste it here."),
    ),
    "not_a_feed": Words(
        _("This is neither a feed nor a web page that links to one."),
        _("Look for an RSS or Atom link on the site and paste it here."),
    ),
    "unreadable": Words(
        _("The feed is malformed and can’t be read."), _("Contact the site’s owner. Vigie will keep retrying.")
    ),
    "not_opml": Words(_("This isn’t an OPML file."), _("Export one from your feed reader and select it here.")),
    "xml_bomb": Words(_("The feed contains an XML bomb, so Vigie rejected it."), OTHER),
    "too_complex": Words(_("The feed is too complex to read safely."), OTHER),
    "unknown_platform": Words(
        _("This version of Vigie doesn’t support the source’s platform."),
        _("Delete the source, or ask your server admin to upgrade Vigie."),
    ),
}

UNKNOWN = Words(_("An unexpected error occurred."), WAIT)


def words(code: str) -> Words:
    """The words for an error code."""
    return WORDS.get(code, UNKNOWN)
