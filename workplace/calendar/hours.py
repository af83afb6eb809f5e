"""Good and quiet hours to publish, from when people publish about the brand. Pure.

In: counts by weekday (from Monday) and hour. Out: the best hours, and whether an hour is quiet. An hour counts with
half of the one before and after, since few mentions make a single hour a matter of chance.
"""

from collections.abc import Sequence
from dataclasses import dataclass

MIN_MENTIONS = 50  # fewer say nothing about 168 hours
QUIET = 0.25  # of the average hour
BEST = 3

Heat = Sequence[Sequence[int]]


@dataclass(frozen=True)
class Hour:
    """An hour of the week; `weekday` is 0 on Monday."""

    weekday: int
    hour: int


@dataclass(frozen=True)
class WeekHours:
    """The smoothed counts of 168 hours, and of how many mentions they are."""

    values: tuple[float, ...]
    mentions: int

    @classmethod
    def of(cls, heat: Heat) -> "WeekHours":
        flat = [count for day in heat for count in day]
        size = len(flat)
        smooth = (flat[at] + (flat[at - 1] + flat[(at + 1) % size]) / 2 for at in range(size))
        return cls(tuple(smooth), sum(flat))

    @property
    def is_enough(self) -> bool:
        return self.mentions >= MIN_MENTIONS

    def is_quiet(self, hour: Hour) -> bool:
        """Return whether few people publish about the brand at this hour; False if too little is known."""
        average = sum(self.values) / max(len(self.values), 1)
        return self.is_enough and self.values[hour.weekday * 24 + hour.hour] < QUIET * average

    def best(self) -> list[Hour]:
        """Return the best hours, at most one per weekday, the best first."""
        if not self.is_enough:
            return []
        found: list[Hour] = []
        for at in sorted(range(len(self.values)), key=lambda at: (-self.values[at], at)):
            if all(one.weekday != at // 24 for one in found):
                found.append(Hour(at // 24, at % 24))
            if len(found) == BEST:
                break
        return found

    def share(self, weekday: int, hour: int, hours: int = 2) -> int:
        """Return how busy some hours are, in percent of the busiest ones of that length."""
        sums = [sum(self.values[at : at + hours]) for at in range(0, len(self.values), hours)]
        return round(100 * sums[(weekday * 24 + hour) // hours] / (max(sums) or 1))
