"""The common part of measures per hundred: the conditions that fit, and changes in points."""

from accounts.formats import percent
from alerts.conditions.base import Clause, Settings
from alerts.measures.base import SHARES, Measure, Measured
from alerts.measures.words import points


def share_of(part: int, whole: int) -> Measured:
    """Return a part per hundred of the whole, with the whole as its sample; 0 of nothing."""
    share = 100 * part / whole if whole else 0.0
    return Measured(share, round(share), whole)


class Share(Measure):
    """A measure per hundred of what it counts."""

    conditions = SHARES
    says_what, counts_rows = False, True

    def limit_of_change(self, value: int) -> str:
        return points(value)


class Percentage(Share):
    """A share from 0 to 100%."""

    limits = (0, 100)

    def amount(self, value: float, clause: Clause, settings: Settings) -> str:
        return percent(value)

    def limit(self, value: int) -> str:
        return percent(value)
