"""Convert a RawFeed to a ParsedFeed, whichever parser read it: absolute and unwrapped links, generated ids for
entries without one, distinct ids for entries that share one, the longest text, everything cut to size.

Called by parse.py. Pure.
"""

import hashlib
import re
from collections import Counter
from dataclasses import replace
from html import unescape

from monitoring.content.urls import canonical_url
from monitoring.feeds.links import absolute_link
from monitoring.feeds.polling_hints import PollingHints
from monitoring.feeds.raw_feed import RawEntry, RawFeed
from monitoring.records import Entry, ParsedFeed

MAX_TITLE = 1_000
MAX_BODY = 200_000
MAX_AUTHOR = 200
# Ids go into a unique index, whose rows Postgres limits to 2.7 kB.
MAX_ID = 500

_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8}){0,3}")
_EMAIL = re.compile(r"[<(]?\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b[>)]?")
# For entries without a page of their own, the most useful link first.
_LINK_RELS = ("alternate", "related", "via", "enclosure")


def normalize_feed(raw: RawFeed, url: str, hints: PollingHints) -> ParsedFeed:
    """Return the feed in its final form. `url` is the URL of the feed, for relative links."""
    site = absolute_link(raw.site_url, url)
    base = url or site
    entries = [entry for each in raw.entries if not _is_empty(entry := _entry(each, base, site, raw.author))]
    return ParsedFeed(
        title=_line(unescape(raw.title) if raw.title_is_html else raw.title)[:MAX_TITLE],
        site_url=site,
        language=language_tag(raw.language),
        entries=tuple(_with_unique_ids(entries)),
        interval_hint_s=hints.interval_s,
        skip_hours=hints.skip_hours,
        skip_days=hints.skip_days,
        next_url=absolute_link(raw.next_url, url),
        is_truncated=raw.is_truncated,
    )


def _is_empty(entry: Entry) -> bool:
    """Return whether an entry has no title, text or link, as those that a broken feed leaves."""
    return not (entry.url or entry.title.strip() or entry.body.strip())


def _entry(raw: RawEntry, base: str, site: str, feed_author: str) -> Entry:
    url = _link(raw, base, site)
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


def _link(raw: RawEntry, base: str, site: str) -> str:
    """Return the entry's own URL: that behind a proxy, its link, its guid, or the most useful of its other links."""
    for link in (raw.original_link, raw.link, raw.guid_link):
        # A fragment alone is a part of the page that the feed is about.
        if link and (url := absolute_link(link, site or base if link.startswith("#") else base)):
            return url
    for wanted in _LINK_RELS:
        for rel, href in raw.links:
            if rel == wanted and (url := absolute_link(href, base)):
                return url
    return ""


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
