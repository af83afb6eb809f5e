"""Find the target in the redirect URLs of search engines and networks (Google Alerts, Bing, Facebook, Safe Links).

Called by urls.py and feeds/links.py. Pure; no input raises.
"""

import re
from base64 import urlsafe_b64decode
from urllib.parse import SplitResult, unquote_to_bytes, urlsplit

from monitoring.content.scrub import scrub

# Redirects to redirects are rare, longer chains are hostile.
_MAX_STEPS = 3

# By host and path, the parameters that may hold the target.
_WRAPPERS = (
    (re.compile(r"(?:news\.)?google(?:\.[a-z]{2,3}){1,2}"), re.compile(r"(?:/news)?/url"), ("url", "q")),
    (re.compile(r"bing\.com"), re.compile(r"/news/apiclick\.aspx", re.I), ("url",)),
    (re.compile(r"bing\.com"), re.compile(r"/ck/a"), ("u",)),
    (re.compile(r"duckduckgo\.com"), re.compile(r"/l/"), ("uddg",)),
    (re.compile(r"(?:l|lm)\.(?:facebook|instagram)\.com"), re.compile(r"/(?:l\.php)?"), ("u",)),
    (re.compile(r"facebook\.com"), re.compile(r"/(?:l|flx/warn/?)\.?(?:php)?"), ("u",)),
    (re.compile(r"youtube\.com"), re.compile(r"/redirect"), ("q",)),
    (re.compile(r"out\.reddit\.com"), re.compile(r"/.*"), ("url",)),
    (re.compile(r"linkedin\.com"), re.compile(r"/(?:safety/go|redir/redirect)"), ("url",)),
    (re.compile(r"(?:[\w-]+\.)*safelinks\.protection\.outlook\.com"), re.compile(r"/.*"), ("url",)),
    (re.compile(r"(?:href\.li|t\.umblr\.com)"), re.compile(r"/redirect"), ("z",)),
    (re.compile(r"vk\.com"), re.compile(r"/away\.php"), ("to",)),
)
# A part of each host above, to skip nearly all URLs quickly.
_NAMES = frozenset(
    "google bing duckduckgo facebook instagram youtube reddit linkedin safelinks href umblr vk yahoo".split()  # noqa: SIM905
)
_AMP_PAGE = re.compile(r"/amp/(s/)?((?:[\w-]+\.)+[a-z]{2,}/.*)", re.I)
_YAHOO_TARGET = re.compile(r"/RU=([^/]+)/RK=")
# The parameters that follow the target in a redirect of Google, which does not always escape the target's `&`.
_GOOGLE_END = re.compile(r"&(?:ct|cd|usg|sa|rct|ved|esrc|source|opi|cad|uact|ust)=")


def unwrap_redirect(url: str) -> str:
    """Return the target of a redirect URL, decoded once; any other URL as it is.

    The redirects of Google News do not contain their target.
    """
    for _ in range(_MAX_STEPS):
        _, _, rest = url.partition("://")
        if _NAMES.isdisjoint(rest.partition("/")[0].lower().split(".")) or not (target := _target(url)):
            break
        url = target
    return url


def _target(url: str) -> str:
    """Return the target in a redirect URL; "" if it has none, or one that is no HTTP URL with a host."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.")
        # Decoding may reveal characters that were escaped, such as %00.
        target = scrub(_wrapped(host, parts)).strip()
        is_page = urlsplit(target).scheme.lower() in ("http", "https") and urlsplit(target).hostname
    except ValueError:
        return ""
    return target if is_page else ""


def _wrapped(host: str, parts: SplitResult) -> str:
    if host.endswith("search.yahoo.com") and (found := _YAHOO_TARGET.search(parts.path)):
        return _decoded(found[1])
    is_google = re.fullmatch(r"google(?:\.[a-z]{2,3}){1,2}", host)
    if is_google and (page := _AMP_PAGE.fullmatch(parts.path)):
        return f"http{'s' if page[1] else ''}://{page[2]}{'?' + parts.query if parts.query else ''}"
    for hosts, paths, names in _WRAPPERS:
        if hosts.fullmatch(host) and paths.fullmatch(parts.path):
            return next(filter(None, (_parameter(parts.query, name) for name in names)), "")
    return ""


def _parameter(query: str, name: str) -> str:
    """Return the URL in a parameter, decoded once; "" if the parameter is missing."""
    found = re.search(rf"(?:^|&){name}=(.*)", query, re.S)
    if not found:
        return ""
    value = found[1]
    if not value.lower().startswith(("http://", "https://")) or _GOOGLE_END.search(value) is None:
        value = value.partition("&")[0]
    elif end := _GOOGLE_END.search(value):
        value = value[: end.start()]
    return _from_base64(value) if value.startswith("a1") else _decoded(value)


def _decoded(value: str) -> str:
    """Return a URL that was escaped for a query: unescaped once, or twice if its scheme is still escaped.

    A target with a plain `?` was never escaped.
    """
    if value.lower().startswith(("http://", "https://")) and "?" in value:
        return value
    once = _unquoted(value)
    return _unquoted(once) if re.match(r"https?%3a", once, re.I) else once


def _unquoted(value: str) -> str:
    try:
        return unquote_to_bytes(value).decode()
    except UnicodeDecodeError:  # escapes of another encoding, which belong to the target
        return re.sub(r"%([2-7][0-9A-Fa-f])", lambda escape: chr(int(escape[1], 16)), value)


def _from_base64(value: str) -> str:
    """Return the target of a Bing link: "a1" and base64 without padding."""
    try:
        return urlsafe_b64decode(value[2:] + "=" * (-len(value[2:]) % 4)).decode()
    except ValueError:
        return ""
