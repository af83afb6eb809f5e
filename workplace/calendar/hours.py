"""Good and quiet hours to publish, from when people respond to the brand, or publish about it. Pure.

In: counts by weekday (from Monday) and hour. Out: the best hours, and whether an hour is quiet. An hour counts with
half of the one before and after, since few mentions make a single hour a matter of chance. Likes and shares of one
post and hour count by their logarithm: one post that thousands like says no more about hours than some others do.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from math import log2

MIN_MENTIONS = 50  # fewer say nothing about 168 hours
MIN_RESPONSES, MIN_POSTS = 50, 10  # responses to fewer posts say when the posts were published
QUIET = 0.25  # of the average hour
BEST = 3

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
    """The smoothed counts of 168 hours, of how many mentions or responses they are, and to how many posts."""

    values: tuple[float, ...]
    count: int
    is_enough: bool
    posts: int = 0

    @classmethod
    def of(cls, heat: Heat) -> "WeekHours":
        """Return the hours of mentions."""
        count = round(sum(map(sum, heat)))
        return cls(_smooth(heat), count, count >= MIN_MENTIONS)

    @classmethod
    def of_responses(cls, responses: Iterable[Response], zone: tzinfo) -> "WeekHours":
        """Return the hours of responses in a zone."""
        heat, count, posts = [[0.0] * 24 for _ in range(7)], 0, set()
        for one in responses:
            local = one.at.astimezone(zone)
            heat[local.weekday()][local.hour] += log2(1 + one.count)
            count += one.count
            posts.add(one.post)
        return cls(_smooth(heat), count, count >= MIN_RESPONSES and len(posts) >= MIN_POSTS, len(posts))

    def is_quiet(self, hour: Hour) -> bool:
        """Return whether few people publish about the brand at this hour; False if too little is known."""
        average = sum(self.values) / max(len(self.values), 1)
        return self.is_enough and self.values[hour.weekday * 24 + hour.hour] < QUIET * average

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


def _smooth(heat: Heat) -> tuple[float, ...]:
    flat = [count for day in heat for count in day]
    size = len(flat)
    return tuple(flat[at] + (flat[at - 1] + flat[(at + 1) % size]) / 2 for at in range(size))
