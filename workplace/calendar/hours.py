"""Good and quiet hours to publish, from when people respond to the brand, or publish about it. Pure.

In: counts by weekday (from Monday) and hour. Out: the best hours, and whether an hour is quiet. An hour counts with
half of the one before and after, since few mentions make a single hour a matter of chance. Likes and shares of one
post and hour count by their logarithm: one post that thousands like says no more about hours than some others do.

An hour is quiet if it has less than a quarter of the average, and chance alone rarely makes it and its neighbors so
empty. Likes are read on the first day of a post only, so other hours say nothing about responses.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from math import exp, lgamma, log, log2, sqrt

MIN_MENTIONS = 50  # fewer say nothing about 168 hours
MIN_RESPONSES, MIN_POSTS = 50, 10  # responses to fewer posts say when the posts were published
QUIET = 0.25  # of the average hour
EXPECTED = 6  # in an hour and its two neighbors, below which none of them is quiet: no response has 1 in 400 by chance
CHANCE = 0.005  # of 168 hours without any rhythm, less than one
MANY, DEVIATIONS = 500, 2.576  # above so many expected, a Poisson distribution is nearly normal, with this for CHANCE
RESPONDED_FOR = 24  # hours, in which the likes of a post are read
BEST = 3

HOURS = 7 * 24

Heat = Sequence[Sequence[float]]


@dataclass(frozen=True)
class Response:
    """Responses to `post`, a key of any kind, in an hour: one reply, or the likes and shares that were gained."""

    at: datetime
    post: str
    count: int = 1


@dataclass(frozen=True)
class Hour:
    """An hour of the week; `weekday` is 0 on Monday."""

    weekday: int
    hour: int


@dataclass(frozen=True)
class WeekHours:
    """The smoothed counts of 168 hours, of how many mentions or responses they are, and to how many posts.

    `quiet` are the numbers of the quiet hours, from Monday at midnight.
    """

    values: tuple[float, ...]
    count: int
    is_enough: bool
    posts: int = 0
    quiet: frozenset[int] = frozenset()

    @classmethod
    def of(cls, heat: Heat) -> "WeekHours":
        """Return the hours of mentions."""
        count, flat = round(sum(map(sum, heat))), _flat(heat)
        values = _smooth(heat)
        return cls(values, count, count >= MIN_MENTIONS, quiet=_quiet(values, flat, [1] * len(flat)))

    @classmethod
    def of_responses(
        cls, responses: Iterable[Response], zone: tzinfo, published: Iterable[datetime] = ()
    ) -> "WeekHours":
        """Return the hours of responses in a zone. `published` has the times of what people could respond to."""
        heat, events, count, posts = [[0.0] * 24 for _ in range(7)], [0] * HOURS, 0, set()
        for one in responses:
            at = _hour_of_week(one.at, zone)
            heat[at // 24][at % 24] += log2(1 + one.count)
            events[at] += 1
            count += one.count
            posts.add(one.post)
        values, read = _smooth(heat), [0] * HOURS
        for moment in published:
            at = _hour_of_week(moment, zone)
            for later in range(RESPONDED_FOR):
                read[(at + later) % HOURS] += 1
        is_enough = count >= MIN_RESPONSES and len(posts) >= MIN_POSTS
        return cls(values, count, is_enough, len(posts), _quiet(values, events, read))

    def is_quiet(self, hour: Hour) -> bool:
        """Return whether few people publish about the brand at this hour; False if too little is known."""
        return self.is_enough and hour.weekday * 24 + hour.hour in self.quiet

    def best(self) -> list[Hour]:
        """Return the best hours, at most one per weekday, the best first; none at which nobody is."""
        if not self.is_enough:
            return []
        found: list[Hour] = []
        for at in sorted(range(len(self.values)), key=lambda at: (-self.values[at], at)):
            if not self.values[at]:
                break
            if all(one.weekday != at // 24 for one in found):
                found.append(Hour(at // 24, at % 24))
            if len(found) == BEST:
                break
        return found

    def share(self, weekday: int, hour: int, hours: int = 2) -> int:
        """Return how busy some hours are, in percent of the busiest ones of that length."""
        sums = [sum(self.values[at : at + hours]) for at in range(0, len(self.values), hours)]
        return round(100 * sums[(weekday * 24 + hour) // hours] / (max(sums) or 1))


def _quiet(values: Sequence[float], events: Sequence[float], read: Sequence[int]) -> frozenset[int]:
    """Return the hours with few events for as often as they were read (`read`)."""
    total, times, found = sum(events), sum(read), set()
    for at, value in enumerate(values):
        around = (at - 1, at, (at + 1) % len(values))
        expected = total * sum(read[one] for one in around) / (times or 1)
        is_low = value < QUIET * sum(values) / len(values)
        if read[at] and is_low and expected >= EXPECTED and _at_most(sum(events[one] for one in around), expected):
            found.add(at)
    return frozenset(found)


def _at_most(count: float, expected: float) -> bool:
    """Return whether so few events where `expected` is the mean are rarer than CHANCE (Poisson)."""
    if count >= expected:
        return False
    if expected > MANY:
        return count < expected - DEVIATIONS * sqrt(expected)
    terms = (exp(number * log(expected) - expected - lgamma(number + 1)) for number in range(round(count) + 1))
    return sum(terms) < CHANCE


def _hour_of_week(at: datetime, zone: tzinfo) -> int:
    local = at.astimezone(zone)
    return local.weekday() * 24 + local.hour


def _flat(heat: Heat) -> list[float]:
    return [count for day in heat for count in day]


def _smooth(heat: Heat) -> tuple[float, ...]:
    flat = _flat(heat)
    size = len(flat)
    return tuple(flat[at] + (flat[at - 1] + flat[(at + 1) % size]) / 2 for at in range(size))
