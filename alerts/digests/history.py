"""Compare a window with earlier ones: which windows, and whether a count is more or fewer than usual. Pure.

A window is compared with the same weekday and hours of the four weeks before, as the overview does; one longer than a
week with as many whole weeks before. The chart has windows of one length that end with the digest's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta, tzinfo
from itertools import pairwise
from math import ceil
from typing import TYPE_CHECKING

from delivery.message import Window
from monitoring.insights.periods import same_time_days_before
from monitoring.insights.surges import MIN_COUNT, MIN_WINDOWS, chance

if TYPE_CHECKING:
    from monitoring.insights.sentiment import Split

COMPARED = 4  # windows
DAY = timedelta(days=1)
MORE, FEWER, USUAL = "more", "fewer", "usual"
MAX_CHANCE = 0.05  # a word, not an alert: one in twenty may be chance
MIN_CHANGE = 0.25
# Kind of bar, its length in days (0: an hour), how many, and the longest window that it fits.
BARS = (
    ("hour", 0, 24, timedelta(hours=3)),
    ("day", 1, 14, 3 * DAY),
    ("week", 7, 12, 10 * DAY),
    ("month", 30, 6, None),
)


@dataclass(frozen=True, slots=True)
class Count:
    """The items of a window, and their sentiment toward the brands. `is_seen`: Vigie could see most sources."""

    window: Window
    total: int
    split: Split
    is_seen: bool = True


@dataclass(frozen=True, slots=True)
class Voice:
    """Mentions of brands, and of brands and competitors."""

    brands: int
    all: int


@dataclass(frozen=True, slots=True)
class History:
    """The counts of a window and of earlier ones, oldest first.

    `previous` is the window just before, None if Vigie did not collect in all of it. `past` are the windows to compare
    with; `by_keyword` has the counts of each keyword in them and then in the window. `bars` are of the kind `bar`.
    """

    current: Count
    previous: Count | None = None
    past: tuple[Count, ...] = ()
    by_keyword: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    bar: str = "day"
    bars: tuple[Count, ...] = ()
    voice: Voice | None = None
    previous_voice: Voice | None = None

    @property
    def usual(self) -> float | None:
        """The mean of the past windows that Vigie could see, None if they are too few."""
        seen = [count.total for count in self.past if count.is_seen]
        return sum(seen) / len(seen) if len(seen) >= MIN_WINDOWS else None

    @property
    def verdict(self) -> str:
        """MORE, FEWER or USUAL; "" if Vigie cannot tell."""
        return verdict(self.current.total, [count.total for count in self.past if count.is_seen])

    @property
    def risen(self) -> int | None:
        """The keyword with at least half of the rise, None without a rise or without such a keyword."""
        if self.verdict != MORE or self.usual is None:
            return None
        places = [place for place, count in enumerate(self.past) if count.is_seen]
        rises = {
            keyword_id: counts[-1] - sum(counts[place] for place in places) / len(places)
            for keyword_id, counts in self.by_keyword.items()
        }
        keyword_id = max(rises, key=lambda one: (rises[one], -one), default=None)
        if keyword_id is None or 2 * rises[keyword_id] < self.current.total - self.usual:
            return None
        return keyword_id


def verdict(count: int, past: Sequence[int]) -> str:
    """Return whether a count is more or fewer than usual: by a quarter at least, and not by chance."""
    if len(past) < MIN_WINDOWS or max(count, *past) < MIN_COUNT:
        return ""
    usual, total = sum(past) / len(past), sum(past)
    if count >= (1 + MIN_CHANGE) * usual and count > usual and chance(count, total, len(past)) <= MAX_CHANCE:
        return MORE
    if count <= (1 - MIN_CHANGE) * usual and 1 - chance(count + 1, total, len(past)) <= MAX_CHANCE:
        return FEWER
    return USUAL


def compared_windows(window: Window, zone: tzinfo) -> list[Window]:
    """Return the windows that a window is compared with, oldest first. They overlap neither it nor each other."""
    weeks = max(ceil((window.end - window.start) / (7 * DAY)), 1)
    return [_earlier(window, 7 * weeks * number, zone) for number in range(COMPARED, 0, -1)]


def previous_window(window: Window, zone: tzinfo) -> Window:
    """Return the window of the same length just before; of whole local days, if it has whole days."""
    days = round((window.end - window.start) / DAY)
    start = same_time_days_before(window.start, days, zone) if days else window.start - (window.end - window.start)
    is_days = days and same_time_days_before(window.end, days, zone) == window.start
    return Window(start if is_days else window.start - (window.end - window.start), window.start)


def bar_windows(window: Window, zone: tzinfo) -> tuple[str, list[Window]]:
    """Return the kind of bar that fits a window, and the windows of the bars, oldest first."""
    length = window.end - window.start
    kind, days, number, _ = next(one for one in BARS if one[3] is None or length <= one[3])
    if not days:
        edges = [window.end - timedelta(hours=hours) for hours in range(number, -1, -1)]
    else:
        edges = [same_time_days_before(window.end, days * step, zone) for step in range(number, -1, -1)]
    return kind, [Window(start, end) for start, end in pairwise(edges) if start < end]


def _earlier(window: Window, days: int, zone: tzinfo) -> Window:
    return Window(same_time_days_before(window.start, days, zone), same_time_days_before(window.end, days, zone))
