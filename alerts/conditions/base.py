"""The interface of alert conditions: mention counts and a rule's settings in, a Verdict out. Pure, without Django.

A condition is one function `(series, settings) -> Verdict`, listed in alerts/conditions/registry.py and called by
alerts/evaluate.py. The same function serves live rules and back-tests, so both give the same result.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

ABOVE, INCREASE = "above", "increase"
# An open incident is resolved only once the count has fallen 10% below the limit: a count that oscillates around the
# limit then opens one incident instead of twenty. 10% is small enough to explain in one sentence.
RELEASE = 0.9


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a rule.

    `above`: more than `threshold` mentions. `increase`: at least `percent` % more than in the previous period, and at
    least `minimum` mentions. `sentiment` and `with_uncertain` select the mentions to count (all if ""). With
    `counts_stories`, near-identical items count once.
    """

    condition: str
    threshold: int = 0
    percent: int = 0
    minimum: int = 0
    sentiment: str = ""
    with_uncertain: bool = False
    counts_stories: bool = False

    @property
    def labels(self) -> tuple[str, ...]:
        """Return the sentiment labels to count; empty for all mentions."""
        if not self.sentiment:
            return ()
        return (self.sentiment, "uncertain") if self.with_uncertain else (self.sentiment,)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The state of a rule at one moment.

    `triggered` opens an incident, `resolved` closes an open one; between the two limits neither is true. `value` and
    `baseline` are the counts of the current time window and of the previous period. `limit` is the number that `value`
    must exceed (above) or reach (increase) to trigger the rule.
    """

    triggered: bool
    resolved: bool
    value: int
    baseline: int
    limit: float


# `series`: mentions in consecutive time windows of the rule's length, at least two, the current one last.
Condition = Callable[[Sequence[int], Settings], Verdict]
