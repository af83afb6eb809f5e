"""Is a rule broken? Pure: counts of mentions and the rule's settings in, a Verdict out. Knows nothing of Django.

Called by alerts/rules.py for live rules, and by whatever replays a rule on the past: same function, same answer.
"""

from dataclasses import dataclass

ABOVE, INCREASE = "above", "increase"
# An open incident closes only once the count has fallen a tenth below the limit, so that a count that trembles around
# it makes one incident and not twenty. A tenth is small enough to be told in one sentence.
RELEASE = 0.9


@dataclass(frozen=True, slots=True)
class Settings:
    """`above`: more than `threshold` mentions. `increase`: at least `percent` % more than in the window before, and at
    least `minimum` mentions. `sentiment` and `with_uncertain` say which mentions are counted (all where it is "")."""

    condition: str
    threshold: int = 0
    percent: int = 0
    minimum: int = 0
    sentiment: str = ""
    with_uncertain: bool = False

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that are counted; none where that does not matter."""
        return (
            () if not self.sentiment else (self.sentiment, "uncertain") if self.with_uncertain else (self.sentiment,)
        )


@dataclass(frozen=True, slots=True)
class Verdict:
    """`value` and `baseline` are the counts of the window and of the one before; `limit` is what `value` had to
    reach (increase) or exceed (above) to break the rule, before hysteresis."""

    broken: bool
    value: int
    baseline: int
    limit: float
