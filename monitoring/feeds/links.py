"""Read the links of feeds: a link as given to an absolute HTTP URL, or "" for what is no link. Pure.

Used by the parsers and by normalize.py. White space, escapes and slashes are read as browsers read them; a link
without a scheme is a host or a path, by its first part.
"""

import re
from urllib.parse import quote, urljoin, urlsplit

from monitoring.content.markup import unwrap_cdata
from monitoring.content.redirects import unwrap_redirect

# Browsers and servers accept about 2,000; longer ones are data.
MAX_URL = 4_000

_PERMALINK_STARTS = ("http://", "https://", "//", "/", "www.")
# Nearly all links: nothing to repair.
_REGULAR = re.compile(
    r"https?://[a-z0-9-]+(?:\.[a-z0-9-]+)*(?::[0-9]{1,4})?(?:[/?][\w/?&=.,:;@!$'()*+~#%-]*)?", re.A | re.I
)
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
# Texts that software writes in place of a missing link.
_PLACEHOLDERS = frozenset(
    {
        "n/a", "na", "n.a.", "n/d", "nd", "s/o", "null", "none", "nil", "undefined", "unknown", "void", "empty",
        "missing", "false", "true", "nan", "todo", "tbd", "aucun", "aucune", "inconnu", "vide", "sans",
        "-", "--", "—", ".", "#", "/#", "?", "0",
    }
)  # fmt: skip
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.I)
_AROUND = "\ufeff\u200b\xa0 \t\r\n\x0b\x0c<>\"'"
_DOUBLE_SCHEME = re.compile(r"https?:[/\\]*(?=https?:[/\\])", re.I)
_HTTP = re.compile(r"(https?):[/\\]*", re.I)
_LINE_BREAK = re.compile(r"\s*[\r\n\t]+\s*")
_BEFORE_LINK = re.compile(r"\s+(?=https?://)", re.I)
_AMPERSAND = re.compile(r"&(?:amp;|#0*38;|#x0*26;)+", re.I)
_HOST = re.compile(r"(?:[^\W_](?:[\w-]*[^\W_])?\.)+([^\W\d_]{2,24}|xn--[a-z0-9-]+)\.?(?::[0-9]{1,5})?", re.I)
# White space and signs that no URL has, and signs of percent that start no escape.
_INVALID = re.compile(r'[\s"<>\\^`{|}\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\ufeff]|%(?![0-9A-Fa-f]{2})')
_EMAIL = re.compile(r"[^\s/@]+@[^\s/@]+\.[^\s/@]+")
# Last parts of file names; "pl", "py" and "md" are also countries, and rather that.
_FILE_TYPES = frozenset(
    {
        "html", "htm", "shtml", "xhtml", "php", "phtml", "php3", "php5", "asp", "aspx", "ashx", "jsp", "jspx",
        "cfm", "cgi", "do", "xml", "rss", "rdf", "atom", "json", "txt", "pdf", "doc", "docx", "odt", "xls", "xlsx",
        "csv", "ppt", "pptx", "jpg", "jpeg", "png", "gif", "webp", "svg", "avif", "mp3", "mp4", "m4a", "ogg", "ogv",
        "oga", "webm", "wav", "flac", "zip", "gz", "tar", "epub", "ics", "js", "css",
    }
)  # fmt: skip
_COMMON_DOMAINS = frozenset(
    {
        "com", "org", "net", "edu", "gov", "mil", "int", "info", "biz", "name", "pro", "eu", "app", "dev", "blog",
        "news", "paris", "bzh", "online", "site", "tech", "store", "shop", "media", "press", "live", "social",
        "cloud", "world", "agency", "studio", "club", "life", "today", "xyz", "example", "test",
    }
)  # fmt: skip


def is_permalink(guid: str) -> bool:
    """Return whether a guid is the link of its entry: RSS makes that the default, also for guids such as "42"."""
    return guid.lower().startswith(_PERMALINK_STARTS)


def absolute_link(link: str, base: str) -> str:
    """Return an absolute HTTP URL, without search engines' redirects; "" for placeholders, ids, mail and scripts."""
    if (
        not _REGULAR.fullmatch(link)
        or "." not in link
        or "&amp;" in link
        or "&#" in link
        or ("%" in link and _BAD_ESCAPE.search(link))
    ):
        link = _repaired(link, base)
    target = unwrap_redirect(link)
    if target != link:
        link = _repaired(target, "") or link
    return link if len(link) <= MAX_URL else ""


def _repaired(link: str, base: str) -> str:
    link = _trimmed(link)
    if not link or _is_placeholder(link) or (" " in link and not re.search(r"[/.?]", link)):
        return ""
    try:
        return _valid(link if _HTTP.match(link) else _joined(link, base))
    except ValueError:
        return ""


def _is_placeholder(link: str) -> bool:
    return _HTTP.sub("", link.lower(), count=1).strip("/()[]") in _PLACEHOLDERS


def _trimmed(link: str) -> str:
    """Return the first link of a text, without line breaks as in browsers, and decoded if it was escaped twice."""
    if "[CDATA[" in link:
        link = unwrap_cdata(link)
    link = _LINE_BREAK.sub("", link.strip(_AROUND))
    links = _BEFORE_LINK.split(link)
    link = next(filter(_HTTP.match, links), link)
    return _DOUBLE_SCHEME.sub("", _AMPERSAND.sub("&", link).strip(_AROUND))


def _joined(link: str, base: str) -> str:
    """Return a link without scheme as an absolute one: by its first part a host, or a path of the base."""
    if re.match(r"[/\\]{2}", link):
        return ("http://" if base.lower().startswith("http:") else "https://") + link.lstrip("/\\")
    first = re.split(r"[/?#\\]", link, maxsplit=1)[0]
    if _is_host(first, link, base):
        return f"https://{link}"
    if _SCHEME.match(link) or _EMAIL.fullmatch(link):
        return ""
    path, rest = _split_path(link)
    return urljoin(base, path.replace("\\", "/") + rest)


def _is_host(first: str, link: str, base: str) -> bool:
    """Return whether the first part of a link without scheme is a host rather than a file or folder."""
    match = _HOST.fullmatch(first)
    if not match:
        return False
    name, last = first.lower(), match[1].lower()
    if name.startswith("www.") or name == urlsplit(base).hostname:
        return True
    if last in _FILE_TYPES:
        return False
    return len(last) == 2 or last in _COMMON_DOMAINS or len(link) > len(first)


def _valid(link: str) -> str:
    """Return an absolute HTTP URL with what is invalid in it escaped; "" for another scheme or without a host."""
    if not (scheme := _HTTP.match(link)):
        return ""
    path, rest = _split_path(link[scheme.end() :])
    host, slash, path = path.replace("\\", "/").partition("/")
    link = f"{scheme[1].lower()}://{host}{slash}{_escaped(path)}{_escaped(rest)}"
    parts = urlsplit(link)
    if parts.port is not None and not 0 < parts.port < 65536:
        return ""
    name = parts.hostname or ""
    is_host = re.fullmatch(r"[\w.-]*\w\.?|[0-9a-f:.]+", name) and ".." not in name and name not in ("http", "https")
    return link if is_host else ""


def _split_path(link: str) -> tuple[str, str]:
    """Return the part before the query and fragment, and these."""
    end = re.search(r"[?#]", link)
    return (link[: end.start()], link[end.start() :]) if end else (link, "")


def _escaped(text: str) -> str:
    return _INVALID.sub(lambda match: quote(match[0], safe=""), text)
