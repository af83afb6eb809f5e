"""The rhythm of planned posts: days without any, too many in one part of a day, one type that outweighs the others.

Pure. In: local days and times, types. Out: frozen facts that dashboards/presenters/calendar_notes.py writes out.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

MIN_GAP = 3  # days: a weekend alone is no gap
MIN_BUSY = 4  # posts in one part of a day
MIN_POSTS, MIN_SHARE = 5, 0.6  # before a type outweighs the others
PARTS = ("night", "morning", "afternoon", "evening")  # of six hours each


@dataclass(frozen=True)
class Gap:
    """Days in a row without a post; `is_open` if no later day in view has one."""

    first: date
    last: date
    is_open: bool = False

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


@dataclass(frozen=True)
class Busy:
    """Many posts in one part of a day; `part` is one of PARTS."""

    day: date
    part: str
    posts: int


@dataclass(frozen=True)
class Dominant:
    """The type of most posts."""

    kind: str
    posts: int
    total: int


def gaps(days: Collection[date], first: date, last: date) -> list[Gap]:
    """Return the gaps between two days, the earliest first."""
    found: list[Gap] = []
    filled = sorted({day for day in days if first <= day <= last})
    before = first - timedelta(days=1)
    for day in filled:
        if (day - before).days > MIN_GAP:
            found.append(Gap(before + timedelta(days=1), day - timedelta(days=1)))
        before = day
    if (last - before).days >= MIN_GAP:
        found.append(Gap(before + timedelta(days=1), last, is_open=True))
    return found


def busy(times: Iterable[datetime]) -> list[Busy]:
    """Return the parts of days with many posts; `times` are local."""
    counts = Counter((time.date(), time.hour // 6) for time in times)
    return [Busy(day, PARTS[part], posts) for (day, part), posts in sorted(counts.items()) if posts >= MIN_BUSY]


def dominant(kinds: Sequence[str]) -> Dominant | None:
    """Return the type that most posts have, None if they vary enough or are too few."""
    if len(kinds) < MIN_POSTS:
        return None
    kind, posts = Counter(kinds).most_common(1)[0]
    return Dominant(kind, posts, len(kinds)) if posts >= MIN_SHARE * len(kinds) else None
