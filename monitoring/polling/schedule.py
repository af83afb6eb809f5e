"""Compute when a source is polled next: its state and the outcome of a poll in, the next time out. Pure.

Called by polling/source_state.py. The interval adapts to the source: shorter after new items, longer without. The
publisher's hints, Retry-After and skipped hours only lengthen the wait; failures back off and keep the interval.
"""

import math
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

HOUR_S = 3_600
DAY_S = 86_400

# The interval is multiplied or divided by these: see docs/architecture.md and the etiquette it cites.
SLOWER = 1.5
FASTER = 2
# More new items than this in one poll mean that it came late. The interval then shrinks in proportion: from a day to
# the minimum in one step, instead of seven halvings.
AIM_NEW_ITEMS = 5
# Each wait varies by up to a tenth in both directions, to spread sources that were added together.
JITTER = 0.1
# A Retry-After beyond a week is a server error (milliseconds, an epoch) and would stop polling for years.
MAX_RETRY_AFTER_S = 7 * DAY_S
# YouTube has responded 404 for existing feeds for days: a source is stopped after two weeks of it.
DEAD_AFTER_S = 14 * DAY_S
# The first failure is retried after the minimum interval. Where the server refuses or asks for fewer requests, an
# early retry is useless: these codes start at a multiple of it.
BACK_OFF_FACTORS = {
    **dict.fromkeys(("bot_wall", "sign_in_required", "proxy_sign_in_required", "forbidden", "legal_reasons"), 16),
    "rate_limited": 4,
    "unavailable": 2,
    "not_found": 2,
}

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True, slots=True)
class Pace:
    """The bounds of every wait without Retry-After, in seconds."""

    min_interval_s: int = 15 * 60
    max_interval_s: int = DAY_S


@dataclass(frozen=True, slots=True)
class PollState:
    """A source before the poll. `polled_before` is True if any poll has succeeded yet; `failing_since` is UTC."""

    interval_s: int
    polled_before: bool = True
    failures: int = 0
    failing_since: datetime | None = None
    error_code: str = ""


@dataclass(frozen=True, slots=True)
class PollOutcome:
    """The outcome of one poll. `error_code` is "" for a success; `new_items` counts items not seen before.

    `all_new` is True if no item of the response was seen before, so others may have come and gone since the last poll.
    `retry_after_s`, `cache_max_age_s` (Cache-Control) and `interval_hint_s` (ttl, syndication period) are in seconds;
    `skip_hours` are hours GMT, `skip_days` English day names.
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
    """The next poll, at `next_poll_at` (UTC). `stop` is "gone" after a 410, "dead" after two weeks of 404, else ""."""

    next_poll_at: datetime
    interval_s: int
    failures: int = 0
    failing_since: datetime | None = None
    stop: str = ""


def plan_next(state: PollState, outcome: PollOutcome, jitter: float, pace: Pace | None = None) -> NextPoll:
    """Return the next poll. `jitter` is a random number in [0, 1) from the caller.

    The wait is never shorter than Retry-After (up to a week), and otherwise within the bounds of `pace`.
    """
    pace = pace or Pace()
    if outcome.error_code:
        return _after_failure(state, outcome, jitter, pace)
    interval_s = next_interval(state, outcome, pace)
    wait_s = interval_s if _may_miss_items(state, outcome) else max(interval_s, _hinted_wait(outcome))
    at = _after_skipped_hours(outcome, _wait_until(outcome, wait_s, jitter, pace), pace)
    return NextPoll(at, interval_s)


def next_interval(state: PollState, outcome: PollOutcome, pace: Pace) -> int:
    """Return the source's interval in seconds after a success. A new source starts with the minimum."""
    if not state.polled_before or _may_miss_items(state, outcome):
        return pace.min_interval_s
    if outcome.new_items:
        interval_s = min(state.interval_s / FASTER, state.interval_s * AIM_NEW_ITEMS / outcome.new_items)
    else:
        interval_s = state.interval_s * SLOWER
    return _clamp(round(interval_s), pace)


def back_off_s(error_code: str, failures: int, pace: Pace) -> int:
    """Return the wait in seconds after this many consecutive failures: doubled each time, starting by error code."""
    # 2**32 exceeds every maximum; larger powers only cost time.
    doubled: int = pace.min_interval_s * BACK_OFF_FACTORS.get(error_code, 1) * 2 ** min(max(failures - 1, 0), 32)
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


def _may_miss_items(state: PollState, outcome: PollOutcome) -> bool:
    """Return True if no item of the last poll is left. Missing items weighs more than a publisher's hint."""
    return state.polled_before and outcome.all_new and outcome.new_items > 1


def _hinted_wait(outcome: PollOutcome) -> int:
    return max(outcome.cache_max_age_s or 0, outcome.interval_hint_s or 0)


def _clamp(seconds: int, pace: Pace) -> int:
    return min(max(seconds, pace.min_interval_s), pace.max_interval_s)


def _wait_until(outcome: PollOutcome, wait_s: float, jitter: float, pace: Pace) -> datetime:
    wait_s = _clamp(math.ceil(wait_s * (1 - JITTER + 2 * JITTER * jitter)), pace)
    if outcome.retry_after_s:
        retry_after_s = min(outcome.retry_after_s, MAX_RETRY_AFTER_S)
        wait_s = max(wait_s, math.ceil(retry_after_s * (1 + JITTER * jitter)))
    return outcome.now.astimezone(UTC) + timedelta(seconds=wait_s)


def _after_skipped_hours(outcome: PollOutcome, at: datetime, pace: Pace) -> datetime:
    """Return the same minute of the first hour that isn't skipped, or the end of the maximum interval if earlier."""
    latest = max(at, outcome.now.astimezone(UTC) + timedelta(seconds=pace.max_interval_s))
    days = {day.lower() for day in outcome.skip_days}
    while at < latest and (at.hour in outcome.skip_hours or _DAYS[at.weekday()] in days):
        at += timedelta(seconds=HOUR_S)
    return min(at, latest)
