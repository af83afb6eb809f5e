"""How a source is doing, in the reader's words: the codes of the door and of the parser, each with what to do.

Called by the Sources page, the API and digests. The codes are those of monitoring/http/records.py and
monitoring/feeds/errors.py; a test checks that each has its words here.
"""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from monitoring.models import Source


@dataclass(frozen=True, slots=True)
class Words:
    """`what` happened and what to `do`, both one sentence, translated when shown."""

    what: str
    do: str


WAIT = _("Nothing to do: Vigie keeps trying, less and less often.")
CHECK = _("Open the address in a browser and check it.")
OTHER = _("Look for another feed of this site.")

WORDS: dict[str, Words] = {
    "bad_url": Words(
        _("This is not an address that can be fetched."),
        _("Paste one that begins with https:// or http://, with no unusual port."),
    ),
    "private_address": Words(
        _("This address is on a private network, which Vigie does not open."),
        _("If it is yours, ask the operator to add its host to FETCH_ALLOWED_HOSTS."),
    ),
    "dns": Words(_("There is no site under this name, or the name server does not answer."), CHECK),
    "connect": Words(_("The site does not accept connections."), WAIT),
    "tls": Words(
        _("The site's certificate cannot be trusted."), _("Tell the site's owner, or try its http:// address.")
    ),
    "timeout": Words(_("The site took too long to answer."), WAIT),
    "too_large": Words(_("The answer is larger than a feed may be."), OTHER),
    "too_many_redirects": Words(_("The address redirects too many times."), CHECK),
    "redirect_loop": Words(_("The address redirects in a circle."), CHECK),
    "bad_redirect": Words(_("The address redirects to something that is not a web address."), CHECK),
    "decode": Words(_("The answer is compressed in a way that cannot be read."), WAIT),
    "protocol": Words(_("The answer was cut short or is not a web answer."), WAIT),
    "forbidden": Words(
        _("The site refuses to show this address without signing in."), _("Look for a public feed of this site.")
    ),
    "not_found": Words(_("There is nothing at this address (404)."), CHECK),
    "gone": Words(_("The site says that this feed is gone for good (410)."), OTHER),
    "rate_limited": Words(_("The site asks for fewer requests (429)."), WAIT),
    "unavailable": Words(_("The site is out of service for now (503)."), WAIT),
    "server_error": Words(_("The site answers with an error of its own."), WAIT),
    "http_error": Words(_("The site answered with an unexpected status."), CHECK),
    "empty": Words(_("The answer is empty."), WAIT),
    "html_page": Words(
        _("This is a web page, not a feed, and no feed was found on it."),
        _("Look for an RSS or Atom link on the site and paste that."),
    ),
    "not_a_feed": Words(
        _("This is neither a feed nor a web page with one."),
        _("Look for an RSS or Atom link on the site and paste that."),
    ),
    "unreadable": Words(_("The feed is broken and cannot be read."), _("Tell the site's owner; Vigie keeps trying.")),
    "not_opml": Words(_("This is not an OPML file."), _("Export one from your feed reader and choose it here.")),
    "xml_bomb": Words(_("The feed is built to exhaust whoever reads it, and was refused."), OTHER),
    "too_complex": Words(_("The feed is nested too deeply to be read safely."), OTHER),
}

UNKNOWN = Words(_("Something unexpected went wrong."), WAIT)


def words(code: str) -> Words:
    """The words for an error code."""
    return WORDS.get(code, UNKNOWN)


def is_failing(source: Source) -> bool:
    """True where Vigie wants to hear this source and cannot."""
    return source.state == Source.State.STOPPED or (source.state == Source.State.ACTIVE and bool(source.error_code))
