"""The interface of measures: what the clauses of rules compare with their numbers.

A measure is one object in a file of this package, listed in registry.py. It names the readings (alerts/readings/)
that it is computed from, computes its value from them, says which conditions fit it, and has its words: its label, and
phrases for sentences in which a translator sees the whole clause.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise

from accounts.formats import number
from alerts.conditions.base import ABOVE, BELOW, DECREASE, EACH, FALL, FEW, INCREASE, RISE, UNUSUAL, Clause, Settings
from alerts.readings.base import Request
from monitoring.insights.breakdown import LABELS
from monitoring.models import Mention

CHANGES = (INCREASE, DECREASE, RISE, FALL)
COUNTS = (ABOVE, BELOW, *CHANGES, UNUSUAL, FEW)  # the conditions of what random arrivals make
LISTS = (*COUNTS, EACH)  # those of what has a list of mentions
SHARES = (ABOVE, BELOW, RISE, FALL)  # a percentage of a percentage confuses people
SUMS = (ABOVE, BELOW, *CHANGES)
STATES = (ABOVE,)
UNANALYZED = 1 << LABELS.index("pending")

# A reading of one window: numbers by key, such as mentions by the bits of their labels.
Found = Counter[int]


@dataclass(frozen=True, slots=True)
class Measured:
    """The value of a measure in a window; `listed` and `judged` are those of conditions.base.Window."""

    value: float
    listed: int = 0
    judged: int | None = None


class Measure:
    """A measure. `has_window` is False for the present state, which has no time window.

    `parameter_default` is the usual number in the measure (`Clause.parameter`), None if it has none. `says_what`: its
    amounts say what is counted. `counts_rows`: it makes a difference whether near-identical items count once.
    """

    name: str
    label: str | Promise
    conditions: tuple[str, ...] = COUNTS
    has_window = True
    parameter_default: int | None = None
    limits: tuple[int, int | None] = (0, None)  # the lowest and the highest threshold
    says_what = True
    counts_rows = False

    def readings(self, clause: Clause, settings: Settings) -> tuple[str, ...]:
        """Return the names of the readings that `measured` takes."""
        raise NotImplementedError

    def measured(self, found: Sequence[Found], clause: Clause, settings: Settings, *, is_past: bool) -> Measured:
        """Return the value in a window from its readings, by default how many the first one has. Pure.

        `is_past`: the window is one that the current one is compared with.
        """
        return Measured(total(found[0]), total(found[0]))

    def matching(
        self, rows: QuerySet[Mention], clause: Clause, settings: Settings, request: Request
    ) -> QuerySet[Mention]:
        """Return those of the mentions of a request that the measure counts, for the condition "each"."""
        raise NotImplementedError

    def selection(self, clause: Clause, settings: Settings) -> dict[str, Any] | None:
        """Return the selections of a MentionFilter that lists what was counted, None if it is no list of mentions."""
        return {}

    def amount(self, value: float, clause: Clause, settings: Settings) -> str:
        """Return a value with its unit: "20 negative mentions"."""
        return number(round(value))

    def limit(self, value: int) -> str:
        """Return a threshold as `subject` is compared with it."""
        return number(value)

    def limit_of_change(self, value: int) -> str:
        """Return the difference of two values."""
        return number(value)

    def each(self, name: str, clause: Clause, settings: Settings) -> str:
        """Return the sentence of a rule on each mention, for measures with that condition."""
        raise NotImplementedError

    def subject(self, name: str, clause: Clause) -> str:
        """Return what is measured as a phrase in the singular: "the reach of Lumen"."""
        raise NotImplementedError

    @property
    def is_share(self) -> bool:
        return self.conditions == SHARES


def mask(labels: Iterable[str]) -> int:
    """Return the bits of labels, those of breakdown.label_bits."""
    return sum(1 << LABELS.index(label or "pending") for label in labels)


def total(counts: Found, labels: int = 0) -> int:
    """Return how many have one of the labels; 0 for all."""
    return sum(count for bits, count in counts.items() if not labels or bits & labels)


def rows_reading(settings: Settings) -> str:
    """Return the reading that counts mentions as the rule wants it."""
    return "stories" if settings.counts_stories else "items"
