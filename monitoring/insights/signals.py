"""Find unusual numbers of mentions, also where no alert rule applies: of negative ones, and of all.

In: a filter with the keywords, and the time now. Out: a frozen Day with its Signal. The last 24 hours are compared
with the same hours of the same weekday in the four weeks before, in the person's time zone, and only with those that
Vigie saw. Called by alerts/status.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from monitoring.insights.breakdown import document_rows
from monitoring.insights.filters import MentionFilter
from monitoring.insights.gaps import Failure, many_failing
from monitoring.insights.periods import same_time_days_before
from monitoring.insights.sql import count_combinations
from monitoring.insights.surges import MIN_WINDOWS, Surge, surge
from monitoring.insights.volume import bucket_number
from monitoring.models import Mention

WEEKS = 4
DAYS_BACK = 7  # since when it is unusual is looked up this far
TURN = 0.25  # a day with a quarter more or less than the one before is growing or receding
NEGATIVE = 1  # the bit of breakdown.LABELS


@dataclass(frozen=True, slots=True)
class Signal:
    """An unusual number of mentions in the last 24 hours; `f` is the list of exactly those.

    `usual` are the mentions of the past windows it was compared with, `since` the start of the first of the
    consecutive windows that are unusual, and `trend` -1, 0 or 1 compared with the window before.
    """

    surge: Surge
    is_negative: bool
    since: datetime
    trend: int
    f: MentionFilter
    usual: MentionFilter


@dataclass(frozen=True, slots=True)
class Window:
    """24 hours and their numbers of documents: all, and negative ones."""

    start: datetime
    end: datetime
    count: int
    negative: int
    is_seen: bool


@dataclass(frozen=True, slots=True)
class Day:
    """The last 24 hours: documents, those that are usual for them (None where Vigie did not see enough), the signal.

    `f` is the list of the documents.
    """

    count: int
    usual: float | None
    signal: Signal | None
    f: MentionFilter


def last_day(
    f: MentionFilter, now: datetime, history_start: datetime | None, failures: Sequence[Failure], sources: int
) -> Day:
    """Return the last 24 hours, with the signal of negative mentions, else that of all, if either is unusual.

    `f` has the keywords; `history_start` is when the first source was added, and `failures` are those of five weeks.
    """
    windows = _windows(f, now, history_start or now, failures, sources)
    signals = [_signal(f, windows, is_negative=is_negative) for is_negative in (True, False)]
    past = _past(windows, 0, is_negative=False)
    return Day(
        count=windows[0].count,
        usual=sum(past) / len(past) if len(past) >= MIN_WINDOWS else None,
        signal=signals[0] or signals[1],
        f=f.replace(since=windows[0].start, until=now),
    )


def first_window(now: datetime, zone: tzinfo) -> datetime:
    """Return the start of the earliest window that `last_day` counts."""
    return same_time_days_before(now, DAYS_BACK + 7 * WEEKS, zone)


def _windows(
    f: MentionFilter, now: datetime, history_start: datetime, failures: Sequence[Failure], sources: int
) -> list[Window]:
    """Return the 24-hour windows that end now, a day ago and so on, newest first, from one query."""
    edges = [same_time_days_before(now, days, f.zone) for days in range(DAYS_BACK + 7 * WEEKS, -1, -1)]
    wide = f.replace(since=edges[0], until=now)
    rows = document_rows(wide, wide.mentions(), number=bucket_number(wide, edges[:-1]))
    counts: dict[int, tuple[int, int]] = {}
    for number, labels, count in count_combinations(rows, ["number", "labels"]):
        before, negative = counts.get(number - 1, (0, 0))
        counts[number - 1] = before + count, negative + (count if labels & NEGATIVE else 0)
    windows = []
    for number in range(len(edges) - 2, -1, -1):
        start, end = edges[number], edges[number + 1]
        is_seen = start >= history_start and not many_failing(failures, sources, start, end)
        count, negative = counts.get(number, (0, 0))
        windows.append(Window(start, end, count, negative, is_seen))
    return windows


def _signal(f: MentionFilter, windows: Sequence[Window], *, is_negative: bool) -> Signal | None:
    surges = [_surge_at(windows, day, is_negative=is_negative) for day in range(DAYS_BACK)]
    if surges[0] is None:
        return None
    unusual_days = next((day for day, one in enumerate(surges) if one is None), DAYS_BACK)
    today, yesterday = (one.negative if is_negative else one.count for one in windows[:2])
    change = 0 if not yesterday else (today - yesterday) / yesterday
    f = f.replace(sentiments=(Mention.Sentiment.NEGATIVE,) if is_negative else ())
    last = windows[0]
    return Signal(
        surge=surges[0],
        is_negative=is_negative,
        since=windows[unusual_days - 1].start,
        trend=(change >= TURN) - (change <= -TURN),
        f=f.replace(since=last.start, until=last.end),
        usual=f.replace(since=windows[7 * WEEKS].start, until=last.start, sentiments=()),
    )


def _surge_at(windows: Sequence[Window], day: int, *, is_negative: bool) -> Surge | None:
    count = windows[day].negative if is_negative else windows[day].count
    return surge(count, _past(windows, day, is_negative=is_negative))


def _past(windows: Sequence[Window], day: int, *, is_negative: bool) -> list[int]:
    """Return the numbers of the same hours in the weeks before a window, of those that Vigie saw."""
    past = [windows[day + 7 * week] for week in range(1, WEEKS + 1)]
    return [one.negative if is_negative else one.count for one in past if one.is_seen]
