"""Decide what a poll means for its source. Pure: the claimed source, its poll and `now` in, new columns out.

Called by polling/save.py, which stores the entries and writes the columns. Settings are handed in as `pace` and
`retention`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from monitoring.ingest.backlog import is_dated
from monitoring.ingest.records import Batch, Stored
from monitoring.platforms.registry import item_platform, recheck_policy
from monitoring.polling.moves import MAX_TITLE, MAX_URL, next_move
from monitoring.polling.schedule import Pace, PollOutcome, PollState, plan_next
from monitoring.records import ClaimedSource, CompletedPoll, Entry, PollHints, PollResult

# An entry that was older than this when its source was added is backlog whenever the source shows it.
BACKLOG_AGE = timedelta(days=1)
# A known source may show an entry late, with the date of its draft; one that was older at the last successful poll
# comes from an archive. After an outage or a pause, what is older than MAX_LATENESS is no news.
LATENESS = timedelta(days=7)
MAX_LATENESS = timedelta(days=30)
# A source of whose entries fewer have dates usually has none. A poll counts for a fifth of its habit, so a source that
# stops giving dates is used to that after eight polls with new entries.
UNDATED_BELOW = 0.2
HABIT_WEIGHT = 0.2
# A source without dates whose feed was empty or very short may show this many new entries in one poll.
FEW_ENTRIES = 10
# A source that has more to read than one poll may is polled again after this, if its limits allow it.
CONTINUED_AFTER = timedelta(seconds=5)
VALIDATORS = frozenset({"etag", "last_modified", "body_hash"})
# Limits of the columns of `Source`, in characters.
MAX_LANGUAGE, MAX_DETAIL = 20, 500


@dataclass(frozen=True, slots=True)
class NewState:
    """The columns of `Source` that a poll sets, under their names. Times are UTC.

    `state` is "active" or "stopped" (`Source.State`).
    """

    id: int
    title: str
    site_url: str
    language: str
    state: str
    next_poll_at: datetime
    interval_s: int
    last_polled_at: datetime
    last_success_at: datetime | None
    last_new_at: datetime | None
    failures: int
    failing_since: datetime | None
    error_code: str
    error_detail: str
    resume_state: dict[str, Any]
    report: dict[str, Any]
    moved_to: str
    moved_count: int
    moved_since: datetime | None
    is_truncated: bool
    dated_share: float | None
    entry_count: int | None
    hints: dict[str, Any]


def decide(poll: CompletedPoll, stored: Stored, now: datetime, jitter: float, pace: Pace) -> NewState:
    """Return the source's columns after a poll. `stored` counts the new entries; `jitter` is random in [0, 1)."""
    source, result = poll.source, poll.result
    hints = result.hints or source.hints
    plan = plan_next(_poll_state(source), _outcome(result, stored, hints, now), jitter, pace)
    move = next_move(source, result, stored, now)
    error = result.error
    return NewState(
        id=source.id,
        title=source.title or result.title[:MAX_TITLE],
        site_url=source.site_url or result.site_url[:MAX_URL],
        language=result.language[:MAX_LANGUAGE] or source.language,
        state="stopped" if plan.stop else "active",
        next_poll_at=min(plan.next_poll_at, now + CONTINUED_AFTER) if _continues(result) else plan.next_poll_at,
        interval_s=plan.interval_s,
        last_polled_at=now,
        last_success_at=source.last_success_at if error else now,
        last_new_at=now if stored.new else source.last_new_at,
        failures=plan.failures,
        failing_since=plan.failing_since,
        error_code=error.code if error else "",
        error_detail=error.detail[:MAX_DETAIL] if error else "",
        resume_state=_resume_state(source, result, stored),
        report=result.report,
        moved_to=move.to,
        moved_count=move.count,
        moved_since=move.since,
        is_truncated=source.is_truncated if result.is_truncated is None else result.is_truncated,
        dated_share=_dated_share(source, result.entries, now),
        entry_count=len(result.entries) or source.entry_count,
        hints=_to_json(hints),
    )


def batch_of(poll: CompletedPoll, now: datetime, retention: timedelta) -> Batch:
    """Return the entries of a poll to store.

    Entries past their retention period are backlog too: they may have been deleted here while the source shows them.
    """
    source = poll.source
    since = [source.created_at - BACKLOG_AGE, now - retention, now - MAX_LATENESS]
    if source.last_success_at is not None:
        since.append(source.last_success_at - LATENESS)
    return Batch(
        source_id=source.id,
        project_id=source.project_id,
        entries=poll.result.entries,
        platform=item_platform(source.platform),
        language=poll.result.language,
        since=max(since),
        max_undated=_max_undated(source, poll.result.entries, now),
        recheck=recheck_policy(source.platform),
    )


def _max_undated(source: ClaimedSource, entries: tuple[Entry, ...], now: datetime) -> int:
    """Return how many entries without a date can be new: none in the first poll or if the source usually has dates,
    and at most as many as its feed had before.
    """
    if source.last_success_at is None or _share_of_dated(entries, now) >= UNDATED_BELOW:
        return 0
    if source.dated_share is not None and source.dated_share >= UNDATED_BELOW:
        return 0
    return max(source.entry_count or 0, FEW_ENTRIES)


def _dated_share(source: ClaimedSource, entries: tuple[Entry, ...], now: datetime) -> float | None:
    """Return the usual share of entries with a date, this poll included."""
    if not entries:
        return source.dated_share
    share = _share_of_dated(entries, now)
    return share if source.dated_share is None else source.dated_share + HABIT_WEIGHT * (share - source.dated_share)


def _share_of_dated(entries: tuple[Entry, ...], now: datetime) -> float:
    return sum(is_dated(entry, now) for entry in entries) / max(len(entries), 1)


def _poll_state(source: ClaimedSource) -> PollState:
    return PollState(
        interval_s=source.interval_s,
        polled_before=source.last_success_at is not None,
        failures=source.failures,
        failing_since=source.failing_since,
        error_code=source.error_code,
    )


def _outcome(result: PollResult, stored: Stored, hints: PollHints, now: datetime) -> PollOutcome:
    return PollOutcome(
        now=now,
        new_items=stored.new,
        all_new=0 < len(result.entries) <= stored.new,
        error_code=result.error.code if result.error else "",
        retry_after_s=result.retry_after_s,
        cache_max_age_s=result.cache_max_age_s,
        interval_hint_s=hints.interval_s,
        skip_hours=hints.skip_hours,
        skip_days=hints.skip_days,
    )


def _continues(result: PollResult) -> bool:
    """Return whether a poll stopped only because it had no requests left. Its limit decides when it goes on."""
    return result.is_incomplete and not result.error and not result.retry_after_s


def _resume_state(source: ClaimedSource, result: PollResult, stored: Stored) -> dict[str, Any]:
    """Return the platform's state. While an edit waits, without that by which an unchanged feed isn't read again."""
    if result.error:
        return result.resume_state or source.resume_state
    if not stored.waiting:
        return result.resume_state
    return {name: value for name, value in result.resume_state.items() if name not in VALIDATORS}


def _to_json(hints: PollHints) -> dict[str, Any]:
    return {
        "interval_s": hints.interval_s,
        "skip_hours": sorted(hints.skip_hours),
        "skip_days": sorted(hints.skip_days),
    }
