"""When a source is polled next: its state and what the last poll brought in, the next time out. Pure; for the poller.

The interval follows the source (shorter after news, longer after none); the publisher's hints, Retry-After and skipped
hours can only make it wait longer; failures back off on a clock of their own and leave the interval as it was.
"""

import math
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

HOUR_S = 3_600
DAY_S = 86_400

# Half as long after news, half as long again after none: see docs/architecture.md and the etiquette it cites.
SLOWER = 1.5
FASTER = 2
# More new items than this in one poll means the poll came late: the interval shrinks in proportion, so that a quiet
# source that turns busy is caught up with in one step, not in the seven halvings from a day to a quarter of an hour.
AIM_NEW_ITEMS = 5
# Each wait moves by up to a tenth either way, so that sources added together do not stay together.
JITTER = 0.1
# A Retry-After beyond a week is a mistake of the server (milliseconds, an epoch) and would silence a source for good.
MAX_RETRY_AFTER_S = 7 * DAY_S
# YouTube has answered 404 for live feeds for days on end: only two weeks of it are believed.
DEAD_AFTER_S = 14 * DAY_S
# A first failure is retried after the shortest interval. Where the server has said "no" or "less", asking again soon
# is rude and useless: these begin at a multiple of it.
PATIENCE = {"forbidden": 16, "rate_limited": 4, "unavailable": 2, "not_found": 2}

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True)
class Pace:
    """The bounds of every ordinary wait, in seconds."""

    min_interval_s: int = 15 * 60
    max_interval_s: int = DAY_S


@dataclass(frozen=True, slots=True)
class PollState:
    """Where a source stands before the poll. `polled_before` is whether any poll has yet succeeded."""

    interval_s: int
    polled_before: bool = True
    failures: int = 0
    failing_since: datetime | None = None
    error_code: str = ""


@dataclass(frozen=True, slots=True)
class PollOutcome:
    """What one poll brought. `error_code` is "" for a success; `new_items` counts what had not been seen before.

    `all_new` says that nothing in the answer had been seen before, so that some may have come and gone unseen.
    `interval_hint_s` is the feed's ttl or syndication period; `skip_hours` are hours GMT, `skip_days` English names.
    """

    now: datetime
    new_items: int = 0
    all_new: bool = False
    error_code: str = ""
    retry_after_s: int | None = None
    cache_max_age_s: int | None = None
    interval_hint_s: int | None = None
    skip_hours: frozenset[int] = field(default_factory=frozenset)
    skip_days: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class NextPoll:
    """`next_poll_at` is aware and in UTC. `stop` is "" to go on, "gone" after a 410, "dead" after days of 404."""

    next_poll_at: datetime
    interval_s: int
    failures: int = 0
    failing_since: datetime | None = None
    stop: str = ""


def plan_next(state: PollState, outcome: PollOutcome, jitter: float, pace: Pace | None = None) -> NextPoll:
    """The next poll. `jitter` is a random number in [0, 1) that the caller draws.

    Never before Retry-After (up to a week); else within the pace's bounds, whatever the publisher hints or skips.
    """
    pace = pace or Pace()
    if outcome.error_code:
        return _after_failure(state, outcome, jitter, pace)
    interval_s = next_interval(state, outcome, pace)
    wait_s = interval_s if _overflowing(state, outcome) else max(interval_s, _hinted(outcome))
    at = _moved_out_of_skipped(outcome, _wait_until(outcome, wait_s, jitter, pace), pace)
    return NextPoll(at, interval_s)


def next_interval(state: PollState, outcome: PollOutcome, pace: Pace) -> int:
    """The source's own rhythm after a success. A new source begins at the fastest pace and slows down from there."""
    if not state.polled_before or _overflowing(state, outcome):
        return pace.min_interval_s
    if outcome.new_items:
        interval_s = min(state.interval_s / FASTER, state.interval_s * AIM_NEW_ITEMS / outcome.new_items)
    else:
        interval_s = state.interval_s * SLOWER
    return _clamp(round(interval_s), pace)


def back_off_s(error_code: str, failures: int, pace: Pace) -> int:
    """The wait after so many failures in a row: doubled each time, from a start that depends on the kind."""
    # Beyond 2**32 any start is past any bound; Python would go on computing.
    doubled = pace.min_interval_s * PATIENCE.get(error_code, 1) * 2 ** min(max(failures - 1, 0), 32)
    return min(doubled, pace.max_interval_s)


def _after_failure(state: PollState, outcome: PollOutcome, jitter: float, pace: Pace) -> NextPoll:
    failures = state.failures + 1
    since = state.failing_since or outcome.now
    stop = ""
    if outcome.error_code == "gone":
        stop = "gone"
    elif outcome.error_code == state.error_code == "not_found":
        stop = "dead" if (outcome.now - since).total_seconds() >= DEAD_AFTER_S else ""
    at = _wait_until(outcome, back_off_s(outcome.error_code, failures, pace), jitter, pace)
    return NextPoll(at, _clamp(state.interval_s, pace), failures, since.astimezone(UTC), stop)


def _overflowing(state: PollState, outcome: PollOutcome) -> bool:
    """Nothing left of what was there last time: items may have been missed, which outweighs a publisher's hint."""
    return state.polled_before and outcome.all_new and outcome.new_items > 1


def _hinted(outcome: PollOutcome) -> int:
    return max(outcome.cache_max_age_s or 0, outcome.interval_hint_s or 0)


def _clamp(seconds: int, pace: Pace) -> int:
    return min(max(seconds, pace.min_interval_s), pace.max_interval_s)


def _wait_until(outcome: PollOutcome, wait_s: float, jitter: float, pace: Pace) -> datetime:
    wait_s = _clamp(math.ceil(wait_s * (1 - JITTER + 2 * JITTER * jitter)), pace)
    if outcome.retry_after_s:
        asked_s = min(outcome.retry_after_s, MAX_RETRY_AFTER_S)
        wait_s = max(wait_s, math.ceil(asked_s * (1 + JITTER * jitter)))
    return outcome.now.astimezone(UTC) + timedelta(seconds=wait_s)


def _moved_out_of_skipped(outcome: PollOutcome, at: datetime, pace: Pace) -> datetime:
    """The same minute of the first hour that is not skipped, but no later than the longest interval allows."""
    latest = max(at, outcome.now.astimezone(UTC) + timedelta(seconds=pace.max_interval_s))
    days = {day.lower() for day in outcome.skip_days}
    while at < latest and (at.hour in outcome.skip_hours or _DAYS[at.weekday()] in days):
        at += timedelta(seconds=HOUR_S)
    return min(at, latest)
