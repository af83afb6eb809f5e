"""The newest mentions of a list as an Atom or a JSON feed, for feed readers and other programs.

In: the rows of a list and what the feed is called. Out: the bytes of the response. Atom: RFC 4287, by Django's
generator; JSON Feed 1.1: https://www.jsonfeed.org/version/1.1/. The ids of items never change.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape

from monitoring.content.excerpts import excerpt, plain
from monitoring.content.scrub import xml_text
from monitoring.insights.mentions import MentionRow

TITLE_CHARS, TEXT_CHARS = 120, 600
JSON_VERSION = "https://jsonfeed.org/version/1.1"


@dataclass(frozen=True)
class FeedHead:
    """The lasting id of a feed, its name, its own address, the page of its list, and its language."""

    id: str
    title: str
    feed_url: str
    page_url: str
    language: str


@dataclass(frozen=True)
class FeedItem:
    """One item. Times are UTC. `tags` are the names of its keywords. Its text may be `html` instead."""

    id: str
    url: str
    title: str
    text: str
    author: str
    published: datetime
    found: datetime
    tags: tuple[str, ...]
    html: str = ""


def feed_item(row: MentionRow) -> FeedItem:
    """Return the item of a row. One without a title gets the beginning of its text."""
    document = row.document
    text = plain(excerpt(document.text, row.text_spans, TEXT_CHARS))
    title = document.title or plain(excerpt(document.text, row.text_spans, TITLE_CHARS))
    return FeedItem(
        id=f"urn:vigie:item:{document.pk}",
        url=document.url,
        title=title,
        text=text,
        author=document.author,
        published=document.published,
        found=min(mention.found_at for mention in row.mentions),
        tags=tuple(keyword.name for keyword in row.keywords),
    )


def atom(head: FeedHead, items: Iterable[FeedItem]) -> bytes:
    """Return the Atom document."""
    feed = Atom1Feed(
        title=xml_text(head.title),
        link=head.page_url,
        description="",
        language=head.language,
        feed_url=head.feed_url,
        feed_guid=head.id,
        author_name="Vigie",  # RFC 4287 requires an author, which some items lack
    )
    for item in items:
        feed.add_item(
            title=xml_text(item.title),
            link=xml_text(item.url),
            description=xml_text(item.html) or escape(xml_text(item.text)),  # the generator declares it to be HTML
            unique_id=item.id,
            author_name=xml_text(item.author) or None,
            pubdate=item.published,
            updateddate=max(item.published, item.found),
            categories=[xml_text(tag) for tag in item.tags],
        )
    return feed.writeString("utf-8").encode()


def json_feed(head: FeedHead, items: Iterable[FeedItem]) -> bytes:
    """Return the JSON Feed document."""
    entries = []
    for item in items:
        entry: dict[str, object] = {
            "id": item.id,
            "url": item.url,
            "title": item.title,
            **({"content_html": item.html} if item.html else {"content_text": item.text}),
            "date_published": item.published.isoformat(),
            "date_modified": max(item.published, item.found).isoformat(),
            "tags": list(item.tags),
        }
        if item.author:
            entry["authors"] = [{"name": item.author}]
        entries.append(entry)
    return json.dumps(
        {
            "version": JSON_VERSION,
            "title": head.title,
            "home_page_url": head.page_url,
            "feed_url": head.feed_url,
            "language": head.language,
            "items": entries,
        },
        ensure_ascii=False,
    ).encode()
