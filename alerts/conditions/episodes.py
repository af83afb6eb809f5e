"""Decide when the incident of a rule opens and closes, from one verdict after another. Pure.

`step` is the only place that decides: alerts/evaluate.py calls it with the state stored in Postgres.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto

from alerts.conditions.base import Verdict

# A count that varies by chance falls below the recovery count for minutes, rarely for an hour.
CALM = timedelta(hours=1)


class Change(Enum):
    NONE = auto()
    OPEN = auto()
    CLOSE = auto()


@dataclass(frozen=True, slots=True)
class Episode:
    """Whether an incident is open, and since when (UTC) every evaluation has found it resolved.

    `held` is how many evaluations in a row have found a rule triggered that has to be so several times.
    """

    is_open: bool = False
    calm_since: datetime | None = None
    held: int = 0


def step(
    episode: Episode, verdict: Verdict, now: datetime, *, hold: int = 1, may_open: bool = True
) -> tuple[Episode, Change]:
    """Return the state after an evaluation at `now`, and what changed.

    An incident opens with the `hold`th triggered evaluation in a row, or the first one after it that `may_open` it
    (limits.py); unknown ones are not counted. It closes once every evaluation of the last hour has found it resolved.
    """
    if not episode.is_open:
        return _step_closed(episode, verdict, hold, may_open=may_open)
    if not verdict.resolved:
        return Episode(is_open=True), Change.NONE
    calm_since = episode.calm_since or now
    if now - calm_since >= CALM:
        return Episode(), Change.CLOSE
    return Episode(is_open=True, calm_since=calm_since), Change.NONE


def _step_closed(episode: Episode, verdict: Verdict, hold: int, *, may_open: bool) -> tuple[Episode, Change]:
    if verdict.is_unknown:
        return episode, Change.NONE
    held = min(episode.held + 1, hold) if verdict.triggered else 0
    if held >= hold and may_open:
        return Episode(is_open=True), Change.OPEN
    return Episode(held=held), Change.NONE
