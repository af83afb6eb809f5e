"""What a digest says, before it has a language or a form. Pure.

digest_reading.py fills these records; rendering.py turns them into a subject, text and HTML.
"""

from dataclasses import dataclass
from datetime import datetime

from delivery.message import Window
from monitoring.content.excerpts import Passage
from monitoring.insights.sentiment import Split


@dataclass(frozen=True, slots=True)
class Story:
    """One document. `url` is its own address, "" where it has none that is safe to open; `others` are the names of the
    further keywords that it matches; `published` is UTC; `sentiment` is towards the keyword it stands under, "" where
    it is not judged yet."""

    mention_id: int
    title: tuple[Passage, ...]
    snippet: tuple[Passage, ...]
    url: str
    source: str
    author: str
    published: datetime
    others: tuple[str, ...] = ()
    sentiment: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """The newest stories of one keyword. `total` counts all its mentions of the window, `split` tells them by
    sentiment, `rest` counts those that stand nowhere in the digest (a story may stand under another keyword)."""

    keyword_id: int
    keyword: str
    total: int
    split: Split
    rest: int
    stories: tuple[Story, ...]


@dataclass(frozen=True, slots=True)
class BlindSpot:
    """A source that could not be read: why (a code of monitoring/messages/source_errors.py) and since when (UTC, None
    if unknown)."""

    source_id: int
    source: str
    code: str
    since: datetime | None
    is_stopped: bool


@dataclass(frozen=True, slots=True)
class DigestContent:
    """`before` counts the stretch of equal length before the window; None where the project did not exist yet."""

    project_id: int
    project: str
    window: Window
    total: int
    before: int | None
    sections: tuple[Section, ...]
    blind: tuple[BlindSpot, ...]
