"""Poll a search, tag or channel that answers with RSS or Atom. Pure apart from the parsing budget.

A platform adds the request, and what its entries have beyond those of any feed. Such a feed has one page: the newest
items, older ones are out of reach. Unlike a source of the platform `feed`, it has settings, limits and a mark.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from monitoring.feeds.errors import ParseError
from monitoring.parsing.parsers import parse_feed
from monitoring.platforms.pages import Page, PageRequest, read_items
from monitoring.platforms.paging import PagedPlatform
from monitoring.records import Entry, ParsedFeed


class FeedPages(PagedPlatform):
    """A platform whose items come as a feed of one page. `kind` is that of all its items."""

    kind = "article"

    def decode(self, body: bytes) -> ParsedFeed:
        feed = parse_feed(body)
        if isinstance(feed, ParseError):
            raise ValueError(feed.code)
        return feed

    def read(self, data: Any, page: PageRequest) -> Page:
        entries, skipped = read_items(data.entries, lambda entry: self._complete(entry, page.settings))
        return Page(entries, None, skipped)

    def entry(self, entry: Entry, settings: Mapping[str, str]) -> Entry | None:
        """Return the entry of a feed as one of the platform, None to leave it out. A ValueError if it is malformed."""
        return entry

    def _complete(self, found: Entry, settings: Mapping[str, str]) -> Entry | None:
        if not found.url or found.published is None:
            raise ValueError("an item without a link or a time")
        raw = {"id": found.native_id, "url": found.url, "title": found.title, "body": found.body}
        entry = self.entry(replace(found, kind=self.kind), settings)
        return entry and replace(entry, raw=json.dumps(raw, ensure_ascii=False))
