"""Find the feeds that an HTML page links to, and common feed URLs to try if it links to none. Pure.

Called by services/sources.py, which fetches: if the URL of a new source returns a page, `discover` comes first,
`common_feed_urls` second.
"""

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urljoin, urlsplit

from lxml import etree, html

# Bytes of a page that are searched for feeds.
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
# Types that sites also use for other content (an API, a sitemap): only with a URL that looks like a feed.
_GENERIC_TYPES = frozenset({"application/json", "application/xml", "text/xml"})
_FEED_URL = re.compile(
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
_COMMON_PATHS = ("/feed/", "/rss", "/feed.xml", "/rss.xml", "/atom.xml", "/index.xml", "/feed.json")


@dataclass(frozen=True, slots=True)
class FoundFeed:
    """A feed that a page links to. `type` is "rss", "atom", "json", or "" if only the feed itself shows it."""

    url: str
    title: str = ""
    type: str = ""


def discover(body: bytes, url: str, content_type: str = "") -> list[FoundFeed]:
    """Return feeds, the best first: those of known platforms, `<link rel=alternate>`, links that look like feeds."""
    found = _platform_feeds(body, url)
    root = _document(body[:_MAX_PAGE], content_type)
    if root is not None:
        base = _base(root, url)
        found += _alternates(root, base) + _linked_feeds(root, base)
    unique = {feed.url: feed for feed in reversed(found)}
    return list(reversed(unique.values()))[:_MAX_FOUND]


def common_feed_urls(url: str) -> list[str]:
    """Return URLs to try, in order, for a page without feed links: those of its folder, then those of the site."""
    parts = _split(url)
    if parts is None:
        return []
    site = f"{parts.scheme}://{parts.netloc}"
    folder = parts.path.rstrip("/")
    if folder and "." not in folder.rpartition("/")[2]:
        urls = [f"{site}{folder}/feed/", f"{site}{folder}.rss", f"{site}{folder}/rss"]
    else:
        urls = []
    urls += [site + path for path in _COMMON_PATHS] + [f"{site}/?feed=rss2"]
    return list(dict.fromkeys(urls))


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return None
    return parts if parts.scheme in ("http", "https") and parts.netloc else None


def _platform_feeds(body: bytes, url: str) -> list[FoundFeed]:
    """Return the feeds of platforms whose pages link to none, or to the wrong one."""
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
    """Return the feed of a channel, by its id in the URL or (handles) in the page, or of a playlist."""
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
        if mime in _GENERIC_TYPES and not _FEED_URL.search(url):
            continue
        found.append(FoundFeed(url, " ".join((link.get("title") or "").split())[:200], _TYPES.get(mime, "")))
    # Comment feeds, which every WordPress page links to, come last.
    return sorted(found, key=lambda feed: "comment" in (feed.url + feed.title).lower())


def _linked_feeds(root: html.HtmlElement, base: str) -> list[FoundFeed]:
    found = []
    for link in root.iter("a"):
        url = _join(base, link.get("href") or "")
        if url and _FEED_URL.search(url):
            text = " ".join(link.text_content().split()) or link.get("title") or ""
            found.append(FoundFeed(url, text[:200]))
    return found
