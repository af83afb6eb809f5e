"""The result of the three parsers (lxml, feedparser, JSON Feed), which normalize.py completes: values as in the feed,
decoded from XML or JSON once and scrubbed, but not yet resolved, cut or selected.
"""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(slots=True)
class RawEntry:
    """One entry. `bodies` are its own texts as (text, is_html), `media_texts` those of its pictures and videos.

    `links` are (rel, href), used if `link` is empty; `original_link` is the page itself if `link` is that of a proxy;
    `guid_link` is the guid if it is a permalink.
    """

    id: str = ""
    link: str = ""
    guid_link: str = ""
    original_link: str = ""
    links: list[tuple[str, str]] = field(default_factory=list)
    title: str = ""
    title_is_html: bool = False
    bodies: list[tuple[str, bool]] = field(default_factory=list)
    media_texts: list[tuple[str, bool]] = field(default_factory=list)
    authors: list[str] = field(default_factory=list)
    published: datetime | None = None
    updated: datetime | None = None
    language: str = ""


@dataclass(slots=True)
class RawFeed:
    """One feed with its entries. `self_url` is its own URL; `is_truncated`: the data end before the feed does."""

    title: str = ""
    title_is_html: bool = False
    site_url: str = ""
    self_url: str = ""
    language: str = ""
    next_url: str = ""
    authors: list[str] = field(default_factory=list)
    entries: list[RawEntry] = field(default_factory=list)
    is_truncated: bool = False
