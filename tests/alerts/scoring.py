"""Run rules over synthetic histories minute by minute, and score the alerts: precision, recall, time to detection."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from statistics import fmean, median, pstdev

from alerts.conditions.base import History as Windows
from alerts.conditions.base import Settings, Verdict, Window
from alerts.conditions.episodes import Change, Episode, step
from alerts.conditions.registry import evaluate
from tests.alerts.histories import DAY, LEARNING, LENGTH, History, Post

START = datetime(2026, 3, 2, tzinfo=UTC)  # a Monday
DAYS_BACK = 28

# (minute, whether an incident is open) to a verdict, None where nothing can have changed.
Judge = Callable[[int, bool], Verdict | None]


@dataclass(frozen=True, slots=True)
class Score:
    """`delays` are minutes from the start of each crisis to the first alert; missed ones are absent."""

    alerts: int = 0
    right: int = 0
    crises: int = 0
    delays: tuple[int, ...] = ()

    def __add__(self, other: "Score") -> "Score":
        return Score(
            self.alerts + other.alerts,
            self.right + other.right,
            self.crises + other.crises,
            self.delays + other.delays,
        )

    @property
    def precision(self) -> float:
        return self.right / self.alerts if self.alerts else 1.0

    @property
    def recall(self) -> float:
        return len(self.delays) / self.crises if self.crises else 1.0

    @property
    def delay(self) -> float | None:
        return median(self.delays) if self.delays else None


def score(history: History, judge: Judge, every: int = 1) -> Score:
    """Evaluate a rule every `every` minutes, and compare its alerts with the crisis of the history."""
    opened = list(alerts(judge, every))
    if history.crisis is None:
        return Score(alerts=len(opened))
    start, end = history.crisis
    right = [minute for minute in opened if start <= minute < end]
    return Score(len(opened), len(right), 1, tuple(minute - start for minute in right[:1]))


def alerts(judge: Judge, every: int) -> Iterator[int]:
    """Return the minutes at which incidents open."""
    episode = Episode()
    for minute in range(LEARNING, LENGTH, every):
        verdict = judge(minute, episode.is_open)
        if verdict:
            episode, change = step(episode, verdict, START + timedelta(minutes=minute))
            if change is Change.OPEN:
                yield minute


def rule(settings: Settings, window: int) -> Callable[[History], Judge]:
    """Return a rule of Vigie with a time window in minutes."""

    def of(history: History) -> Judge:
        counts = sliding(history.posts, window, lambda post: post.story if settings.counts_stories else post)
        if settings.counts_authors:
            counts = list(map(min, counts, sliding(history.posts, window, lambda post: post.author)))
        known = _known(history.outages, window)

        def judge(minute: int, is_open: bool) -> Verdict | None:
            if not is_open and counts[minute] < settings.minimum:
                return None  # below the least number that triggers: the condition need not run
            past = tuple(
                Window(counts[minute - day * DAY], known[minute - day * DAY]) for day in range(1, DAYS_BACK + 1)
            )
            current = Window(counts[minute], known[minute], _stretch(history.outages, minute, window))
            return evaluate(Windows(current, Window(counts[minute - window]), past), settings)

        return judge

    return of


def three_deviations(history: History) -> Judge:
    """Alert on an hour with more than the mean plus 3 standard deviations of the hours of the past 28 days."""
    hours = _sums(history.posts, 60)

    def judge(minute: int, is_open: bool) -> Verdict | None:
        if minute % 60:
            return None
        past = [hours[minute - back * 60] for back in range(1, 24 * DAYS_BACK + 1)]
        value, limit = hours[minute], fmean(past) + 3 * pstdev(past)
        return Verdict(value > limit, value <= limit, value, 0, limit)

    return judge


def twice_yesterday(history: History) -> Judge:
    """Alert on 24 hours with more than twice as many as the 24 hours before."""
    days = _sums(history.posts, DAY)

    def judge(minute: int, is_open: bool) -> Verdict | None:
        value, limit = days[minute], 2 * days[minute - DAY]
        return Verdict(value > limit, value <= limit, value, 0, limit)

    return judge


def sliding(posts: Sequence[Post], window: int, key: Callable[[Post], object]) -> list[int]:
    """Return for each minute how many different keys the posts of the window that ends there have."""
    arriving: list[list[object]] = [[] for _ in range(LENGTH + 1)]
    for post in posts:
        arriving[min(post.at + 1, LENGTH)].append(key(post))
    inside: Counter[object] = Counter()
    counts = []
    for minute in range(LENGTH + 1):
        inside.update(arriving[minute])
        if minute > window:
            for gone in arriving[minute - window]:
                inside[gone] -= 1
                if not inside[gone]:
                    del inside[gone]
        counts.append(len(inside))
    return counts


def _sums(posts: Iterable[Post], window: int) -> list[int]:
    minutes = [0] * (LENGTH + 1)
    for post in posts:
        minutes[min(post.at + 1, LENGTH)] += 1
    sums = list(accumulate(minutes))
    return [total - (sums[minute - window] if minute >= window else 0) for minute, total in enumerate(sums)]


def _known(outages: Sequence[tuple[int, int]], window: int) -> list[bool]:
    """Return for each minute whether the sources could be read in half of the window that ends there."""
    known = [True] * (LENGTH + 1)
    for start, end in outages:
        for minute in range(start + window // 2, min(end + window // 2, LENGTH) + 1):
            known[minute] = False
    return known


def _stretch(outages: Sequence[tuple[int, int]], minute: int, window: int) -> float:
    """Return how many times the window the time is in which its posts were published."""
    ended = [(start, end) for start, end in outages if minute - window <= end <= minute]
    return 1 + sum(max(minute - window - start, 0) for start, _end in ended) / window
