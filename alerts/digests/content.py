"""The content of a digest, without language or layout. Pure: alerts/digests/read.py fills these records from the
database, alerts/digests/render.py turns them into a subject, text and HTML.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, timedelta

    from alerts.digests.history import History
    from delivery.message import Window
    from monitoring.content.excerpts import Passage
    from monitoring.insights.dimension import Selection
    from monitoring.insights.sentiment import Split

NEEDS_REPLY, NEGATIVE, BEST = "needs_reply", "negative", "best"


@dataclass(frozen=True, slots=True)
class Item:
    """One document. `url` is its own URL, "" if it has none that is safe to open.

    `published` is UTC, None if it is unknown. `source` is "" if the source was deleted; `platform` is a code.
    `keywords` names the keywords that it matches, but for the one of its section. `sentiment` is the label toward that
    keyword, "" if it is not analyzed yet. `story_id` and `others`: its story, and how many later items of it are in
    the window. `covers` has by section key how many mentions of that section it stands for, with those of its story.
    `reasons` are the parts of ranking.py that speak for an item among the best.
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
    keywords: tuple[str, ...] = ()
    sentiment: str = ""
    story_id: int | None = None
    others: int = 0
    covers: Mapping[str, int] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """The items of one keyword, or what needs attention first: `key` is NEEDS_REPLY, NEGATIVE, BEST or the
    keyword's id.

    `selection` are the dimensions that select its mentions. `total` counts them all, `rest` those that neither an item
    of the digest nor its story stands for. `split` counts the mentions of a keyword by sentiment.
    """

    key: str
    keyword: str
    selection: Mapping[str, Selection]
    total: int
    rest: int
    items: tuple[Item, ...]
    split: Split | None = None


@dataclass(frozen=True, slots=True)
class UnseenSource:
    """A source that failed in the window for `lost` in all. `code` is explained in monitoring/messages.

    `is_failing` at the end of the window, `since` (UTC; None if unknown) and `is_stopped` if Vigie gave it up.
    """

    source_id: int
    name: str
    code: str
    lost: timedelta
    is_failing: bool
    since: datetime | None
    is_stopped: bool


@dataclass(frozen=True, slots=True)
class ThemeLine:
    """A theme with its items in the window, and in the previous one (None if Vigie did not collect then).

    `names` has its name by language.
    """

    theme_id: int
    names: Mapping[str, str]
    count: int
    before: int | None


@dataclass(frozen=True, slots=True)
class DigestContent:
    """`total` counts items, `folded` each story once. `waiting` and `negative` are among them; `negative` counts what
    is negative toward the brands. `more_keywords` have mentions but, for lack of space, no section. `themes` are the
    largest ones, and the one that grew most.
    """

    project_id: int
    project: str
    window: Window
    total: int
    folded: int
    waiting: int
    negative: int
    history: History
    sections: tuple[Section, ...]
    unseen: tuple[UnseenSource, ...]
    sources: int = 0
    more_keywords: int = 0
    themes: tuple[ThemeLine, ...] = ()

    @property
    def items(self) -> list[Item]:
        """All listed items, in the order of the sections."""
        return [item for section in self.sections for item in section.items]

    def shortened(self, number: int) -> DigestContent:
        """Return the content without `number` items, the last of the longest sections; without sections after that.

        Items that are left out count as the rest of every section that they match.
        """
        kept = [list(section.items) for section in self.sections]
        dropped: dict[str, int] = {}
        for _ in range(min(number, sum(map(len, kept)))):
            place = max(range(len(kept)), key=lambda index: (len(kept[index]), index))
            for key, count in kept[place].pop().covers.items():
                dropped[key] = dropped.get(key, 0) + count
        sections = tuple(
            replace(section, items=tuple(items), rest=section.rest + dropped.get(section.key, 0))
            for section, items in zip(self.sections, kept, strict=True)
        )
        if dropped or not sections:
            return replace(self, sections=sections)
        shown = sections[: max(len(sections) - number, 0)]
        return replace(self, sections=shown, more_keywords=self.more_keywords + len(sections) - len(shown))
