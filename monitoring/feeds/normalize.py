"""Convert a RawFeed to a ParsedFeed, whichever parser read it: absolute and unwrapped links, the ids of identity.py,
the fullest text first.

Called by parse.py. Pure.
"""

import re

from monitoring.content.clean import plain_title
from monitoring.feeds.authors import join_authors
from monitoring.feeds.identity import with_ids
from monitoring.feeds.links import absolute_link
from monitoring.feeds.polling_hints import PollingHints
from monitoring.feeds.raw_feed import RawEntry, RawFeed
from monitoring.records import Entry, ParsedFeed

# Characters with markup and references; content/clean.py cuts the plain title.
MAX_TITLE = 20_000

_Text = tuple[str, bool]  # and whether it is HTML

_TAG = re.compile(r"<[^<>]*>")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8}){0,3}")
# For entries without a page of their own, the most useful link first.
_LINK_RELS = ("alternate", "related", "via", "enclosure")


def normalize_feed(raw: RawFeed, url: str, hints: PollingHints) -> ParsedFeed:
    """Return the feed in its final form. `url` is the URL of the feed, for relative links."""
    feed_url = url or absolute_link(raw.self_url, "")
    site = absolute_link(raw.site_url, feed_url)
    base = url or site or feed_url
    feed_author = join_authors(raw.authors)
    entries = [entry for each in raw.entries if not _is_empty(entry := _entry(each, base, site, feed_author))]
    return ParsedFeed(
        title=plain_title(raw.title[:MAX_TITLE], is_html=raw.title_is_html),
        site_url=site,
        language=language_tag(raw.language),
        entries=tuple(with_ids(entries, (url, site))),
        interval_hint_s=hints.interval_s,
        skip_hours=hints.skip_hours,
        skip_days=hints.skip_days,
        next_url=absolute_link(raw.next_url, feed_url),
        is_truncated=raw.is_truncated,
    )


def _is_empty(entry: Entry) -> bool:
    """Return whether an entry has no title, text or link, as those that a broken feed leaves."""
    return not (entry.url or entry.title.strip() or entry.body.strip())


def _entry(raw: RawEntry, base: str, site: str, feed_author: str) -> Entry:
    url = _link(raw, base, site)
    title = raw.title[:MAX_TITLE]
    (body, body_is_html), others = _fullest_first(raw.bodies or raw.media_texts, raw.media_texts)
    author = join_authors(raw.authors) or feed_author
    return Entry(
        native_id=raw.id.strip(),
        url=url,
        title=title,
        body=body,
        title_is_html=raw.title_is_html,
        body_is_html=body_is_html,
        author=author,
        published=raw.published,
        updated=raw.updated,
        language=language_tag(raw.language),
        other_texts=others,
    )


def _fullest_first(texts: list[_Text], media_texts: list[_Text]) -> tuple[_Text, tuple[_Text, ...]]:
    """Return the fullest text, and the others: feeds have an extract and the full text in any order."""
    candidates = [text for text in dict.fromkeys(texts) if text[0]]
    # The amount takes time.
    fullest = max(candidates, key=_amount) if len(candidates) > 1 else next(iter(candidates), ("", True))
    return fullest, tuple(text for text in dict.fromkeys([*candidates, *media_texts]) if text != fullest and text[0])


def _amount(text: _Text) -> float:
    """Return about how much there is to read: HTML without its tags, and rather HTML than the same as plain text."""
    content, is_html = text
    return len(_TAG.sub("", content)) * 1.2 if is_html else len(content)


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


def language_tag(text: str) -> str:
    """Return a language tag in lower case, "" for any other text."""
    tag = text.strip().replace("_", "-").lower()
    return tag if _LANGUAGE.fullmatch(tag) else ""
