"""Replay a rule over the last 90 days: when it would have fired, for how long, what it would have missed.

In: a rule, saved or not, the time now and a person's zone. Out: a frozen Replay. The rows are read once; `evaluate`
and `step` of alerts/conditions/ decide, as they do live. Called by dashboards/views/rule_replay.py and the API.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum

from alerts.conditions.base import EACH, Settings
from alerts.models import Rule
from alerts.replay.blind_spots import BlindSpot, Code, blind_spots
from alerts.replay.build import frames_of
from alerts.replay.crises import Crisis, crises_of, is_about
from alerts.replay.days import Day, days_of, examples_of, extreme_place, mentions_per_day, unknown_periods
from alerts.replay.read import DAYS, Past, read_past
from alerts.replay.run import Firing, Run, run
from alerts.replay.series import counted_rows, unsupported
from alerts.replay.timeline import micros
from alerts.replay.variants import Variant, variants
from alerts.rules import limits_of, settings_of
from alerts.scope import Scope, scope_of
from monitoring.insights.periods import bucket_starts

LIMIT_S = 2.0  # of evaluating, after the rows are read
VARIANTS_S = 1.0  # of evaluating the rule with other numbers
# More alerts than this without any crisis, and people stop to read them.
MAX_FALSE_PER_WEEK = 1.0
WEEK = timedelta(days=7)


class Outcome(StrEnum):
    """NO_DATA: the rule had no mentions to count. UNKNOWN: it could not be evaluated at any time. EACH: the rule is on
    each mention. UNSUPPORTED: a measure of it cannot be replayed.
    """

    FIRES = "fires"
    NOT_REACHED = "not_reached"
    NO_DATA = "no_data"
    UNKNOWN = "unknown"
    EACH = "each"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True)
class Replay:
    """`until` is earlier than asked for if the time was up. `extreme` is the count that came closest to the limit.

    `limit` is the number that `extreme` was compared with, None where that is unknown. `matching` mentions count.
    `examples` has a document of each firing by its opening.
    """

    rule: Rule
    scope: Scope
    settings: Settings
    since: datetime
    until: datetime
    outcome: Outcome
    blind_spots: tuple[BlindSpot, ...]
    matching: int = 0
    firings: tuple[Firing, ...] = ()
    crises: tuple[Crisis, ...] = ()
    days: tuple[Day, ...] = ()
    extreme: int = 0
    extreme_at: datetime | None = None
    limit: float | None = None
    unknown: tuple[tuple[datetime, datetime], ...] = ()
    variants: tuple[Variant, ...] = ()
    examples: dict[datetime, int] = field(default_factory=dict)
    is_complete: bool = True

    @property
    def missed(self) -> tuple[Crisis, ...]:
        return tuple(one for one in self.crises if one.alerted_at is None)

    @property
    def unfounded(self) -> int:
        """The number of firings without a crisis."""
        return sum(not is_about(one, self.crises) for one in self.firings)

    @property
    def weeks(self) -> float:
        return max((self.until - self.since) / WEEK, 1)

    @property
    def per_week(self) -> float:
        return (self.matching if self.outcome is Outcome.EACH else len(self.firings)) / self.weeks

    @property
    def is_noisy(self) -> bool:
        return self.unfounded / self.weeks > MAX_FALSE_PER_WEEK


def replay(rule: Rule, now: datetime, zone: tzinfo, limit_s: float = LIMIT_S) -> Replay:
    """Return how a rule would have behaved."""
    settings = settings_of(rule)
    if missing := unsupported(settings):
        spots = tuple(BlindSpot(Code.MEASURE, name=name) for name in dict.fromkeys(missing))
        return Replay(rule, scope_of(rule), settings, now - DAYS, now, Outcome.UNSUPPORTED, spots)
    past = read_past(rule, now)
    if settings.condition == EACH:
        return _each(rule, settings, past, zone)
    frames, limits = frames_of(rule, settings, past), limits_of(rule)
    began = time.monotonic()
    found = run(frames, settings, began + limit_s, limits)
    timeline = past.timeline
    is_complete = found.evaluated == timeline.number
    since, until = timeline.at(0), timeline.at(max(found.evaluated - 1, 0))
    starts = _starts(since, until, zone)
    matching = _matching(past, settings, since, until)
    place = extreme_place(frames[0], settings, 0, max(found.evaluated, 1))
    return Replay(
        rule=rule,
        scope=past.scope,
        settings=settings,
        since=since,
        until=until,
        outcome=_outcome(found, matching),
        blind_spots=blind_spots(settings, past, since, until, is_complete=is_complete),
        matching=matching,
        firings=found.firings,
        crises=crises_of(rule, settings, past, found.firings, starts, until),
        days=days_of(rule, past, frames[0], settings, found, starts, until),
        extreme=int(frames[0].listed[place]),
        extreme_at=timeline.at(place),
        limit=None if found.unknown[place] else found.verdict_at(place).of_clause(0).limit,
        unknown=unknown_periods(past, found),
        variants=variants(frames, settings, found, began + limit_s + VARIANTS_S, limits),
        examples=examples_of(rule, past, settings, found.firings),
        is_complete=is_complete,
    )


def _each(rule: Rule, settings: Settings, past: Past, zone: tzinfo) -> Replay:
    """Return the mentions that a rule on each mention would have sent."""
    timeline = past.timeline
    since, until = timeline.at(0), timeline.at(timeline.number - 1)
    matching = _matching(past, settings, since, until)
    return Replay(
        rule=rule,
        scope=past.scope,
        settings=settings,
        since=since,
        until=until,
        outcome=Outcome.EACH if matching else Outcome.NO_DATA,
        blind_spots=blind_spots(settings, past, since, until, is_complete=True),
        matching=matching,
        days=mentions_per_day(past, settings, _starts(since, until, zone), until),
    )


def _starts(since: datetime, until: datetime, zone: tzinfo) -> Sequence[datetime]:
    return [max(start, since) for start in bucket_starts(since, until, zone, "day")]


def _matching(past: Past, settings: Settings, since: datetime, until: datetime) -> int:
    """Return how many mentions a clause counts."""
    found = [counted_rows(past, clause, settings).found for clause in settings.clauses]
    return max(int(((one >= micros(since)) & (one < micros(until))).sum()) for one in found)


def _outcome(found: Run, matching: int) -> Outcome:
    if found.firings:
        return Outcome.FIRES
    if found.unknown[: max(found.evaluated, 1)].all():
        return Outcome.UNKNOWN
    return Outcome.NOT_REACHED if matching else Outcome.NO_DATA
