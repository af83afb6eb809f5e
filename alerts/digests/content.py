"""The content of a digest, without language or layout. Pure: alerts/digests/read.py fills these records from the
database, alerts/digests/render.py turns them into a subject, text and HTML.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from delivery.message import Window
    from monitoring.content.excerpts import Passage
    from monitoring.insights.sentiment import Split


@dataclass(frozen=True, slots=True)
class Story:
    """One document. `url` is its own URL, "" if it has none that is safe to open; `published` is UTC.

    `source` is "" if the source was deleted; `platform` is a code.
    `other_keywords` names the further keywords that it matches. `sentiment` is the label toward the keyword of its
    section, "" if it is not analyzed yet.
    """

    mention_id: int
    title: tuple[Passage, ...]
    snippet: tuple[Passage, ...]
    url: str
    source: str
    platform: str
    author: str
    published: datetime
    other_keywords: tuple[str, ...] = ()
    sentiment: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """The newest items of one keyword.

    `total` counts all its mentions in the window and `split` counts them by sentiment. `rest` counts the mentions
    whose document is not in the digest (it may be in the section of another keyword).
    """

    keyword_id: int
    keyword: str
    total: int
    split: Split
    rest: int
    stories: tuple[Story, ...]


@dataclass(frozen=True, slots=True)
class FailingSource:
    """A source that could not be checked. `code` is explained in monitoring/messages/source_errors.py.

    `since` is UTC, None if unknown; `is_stopped` if Vigie no longer checks it.
    """

    source_id: int
    name: str
    code: str
    since: datetime | None
    is_stopped: bool


@dataclass(frozen=True, slots=True)
class DigestContent:
    """`previous` counts the mentions of the previous period; None if the project did not exist for all of it."""

    project_id: int
    project: str
    window: Window
    total: int
    previous: int | None
    sections: tuple[Section, ...]
    failing_sources: tuple[FailingSource, ...]
