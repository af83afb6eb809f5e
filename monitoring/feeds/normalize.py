"""RawFeed to ParsedFeed, the same for every road: links made absolute and unwrapped, ids made up where there are
none and told apart where they repeat, the fullest text chosen, everything cut to size. Comes from parse.py.
"""

import hashlib
import re
from collections import Counter
from dataclasses import replace
from html import unescape
from urllib.parse import urljoin

from monitoring.content.urls import canonical_url, unwrap
from monitoring.feeds.polling_hints import Hints
from monitoring.feeds.raw_feed import RawEntry, RawFeed
from monitoring.records import Entry, ParsedFeed

MAX_TITLE = 1_000
MAX_BODY = 200_000
MAX_AUTHOR = 200
# Browsers and servers stop at about 2,000; longer ones are data, not addresses.
MAX_URL = 4_000
# Ids go into a unique index, whose rows Postgres limits to 2.7 kB.
MAX_ID = 500

_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8}){0,3}")
_EMAIL = re.compile(r"[<(]?\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b[>)]?")
_SCHEME_SLASHES = re.compile(r"^(https?:)/{3,}", re.I)
# Where an entry gives no page of its own, in the order of what serves a reader best.
_LINK_RELS = ("alternate", "related", "via", "enclosure")


def finish(raw: RawFeed, url: str, hints: Hints) -> ParsedFeed:
    entries = [_entry(entry, url, raw.author) for entry in raw.entries]
    return ParsedFeed(
        title=_line(unescape(raw.title) if raw.title_is_html else raw.title)[:MAX_TITLE],
        site_url=_absolute(raw.site_url, url),
        language=language_tag(raw.language),
        entries=tuple(_told_apart(entries)),
        interval_hint_s=hints.interval_s,
        skip_hours=hints.skip_hours,
        skip_days=hints.skip_days,
        next_url=_absolute(raw.next_url, url),
    )


def _entry(raw: RawEntry, base: str, feed_author: str) -> Entry:
    url = _link(raw, base)
    title = raw.title[:MAX_TITLE]
    # Feeds give an extract and the whole in either order and under any name; the longest text is the whole.
    body, body_is_html = max(raw.bodies, key=lambda body: len(body[0]), default=("", True))
    body = body[:MAX_BODY]
    author = ", ".join(dict.fromkeys(filter(None, map(author_name, raw.authors)))) or author_name(feed_author)
    return Entry(
        native_id=_native_id(raw.id.strip()) or _made_up_id(raw, url, body + author),
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
    """An absolute http address, redirects of news searches removed; "" for ids, mail and script links."""
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
    return unwrap(link)


def _native_id(given: str) -> str:
    return given if len(given) <= MAX_ID else _hash(given)


def _made_up_id(raw: RawEntry, url: str, rest: str) -> str:
    """Stable over polls: the page alone where there is one, since titles are edited; else all that is known."""
    if url:
        return _hash(canonical_url(url) or url)
    known = (raw.link, raw.title, raw.published.isoformat() if raw.published else "")
    return _hash(*known) if raw.title else _hash(*known, rest)


def _told_apart(entries: list[Entry]) -> list[Entry]:
    """Some feeds give every entry the same id. All bearers of such an id get their own, not only the later ones:
    which of them comes first changes from poll to poll. What repeats in full is one entry.
    """
    unique = list({(entry.native_id, entry.url, entry.title): entry for entry in reversed(entries)}.values())
    unique.reverse()
    bearers = Counter(entry.native_id for entry in unique)
    return [
        replace(entry, native_id=_hash(entry.native_id, entry.url, entry.title))
        if bearers[entry.native_id] > 1
        else entry
        for entry in unique
    ]


def _hash(*parts: str) -> str:
    return "sha256:" + hashlib.sha256("\n".join(parts).encode()).hexdigest()


def author_name(text: str) -> str:
    """ "jean@example.org (Jean Dupont)" is Jean Dupont; an address alone stays, being all there is."""
    text = _line(text[: 2 * MAX_AUTHOR])
    if "@" not in text:
        return text
    name = _EMAIL.sub("", text).strip()
    if name.startswith("(") and name.endswith(")"):
        name = name[1:-1].strip()
    return name or text


def language_tag(text: str) -> str:
    tag = text.strip().replace("_", "-").lower()
    return tag if _LANGUAGE.fullmatch(tag) else ""


def _line(text: str) -> str:
    return " ".join(text.split())
