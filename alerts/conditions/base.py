"""The interface of alert conditions: time windows and a rule's settings in, a Verdict out. Pure, without Django.

A condition is one function `(history, clause) -> Verdict`, listed in alerts/conditions/registry.py and called by
alerts/evaluate.py. The same function serves live rules and back-tests, so both give the same result.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

ABOVE, BELOW, INCREASE, UNUSUAL = "above", "below", "increase", "unusual"
DECREASE, RISE, FALL, FEW, EACH = "decrease", "rise", "fall", "few", "each"
CALM, NORMAL, NERVOUS = "calm", "normal", "nervous"
AND, OR = "and", "or"
MENTIONS = "mentions"  # the measure of rules that name none
READS_PAST = frozenset({UNUSUAL, FEW})
MAX_CLAUSES = 4


@dataclass(frozen=True, slots=True)
class Window:
    """A time window of a rule: the number that the condition compares, and whether the sources could be read.

    `listed` is the number that is shown, that of its mentions or stories: more than `value` where authors count once,
    and the rounded value of a share. `judged` is how many analyzed mentions a share or a balance is about; None for
    counts.

    `stretch` is how many times the length of the window its mentions were published over: above 1 after an outage,
    when a poll finds all that was published during it.
    """

    value: float
    is_known: bool = True
    stretch: float = 1.0
    listed: int = 0
    judged: int | None = None


@dataclass(frozen=True, slots=True)
class History:
    """The current time window, the one just before it, and the same hours of the past four weeks, newest first.

    `past` has one window per day, or per length of the window if that is longer; it is empty for conditions that do
    not read it, and where nothing of it could trigger the rule. `also` has the histories of the further clauses.
    """

    current: Window
    previous: Window
    past: tuple[Window, ...] = ()
    also: tuple["History", ...] = ()


@dataclass(frozen=True, slots=True)
class Clause:
    """One condition of a rule on one measure (alerts/measures/).

    `above`: more than `threshold`. `below`: fewer than `threshold`. `increase` and `decrease`: at least `percent` %
    more or less than in the previous period, `rise` and `fall`: at least `change` more or less. `unusual` and `few`:
    more or less than in the same hours of the past four weeks, by `sensitivity`. `each`: every mention.

    `minimum` is the least number of mentions that triggers, of analyzed ones for shares and balances. `parameter` is
    the number in the measure, such as the stars of "a rating of at most 2". `recovery` is the value at which an
    incident is over, None for the one of recovery.py. `tests_chance`: a change also has to be more than chance
    explains.
    """

    condition: str
    measure: str = MENTIONS
    parameter: int = 0
    threshold: int = 0
    percent: int = 0
    change: int = 0
    minimum: int = 0
    sensitivity: str = NORMAL
    recovery: int | None = None
    tests_chance: bool = False

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Clause":
        """Return a stored clause; what it lacks has the default, and unknown names are left out."""
        names = {field.name for field in fields(cls)} - {"also"}
        return cls(**{name: value for name, value in values.items() if name in names})

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Settings(Clause):
    """The settings of a rule: its first clause, how mentions count in all of them, and the further clauses.

    `sentiment` and `with_uncertain` select the mentions that the measure "mentions" counts (all if ""). With
    `counts_stories`, near-identical items count once, and with `counts_authors` all items of one author. The clauses
    are joined by "and" or "or", and have to be met in `hold` evaluations in a row.
    """

    sentiment: str = ""
    with_uncertain: bool = False
    counts_stories: bool = False
    counts_authors: bool = False
    also: tuple[Clause, ...] = ()
    joined_by: str = AND
    hold: int = 1

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Settings":
        """Return stored settings, also those that an earlier version stored."""
        names = {field.name for field in fields(cls)} - {"also"}
        known = {name: value for name, value in values.items() if name in names}
        return cls(**known, also=tuple(Clause.from_json(one) for one in values.get("also", ())))

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "also": [one.to_json() for one in self.also]}

    @property
    def clauses(self) -> tuple[Clause, ...]:
        return (self, *self.also)

    @property
    def labels(self) -> tuple[str, ...]:
        """Return the sentiment labels to count; empty for all mentions."""
        if not self.sentiment:
            return ()
        return (self.sentiment, "uncertain") if self.with_uncertain else (self.sentiment,)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The state of a rule at one moment.

    `triggered` opens an incident, `resolved` closes an open one after some time (episodes.py); between the limit and
    the recovery count neither is true. `is_unknown` says that the sources could not be read, or not for long
    enough: then neither is true. `value` and `baseline` are the counts of the current time window and of what it
    is compared with. `limit` is the number that `value` must exceed (above), stay under (below) or reach to
    trigger the rule. A rule with several clauses has a verdict on each in `parts`, and its own numbers are those of
    the clause with the number `clause`.
    """

    triggered: bool
    resolved: bool
    value: float
    baseline: float
    limit: float
    is_unknown: bool = False
    parts: tuple["Verdict", ...] = ()
    clause: int = 0

    @classmethod
    def unknown(cls, value: float, baseline: float = 0, limit: float = 0.0) -> "Verdict":
        """Return a verdict that neither opens nor closes an incident."""
        return cls(False, False, value, baseline, limit, is_unknown=True)

    def of_clause(self, number: int) -> "Verdict":
        """Return the verdict on one clause: an incident shows the numbers of the clause that opened it."""
        return self.parts[number] if number < len(self.parts) else self


Condition = Callable[[History, Clause], Verdict]
