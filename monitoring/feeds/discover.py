"""The feeds that an HTML page names, and the addresses worth trying where it names none.

Comes from the "add a source" page and command, which fetch: a pasted address that answers with a page goes through
`discover`, then through `guesses`. Pure.
"""

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urljoin, urlsplit

from lxml import etree, html

# What a page may have in its head; a feed named after this much of it is not found.
_MAX_PAGE = 2_000_000
_MAX_FOUND = 20

_TYPES = {
    "application/rss+xml": "rss",
    "application/rdf+xml": "rss",
    "application/atom+xml": "atom",
    "application/feed+json": "json",
    "application/json": "json",
    "application/xml": "rss",
    "text/xml": "rss",
}
# Types that sites also use for what is no feed (an API, a sitemap): believed only where the address says so too.
_VAGUE_TYPES = frozenset({"application/json", "application/xml", "text/xml"})
_FEED_ADDRESS = re.compile(
    r"(?:/(?:feed|feeds|rss|atom)(?:/|\.xml|\.json|\.php)?$|\.(?:rss|atom|rdf)$|/(?:feed|rss|atom|index)\.(?:xml|rdf)$"
    r"|/feeds?/|[?&](?:feed|format|type)=(?:rss2?|atom|feed)\b|feed\.json$|feeds\.feedburner\.com/)",
    re.I,
)
_CHANNEL_ID = re.compile(
    rb"""(?:"(?:channelId|externalId)":"|/channel/|itemprop="channelId"\s+content=")(UC[\w-]{22})"""
)
_YOUTUBE_FEED = "https://www.youtube.com/feeds/videos.xml"
_YOUTUBE_HOSTS = frozenset({"youtube.com", "www.youtube.com", "m.youtube.com"})
_REDDIT_HOSTS = frozenset({"reddit.com", "www.reddit.com", "old.reddit.com", "new.reddit.com"})
_USUAL_PATHS = ("/feed/", "/rss", "/feed.xml", "/rss.xml", "/atom.xml", "/index.xml", "/feed.json")


@dataclass(frozen=True, slots=True)
class FoundFeed:
    """`type` is "rss", "atom", "json", or "" where only the feed itself will say."""

    url: str
    title: str = ""
    type: str = ""


def discover(body: bytes, url: str, content_type: str = "") -> list[FoundFeed]:
    """Best first: what the platform is known to offer, `<link rel=alternate>`, links that look like feeds."""
    found = _known_places(body, url)
    root = _document(body[:_MAX_PAGE], content_type)
    if root is not None:
        base = _base(root, url)
        found += _alternates(root, base) + _visible(root, base)
    unique = {feed.url: feed for feed in reversed(found)}
    return list(reversed(unique.values()))[:_MAX_FOUND]


def guesses(url: str) -> list[str]:
    """Addresses to try, in order, for a page that names no feed: its own folder's first, then the site's."""
    parts = _split(url)
    if parts is None:
        return []
    site = f"{parts.scheme}://{parts.netloc}"
    folder = parts.path.rstrip("/")
    if folder and "." not in folder.rpartition("/")[2]:
        tried = [f"{site}{folder}/feed/", f"{site}{folder}.rss", f"{site}{folder}/rss"]
    else:
        tried = []
    tried += [site + path for path in _USUAL_PATHS] + [f"{site}/?feed=rss2"]
    return list(dict.fromkeys(tried))


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return None
    return parts if parts.scheme in ("http", "https") and parts.netloc else None


def _known_places(body: bytes, url: str) -> list[FoundFeed]:
    """Platforms whose pages name no feed, or the wrong one, though they have it."""
    parts = _split(url)
    if parts is None:
        return []
    host, path = (parts.hostname or "").lower(), parts.path.rstrip("/")
    if host in _YOUTUBE_HOSTS:
        return _youtube(body, parts.path, parts.query)
    if host in _REDDIT_HOSTS and re.match(r"/(?:r|user|u)/[\w-]+", path):
        return [FoundFeed(f"https://www.reddit.com{path}/.rss", type="atom")]
    if re.fullmatch(r"/@[\w.-]+", path) and re.search(rb"mastodon|activitypub|activity\+json", body[:_MAX_PAGE], re.I):
        return [FoundFeed(f"{parts.scheme}://{parts.netloc}{path}.rss", type="rss")]
    return []


def _youtube(body: bytes, path: str, query: str) -> list[FoundFeed]:
    """A channel by its id in the address or, for handles, in the page; a playlist by its parameter."""
    if playlist := re.search(r"(?:^|&)list=([\w-]+)", query):
        return [FoundFeed(f"{_YOUTUBE_FEED}?playlist_id={playlist[1]}", type="atom")]
    channel = re.match(rb"/channel/(UC[\w-]{22})", path.encode("ascii", "ignore")) or _CHANNEL_ID.search(body)
    return [FoundFeed(f"{_YOUTUBE_FEED}?channel_id={channel[1].decode()}", type="atom")] if channel else []


def _document(body: bytes, content_type: str) -> html.HtmlElement | None:
    charset = re.search(r"charset=[\"']?([\w.:-]+)", content_type, re.I)
    for encoding in (charset and charset[1], None):
        try:
            parser = html.HTMLParser(encoding=encoding, no_network=True, huge_tree=False, remove_comments=True)
            return html.document_fromstring(body, parser=parser)
        except (LookupError, ValueError, AssertionError, etree.LxmlError):
            continue
    return None


def _base(root: html.HtmlElement, url: str) -> str:
    base = root.find(".//base[@href]")
    return _join(url, base.get("href")) or url if base is not None else url


def _join(base: str, href: str) -> str:
    try:
        joined = urljoin(base, "".join(href.split()))
    except ValueError:
        return ""
    if joined.startswith("feed:"):
        joined = "http:" + joined.removeprefix("feed:").removeprefix("http:").removeprefix("https:")
    return joined.partition("#")[0] if joined.startswith(("http://", "https://")) else ""


def _alternates(root: html.HtmlElement, base: str) -> list[FoundFeed]:
    found = []
    for link in root.iter("link"):
        rels = (link.get("rel") or "").lower().split()
        mime = (link.get("type") or "").partition(";")[0].strip().lower()
        url = _join(base, link.get("href") or "")
        if not url or not {"alternate", "feed"} & set(rels) or (mime not in _TYPES and "feed" not in rels):
            continue
        if mime in _VAGUE_TYPES and not _FEED_ADDRESS.search(url):
            continue
        found.append(FoundFeed(url, " ".join((link.get("title") or "").split())[:200], _TYPES.get(mime, "")))
    # A site's own feed before those of its comments, which every WordPress page also names.
    return sorted(found, key=lambda feed: "comment" in (feed.url + feed.title).lower())


def _visible(root: html.HtmlElement, base: str) -> list[FoundFeed]:
    found = []
    for link in root.iter("a"):
        url = _join(base, link.get("href") or "")
        if url and _FEED_ADDRESS.search(url):
            text = " ".join(link.text_content().split()) or link.get("title") or ""
            found.append(FoundFeed(url, text[:200]))
    return found
