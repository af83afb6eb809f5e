"""Normalize URLs: `canonical_url` to compare pages, `address_of` for parts of them, `url_from_input` for forms.

Called by feeds/identity.py (ids of entries without one), ingest/store.py (one document for an item in two feeds),
services/sources.py and query_tools/explain.py. Pure; no input raises.
"""

import re
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from monitoring.content.redirects import unwrap_redirect
from monitoring.content.scrub import scrub

# Parameters that identify where a reader comes from, not the page.
_TRACKING = frozenset(
    {
        # Click ids that advertising networks append: Meta, Google, Microsoft, X, TikTok, LinkedIn, Yandex, Instagram.
        "fbclid", "gclid", "gclsrc", "dclid", "gbraid", "wbraid", "msclkid", "twclid", "ttclid", "li_fat_id",
        "yclid", "igshid", "igsh", "srsltid",
        # Mailing and marketing tools: Mailchimp, HubSpot, Marketo, Vero, Omeda, Adobe, Sailthru.
        "mc_cid", "mc_eid", "_hsenc", "_hsmi", "hsctatracking", "mkt_tok", "vero_id", "oly_anon_id", "oly_enc_id",
        "s_cid", "cmpid", "ncid", "_openstat",
        # AT Internet / Piano and its older xtor, on most French media sites.
        "xtor", "xtref", "xts",
        # Feed and share buttons.
        "ref_src", "ref_url", "feature_share", "spref", "share_source", "sharesource", "wt_mc", "guccounter",
        "guce_referrer", "guce_referrer_sig", "smid", "ocid", "soc_src", "soc_trk",
    }
)  # fmt: skip
# Google Analytics, Matomo, AT Internet, HubSpot ads, Piwik's older names.
_TRACKING_PREFIXES = ("utm_", "mtm_", "pk_", "piwik_", "matomo_", "at_", "hsa_", "ga_", "__twitter")
# Parameters such as `source` may identify the page on other hosts, but not on these.
_TRACKING_BY_HOST = {
    "medium.com": frozenset({"source", "sk"}),
    "youtube.com": frozenset({"feature", "si", "pp", "ab_channel"}),
    "youtu.be": frozenset({"si", "feature"}),
    "x.com": frozenset({"s", "t"}),
    "twitter.com": frozenset({"s", "t"}),
    "news.google.com": frozenset({"oc", "hl", "gl", "ceid"}),
    "reddit.com": frozenset({"share_id", "rdt"}),
    "linkedin.com": frozenset({"trk", "lipi"}),
}
# Fragments that say where a reader comes from: of AT Internet, Echobox and the parameters above.
_TRACKING_FRAGMENT = re.compile(r"[?&]?(?:xtor|echobox|ref|link_time|utm_\w+|at_\w+|mtm_\w+|pk_\w+)=|:~:", re.I)
_MOBILE_HOSTS = {"m.youtube.com": "youtube.com", "m.facebook.com": "facebook.com", "old.reddit.com": "reddit.com"}

# Characters that need no escape in a path or a query (RFC 3986 unreserved and sub-delims).
_PATH_SAFE = "/:@!$&'()*+,;=-._~"
_DEFAULT_PORTS = {80, 443, None}
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_NOTHING_TO_ESCAPE = re.compile(rf"[A-Za-z0-9{re.escape(_PATH_SAFE)}]*")
_WRAPPED = re.compile(r"\s*[\r\n\t]+\s*")
# "feed://site", "feed:https://site", and the podcast applications' "itpc" and "pcast".
_READER_SCHEME = re.compile(r"(?:(?:feeds?|itpcs?|pcasts?|podcast|rss):(?://)?)+(?=\S)", re.I)
_WITH_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.I)
_UNRESERVED = re.compile(r"[A-Za-z0-9\-._~]")


def canonical_url(url: str) -> str:
    """Return one spelling for all URLs of a page; "" if it is no HTTP URL with a host.

    The scheme is always http, since sites move to https while their feeds keep the old links.
    """
    try:
        parts = urlsplit(unwrap_redirect(_WRAPPED.sub("", scrub(url).strip())))
        host, port = _host(parts.hostname or ""), parts.port
    except ValueError:
        return ""
    if parts.scheme.lower() not in ("http", "https") or not host:
        return ""
    path = _path(parts.path)
    query = _query(parts.query, host)
    fragment = f"#{_escape(parts.fragment)}" if parts.fragment.startswith(("!", "/")) else ""
    netloc = host if port in _DEFAULT_PORTS else f"{host}:{port}"
    return f"http://{netloc}{path}{'?' + query if query else ''}{fragment}"


def address_of(url: str) -> str:
    """Return one spelling for all URLs of a part of a page: `canonical_url` with its fragment. Other texts stay.

    Only the entries of one source differ by fragments: across sources, the same item has "#comments" or none.
    """
    canonical = canonical_url(url)
    if not canonical:
        return url
    fragment = fragment_of(url)
    return f"{canonical}#{fragment}" if fragment and "#" not in canonical else canonical


def fragment_of(url: str) -> str:
    """Return the fragment of a URL in one spelling; "" for none and for one that only tracks readers."""
    fragment = unwrap_redirect(url).partition("#")[2].strip()
    return "" if _TRACKING_FRAGMENT.match(fragment) else _escape(fragment)


def _host(host: str) -> str:
    """Return the host in lower case and punycode, without final dot and leading "www." (unless it is "www.fr")."""
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError:
            return ""
    host = host.lower().strip(".")
    if ":" in host:
        return f"[{host}]"
    if not re.fullmatch(r"[a-z0-9_.-]+", host) or ".." in host:
        return ""
    while host.startswith("www.") and "." in host[4:].strip("."):
        host = host[4:].lstrip(".")
    return _MOBILE_HOSTS.get(host, host)


def _path(path: str) -> str:
    segments = _escape(re.sub(r"/{2,}", "/", path)).rstrip("/")
    return re.sub(r"(?:/(?:index\.(?:html?|php)|amp))+$", "", segments)


def _query(query: str, host: str) -> str:
    if not query:
        return ""
    by_host = next(
        (names for suffix, names in _TRACKING_BY_HOST.items() if _is_host_or_subdomain(host, suffix)), frozenset()
    )
    kept = [
        (name, value)
        for name, value in parse_qsl(query, keep_blank_values=True, errors="replace")
        if not _is_tracking(name.lower(), by_host)
    ]
    return urlencode(sorted(kept), quote_via=quote, safe="-._~")


def _is_host_or_subdomain(host: str, suffix: str) -> bool:
    return host == suffix or host.endswith("." + suffix)


def _is_tracking(name: str, by_host: frozenset[str]) -> bool:
    return name in _TRACKING or name in by_host or name.startswith(_TRACKING_PREFIXES)


def _escape(text: str) -> str:
    """Spell each character one way: unreserved ones unescaped, others as %XX in capitals; escaped delimiters stay."""
    if _NOTHING_TO_ESCAPE.fullmatch(text):  # most URLs, in a tenth of the time
        return text

    def normalized(match: re.Match[str]) -> str:
        character = chr(int(match[1], 16))
        return character if _UNRESERVED.fullmatch(character) else match[0].upper()

    pieces = _ESCAPE.split(text)
    bare = "".join(
        quote(piece, safe=_PATH_SAFE, errors="replace") if n % 2 == 0 else f"%{piece}"
        for n, piece in enumerate(pieces)
    )
    return _ESCAPE.sub(normalized, bare)


def url_from_input(text: str) -> str:
    """Return the URL that a person typed or pasted: trimmed, with a scheme, the schemes of feed readers replaced."""
    url = _READER_SCHEME.sub("", text.strip())
    if url.startswith("//"):
        return f"https:{url}"
    return url if _WITH_SCHEME.match(url) else f"https://{url}"


def host_of(url: str) -> str:
    """Return the host of a URL; "" for a URL without one, or one that cannot be parsed such as "http://[x"."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
