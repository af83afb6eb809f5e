"""Save a batch of a stream like polls of its sources: posts, mentions, cursor and state in one transaction.

In: a platform and what streaming/reader.py has read, or why it could not. Out: rows. The cursor of a source is in its
`resume_state`; it moves only together with the posts before it, so a process that is killed loses and doubles nothing.
"""

import logging
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from monitoring.content.native_keys import key_of
from monitoring.models import DocumentSource, Source
from monitoring.platforms.jetstream import MICROSECOND, time_of
from monitoring.polling.leases import claim_streamed
from monitoring.polling.periods import record_gap
from monitoring.polling.save import save_polls
from monitoring.records import ClaimedSource, CompletedPoll, Entry, PollError, PollResult
from monitoring.streaming.authors import Authors
from monitoring.streaming.batch import StreamBatch
from monitoring.streaming.deletions import remove_deleted

log = logging.getLogger(__name__)

STREAM_LOCK = (0x5669, -2)
GAP = "stream_gap"
# A cursor that is older than another source's by more than this is of a source that joined or was resumed since.
SAME_STREAM = timedelta(minutes=2) // MICROSECOND
# How long the Sources page shows what was missed.
MISSED_SHOWN = timedelta(days=7)


def hold_lock() -> bool:
    """Return whether this database session has the lock of the one process that reads, which it takes if it's free."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", STREAM_LOCK)
        return bool(cursor.fetchone()[0])


def stored_cursor(platform: str) -> int | None:
    """Return where to go on reading, None to begin now.

    Sources that were added or resumed since join there: the others' posts don't wait for them to catch up.
    """
    states = Source.objects.filter(platform=platform, state=Source.State.ACTIVE).values_list("resume_state", flat=True)
    cursors = [cursor for state in states if isinstance(cursor := state.get("cursor"), int)]
    return min((one for one in cursors if one >= max(cursors) - SAME_STREAM), default=None)


def forget_paused(platform: str) -> None:
    """Forget the cursors of sources that are not read now. They begin with the present when they are resumed."""
    idle = Source.objects.filter(platform=platform).exclude(state=Source.State.ACTIVE).exclude(resume_state={})
    idle.update(resume_state={})


def save_batch(
    platform: str, owner: UUID, batch: StreamBatch, authors: Authors, *, only_changed: bool = False
) -> dict[int, bool]:
    """Store the posts of a batch and its cursor; `only_changed`: of the sources with new posts.

    Return the ids of these sources with whether their posts could be stored. If not, their cursor has not moved.
    """
    remove_deleted(batch.deleted, batch.closed_accounts)
    claimed = claim_streamed(owner, platform)
    posts = {source.id: dict(batch.posts.get(source.id, {})) for source in claimed}
    for source_id, entry in _known_edits(posts, batch.edits):
        posts[source_id][entry.native_id] = entry
    wanted = {entry.native_id: entry for found in posts.values() for entry in found.values()}
    named = _with_known_names({entry.native_id: entry for entry in authors.named(wanted.values())}, list(posts))
    polls = []
    for source in claimed:
        if posts[source.id] or not only_changed:
            entries = tuple(named[native_id] for native_id in posts[source.id])
            polls.append(CompletedPoll(source, _result(source, entries, batch)))
    return {saved.source_id: saved.error_code == "" for saved in save_polls(polls, owner)}


def pass_unstorable(source_ids: Iterable[int], batch: StreamBatch) -> None:
    """Note that posts of a batch can't be stored for some sources, and move their cursor past it."""
    log.error("event=stream_batch_unstorable sources=%s", sorted(source_ids))
    with transaction.atomic():
        for source in Source.objects.select_for_update(no_key=True).filter(pk__in=source_ids).order_by("pk"):
            since = source.resume_state.get("cursor") or batch.first
            source.resume_state["cursor"] = max(since, batch.cursor)
            _miss(source, since, source.resume_state["cursor"])


def save_failure(platform: str, owner: UUID, error: PollError) -> None:
    """Note that the stream can't be read."""
    claimed = claim_streamed(owner, platform)
    results = [
        PollResult(error=error, report=_report(0, source.resume_state.get("missed")), requests=0) for source in claimed
    ]
    save_polls([CompletedPoll(*one) for one in zip(claimed, results, strict=True)], owner)


def save_gap(platform: str, since: int, until: int) -> None:
    """Note that posts between two cursors are missing: in the outage history, and for the Sources page."""
    log.warning("event=stream_gap since=%s until=%s", time_of(since).isoformat(), time_of(until).isoformat())
    with transaction.atomic():
        active = Source.objects.filter(platform=platform, state=Source.State.ACTIVE)
        for source in active.select_for_update(no_key=True).order_by("pk"):
            if source.resume_state.get("cursor"):
                _miss(source, since, until)


def _miss(source: Source, since: int, until: int) -> None:
    source.resume_state["missed"] = [since, until]
    source.save(update_fields=["resume_state"])
    record_gap([source.pk], time_of(since), time_of(until), GAP)


def _result(source: ClaimedSource, entries: tuple[Entry, ...], batch: StreamBatch) -> PollResult:
    state = dict(source.resume_state)
    state["cursor"] = max(batch.cursor, state.get("cursor") or 0)
    if "missed" in state and time_of(state["cursor"]) > time_of(state["missed"][1]) + MISSED_SHOWN:
        del state["missed"]
    return PollResult(
        entries=entries,
        resume_state=state,
        report=_report(batch.skipped, state.get("missed")),
        status=101,
        requests=0,
    )


def _report(skipped: int, missed: list[int] | None) -> dict[str, Any]:
    """Return the report of a source: malformed events since the last save, and from when to when posts are missing."""
    times = [time_of(cursor).isoformat() for cursor in missed or ()]
    return {"skipped": skipped, "gap": bool(times), "missed": times}


def _with_known_names(entries: dict[str, Entry], source_ids: list[int]) -> dict[str, Entry]:
    """Return the entries without an author where it is a DID and the post is stored: it keeps the name that it has."""
    by_key = {key_of(native_id): native_id for native_id, one in entries.items() if one.author.startswith("did:")}
    if not by_key:
        return entries
    seen = DocumentSource.objects.filter(source_id__in=source_ids, native_key__in=by_key)
    known = {by_key[key] for key in seen.values_list("native_key", flat=True)}
    return {native_id: replace(one, author="") if native_id in known else one for native_id, one in entries.items()}


def _known_edits(posts: dict[int, dict[str, Entry]], edits: dict[str, Entry]) -> list[tuple[int, Entry]]:
    """Return the edited posts that sources have shown before, with the ids of the sources."""
    if not edits:
        return []
    by_key = {key_of(native_id): entry for native_id, entry in edits.items()}
    seen = DocumentSource.objects.filter(source_id__in=posts, native_key__in=by_key)
    return [(source_id, by_key[key]) for source_id, key in seen.values_list("source_id", "native_key")]
