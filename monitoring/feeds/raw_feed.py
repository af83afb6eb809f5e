"""What every road through a feed (strict.py, reference.py, json_feed.py) hands to finish.py: values as the feed
gave them, decoded from XML or JSON once, nothing resolved, cut, or chosen yet, but already scrubbed.
"""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(slots=True)
class RawEntry:
    """`bodies` are all texts on offer as (text, is_html); `links` are (rel, href), used where `link` is empty."""

    id: str = ""
    link: str = ""
    links: list[tuple[str, str]] = field(default_factory=list)
    title: str = ""
    title_is_html: bool = False
    bodies: list[tuple[str, bool]] = field(default_factory=list)
    authors: list[str] = field(default_factory=list)
    published: datetime | None = None
    language: str = ""


@dataclass(slots=True)
class RawFeed:
    title: str = ""
    title_is_html: bool = False
    site_url: str = ""
    language: str = ""
    next_url: str = ""
    author: str = ""
    entries: list[RawEntry] = field(default_factory=list)
