"""The content of a digest, without language or layout. Pure: alerts/digests/read.py fills these records from the
database, alerts/digests/render.py turns them into a subject, text and HTML.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from delivery.message import Window
    from monitoring.content.excerpts import Passage
    from monitoring.insights.sentiment import Split


@dataclass(frozen=True, slots=True)
class Story:
    """One document. `url` is its own URL, "" if it has none that is safe to open.

    `published` is UTC, None if it is unknown. `source` is "" if the source was deleted; `platform` is a code.
    `other_keywords` names the further keywords that it matches. `sentiment` is the label toward the keyword of its
    section, "" if it is not analyzed yet.
    """

    mention_id: int
    document_id: int
    title: tuple[Passage, ...]
    snippet: tuple[Passage, ...]
    url: str
    source: str
    platform: str
    author: str
    published: datetime | None
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
    """`previous` counts the mentions of the previous period; None if Vigie did not collect in all of it.

    `more_keywords` counts the keywords that have mentions but, for lack of space, no section.
    """

    project_id: int
    project: str
    window: Window
    total: int
    previous: int | None
    sections: tuple[Section, ...]
    failing_sources: tuple[FailingSource, ...]
    more_keywords: int = 0

    @property
    def stories(self) -> list[Story]:
        """All listed items, in the order of the sections."""
        return [story for section in self.sections for story in section.stories]

    def shortened(self, number: int) -> DigestContent:
        """Return the content without `number` items, the oldest of the longest sections; without sections after that.

        Items that are left out count as the rest of every keyword that they match.
        """
        kept = [list(section.stories) for section in self.sections]
        dropped: list[str] = []
        for _ in range(min(number, sum(map(len, kept)))):
            place = max(range(len(kept)), key=lambda index: (len(kept[index]), index))
            dropped += [self.sections[place].keyword, *kept[place].pop().other_keywords]
        sections = tuple(
            replace(section, stories=tuple(stories), rest=section.rest + dropped.count(section.keyword))
            for section, stories in zip(self.sections, kept, strict=True)
        )
        if dropped or not sections:
            return replace(self, sections=sections)
        shown = sections[: max(len(sections) - number, 0)]
        return replace(self, sections=shown, more_keywords=self.more_keywords + len(sections) - len(shown))
