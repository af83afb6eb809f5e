"""Whether a rule may open an incident now: its cool-down and its maximum per day. Pure.

Called by alerts/evaluate.py before an incident opens, and by back-tests.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Limits:
    """`cooldown_s` seconds without a new incident after the last one opened, `max_per_day` incidents in 24 hours.

    0 and None are no limit.
    """

    cooldown_s: int = 0
    max_per_day: int | None = None

    @property
    def is_needed(self) -> bool:
        """Whether the earlier incidents matter."""
        return bool(self.cooldown_s or self.max_per_day)


def may_open(limits: Limits, opened: Sequence[datetime], now: datetime) -> bool:
    """Return whether a rule may open an incident; `opened` are the times (UTC) at which its incidents opened."""
    recent = [at for at in opened if at <= now]
    if limits.cooldown_s and recent and now - max(recent) < timedelta(seconds=limits.cooldown_s):
        return False
    return not limits.max_per_day or sum(now - at < DAY for at in recent) < limits.max_per_day
