"""Convert a RawFeed to a ParsedFeed, whichever parser read it: absolute and unwrapped links, generated ids for
entries without one, distinct ids for entries that share one, the longest text, everything cut to size.

Called by parse.py. Pure.
"""

import hashlib
import re
from collections import Counter
from dataclasses import replace
from html import unescape
from urllib.parse import urljoin

from monitoring.content.urls import canonical_url, unwrap_redirect
from monitoring.feeds.polling_hints import PollingHints
from monitoring.feeds.raw_feed import RawEntry, RawFeed
from monitoring.records import Entry, ParsedFeed

MAX_TITLE = 1_000
MAX_BODY = 200_000
MAX_AUTHOR = 200
# Browsers and servers accept about 2,000; longer ones are data.
MAX_URL = 4_000
# Ids go into a unique index, whose rows Postgres limits to 2.7 kB.
MAX_ID = 500

_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8}){0,3}")
_EMAIL = re.compile(r"[<(]?\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b[>)]?")
_SCHEME_SLASHES = re.compile(r"^(https?:)/{3,}", re.I)
# For entries without a page of their own, the most useful link first.
_LINK_RELS = ("alternate", "related", "via", "enclosure")


def normalize_feed(raw: RawFeed, url: str, hints: PollingHints) -> ParsedFeed:
    """Return the feed in its final form. `url` is the URL of the feed, for relative links."""
    entries = [entry for each in raw.entries if not _is_empty(entry := _entry(each, url, raw.author))]
    return ParsedFeed(
        title=_line(unescape(raw.title) if raw.title_is_html else raw.title)[:MAX_TITLE],
        site_url=_absolute(raw.site_url, url),
        language=language_tag(raw.language),
        entries=tuple(_with_unique_ids(entries)),
        interval_hint_s=hints.interval_s,
        skip_hours=hints.skip_hours,
        skip_days=hints.skip_days,
        next_url=_absolute(raw.next_url, url),
        is_truncated=raw.is_truncated,
    )


def _is_empty(entry: Entry) -> bool:
    """Return whether an entry has no title, text or link, as those that a broken feed leaves."""
    return not (entry.url or entry.title.strip() or entry.body.strip())


def _entry(raw: RawEntry, base: str, feed_author: str) -> Entry:
    url = _link(raw, base)
    title = raw.title[:MAX_TITLE]
    # Feeds have an extract and the full text in any order and under any name; the longest is the full text.
    body, body_is_html = max(raw.bodies, key=lambda body: len(body[0]), default=("", True))
    body = body[:MAX_BODY]
    author = ", ".join(dict.fromkeys(filter(None, map(author_name, raw.authors)))) or author_name(feed_author)
    return Entry(
        native_id=_native_id(raw.id.strip()) or _generated_id(raw, url, body + author),
        url=url,
        title=title,
        body=body,
        title_is_html=raw.title_is_html,
        body_is_html=body_is_html,
        author=author[:MAX_AUTHOR],
        published=raw.published,
        language=language_tag(raw.language),
    )


def _link(raw: RawEntry, base: str) -> str:
    if url := _absolute(raw.link, base):
        return url
    for wanted in _LINK_RELS:
        for rel, href in raw.links:
            if rel == wanted and (url := _absolute(href, base)):
                return url
    return ""


def _absolute(link: str, base: str) -> str:
    """Return an absolute HTTP URL without news search redirects; "" for ids, mail and script links."""
    link = "".join(link.split())
    if not link:
        return ""
    if not link.startswith(("https://", "http://")):
        try:
            link = urljoin(base, link)
        except ValueError:
            return ""
    link = _SCHEME_SLASHES.sub(r"\1//", link)
    if not link[:8].lower().startswith(("http://", "https://")) or len(link) > MAX_URL:
        return ""
    return unwrap_redirect(link)


def _native_id(given: str) -> str:
    return given if len(given) <= MAX_ID else _hash(given)


def _generated_id(raw: RawEntry, url: str, rest: str) -> str:
    """Return an id that is stable over polls: by the URL if there is one, as titles are edited; else by all fields."""
    if url:
        return _hash(canonical_url(url) or url)
    known = (raw.link, raw.title, raw.published.isoformat() if raw.published else "")
    return _hash(*known) if raw.title else _hash(*known, rest)


def _with_unique_ids(entries: list[Entry]) -> list[Entry]:
    """Replace ids that several entries share, which some feeds use for every entry, and drop full duplicates.

    The first of them gets a new id too: which one is first changes from poll to poll.
    """
    unique = list({(entry.native_id, entry.url, entry.title): entry for entry in reversed(entries)}.values())
    unique.reverse()
    uses = Counter(entry.native_id for entry in unique)
    return [
        replace(entry, native_id=_hash(entry.native_id, entry.url, entry.title))
        if uses[entry.native_id] > 1
        else entry
        for entry in unique
    ]


def _hash(*parts: str) -> str:
    return "sha256:" + hashlib.sha256("\n".join(parts).encode()).hexdigest()


def author_name(text: str) -> str:
    """Return "Jean Dupont" for "jean@example.org (Jean Dupont)"; an email address alone is returned as it is."""
    text = _line(text[: 2 * MAX_AUTHOR])
    if "@" not in text:
        return text
    name = _EMAIL.sub("", text).strip()
    if name.startswith("(") and name.endswith(")"):
        name = name[1:-1].strip()
    return name or text


def language_tag(text: str) -> str:
    """Return a language tag in lower case, "" for any other text."""
    tag = text.strip().replace("_", "-").lower()
    return tag if _LANGUAGE.fullmatch(tag) else ""


def _line(text: str) -> str:
    return " ".join(text.split())
