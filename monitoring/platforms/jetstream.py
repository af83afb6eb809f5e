"""Bluesky as it happens, by Jetstream: a stream of all public posts, which Vigie filters itself. No account is needed.

Facts, of the code of Bluesky's servers (https://github.com/bluesky-social/jetstream, internal/subscribe/doc.go) and of
the documentation of the first version: `/subscribe` sends one JSON object per event, with `time_us` (microseconds
since 1970). `cursor` is such a time, on any of the servers, to read from; without one, or with one in the future, the
stream begins now. A server keeps one to three days: it begins an older cursor at what it has, without a word.
`wantedCollections` limits the records; events of accounts and identities come anyway. `maxMessageSizeBytes` leaves out
larger events. Not compressed: compressing for each reader that asks for it is the largest cost of a server.
"""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from monitoring.platforms.base import PlatformDefaults, gettext_noop
from monitoring.platforms.bluesky_posts import COLLECTION, entry_of_record, post_url
from monitoring.platforms.pages import MAX_RAW
from monitoring.records import Entry, PollError, PollJob, PollResult, QuotaReading
from outbound import HttpClient
from outbound.websocket import Stream, StreamFailed, open_stream

SERVERS = tuple(f"https://jetstream{n}.us-{coast}.bsky.network" for coast in ("east", "west") for n in (1, 2))
# A post has at most some kilobytes. Asked of the server, and twice as much accepted.
MAX_EVENT = 200_000
MAX_MESSAGE = 2 * MAX_EVENT
# A sample ends after this many events or seconds, or when it reaches the present: no event comes for a moment.
SAMPLE_EVENTS, SAMPLE_S, FIRST_EVENT_S, PAUSE_S = 1_000, 5.0, 2.0, 0.3
# Why an account is not active. A suspension ends, and other reasons are of its server.
CLOSED = ("deleted", "deactivated", "takendown")
MALFORMED = (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError)
MICROSECOND = timedelta(microseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class StreamEvent:
    """An event. `time_us` is when the server got it.

    `entry` is a post that was written or, if `is_edit`, changed; `deleted` the native id of one that was deleted.
    `closed_account` is the DID of an account that its owner deleted or deactivated, or that was taken down. Other
    events have none.
    """

    time_us: int
    entry: Entry | None = None
    is_edit: bool = False
    deleted: str = ""
    closed_account: str = ""


def stream_url(server: str, cursor: int | None) -> str:
    """Return the URL of the stream of posts, from a cursor on, or from now on."""
    query = {"wantedCollections": COLLECTION, "maxMessageSizeBytes": str(MAX_EVENT)}
    if cursor is not None:
        query["cursor"] = str(cursor)
    return f"{server.rstrip('/')}/subscribe?{urlencode(query)}"


def microseconds(at: datetime) -> int:
    """Return a time as a cursor."""
    return (at - _EPOCH) // MICROSECOND


def time_of(cursor: int) -> datetime:
    """Return the time of a cursor."""
    return _EPOCH + cursor * MICROSECOND


def read_event(message: bytes) -> StreamEvent:
    """Return the event of a message. One of `MALFORMED` means that it can't be read."""
    event = json.loads(message)
    time_us, did = event["time_us"], event["did"]
    if type(time_us) is not int or not 0 < time_us < 1 << 53:
        raise ValueError("time_us is no time")
    kind = event.get("kind")
    if kind == "account":
        account = event["account"]
        is_closed = account["active"] is False and account.get("status") in CLOSED
        return StreamEvent(time_us, closed_account=str(did) if is_closed else "")
    if kind != "commit" or event["commit"]["collection"] != COLLECTION:
        return StreamEvent(time_us)
    commit = event["commit"]
    uri, operation = f"at://{did}/{COLLECTION}/{commit['rkey']}", commit["operation"]
    if operation == "delete":
        post_url(uri)
        return StreamEvent(time_us, deleted=uri)
    if operation not in ("create", "update"):
        return StreamEvent(time_us)
    return StreamEvent(time_us, _entry(uri, commit["record"], time_us, message), is_edit=operation == "update")


def _entry(uri: str, record: dict[str, Any], time_us: int, message: bytes) -> Entry:
    raw = message[:MAX_RAW].decode("utf-8", "replace")
    return replace(entry_of_record(uri, record, time_of(time_us).isoformat()), raw=raw)


class Jetstream(PlatformDefaults):
    name = "jetstream"
    item_platform = "bluesky"
    label = gettext_noop("Bluesky (live)")
    summary = gettext_noop("Public posts as they are written, filtered by your keywords.")
    min_interval_s = 30  # how often the process that reads the stream saves that it works
    is_streamed = True
    is_forward = False
    overlap = timedelta(seconds=5)
    first_poll = timedelta(minutes=1)

    def address(self, settings: Mapping[str, str]) -> str:
        return "https://bsky.app/"

    def api_url(self, settings: Mapping[str, str]) -> str:
        return SERVERS[0]

    def poll(self, job: PollJob, http_client: HttpClient) -> PollResult:
        """Return a sample: the posts since the cursor, or of the last minute."""
        sample = _Sample(job)
        url = stream_url(job.base_url or SERVERS[0], sample.start)
        try:
            with open_stream(http_client, url, MAX_MESSAGE) as stream:
                sample.read(stream)
        except StreamFailed as failure:
            return sample.result(failure)
        return sample.result()


class _Sample:
    """Events of one connection."""

    def __init__(self, job: PollJob) -> None:
        self.job = job
        cursor = job.source.resume_state.get("cursor")
        first = microseconds(job.since or job.now - Jetstream.first_poll)
        self.start = max(cursor - Jetstream.overlap // MICROSECOND if cursor else first, 1)
        self.cursor = cursor or self.start
        self.entries: dict[str, Entry] = {}
        self.events, self.skipped, self.is_complete = 0, 0, False

    def read(self, stream: Stream) -> None:
        ends_at = time.monotonic() + SAMPLE_S
        while self.events < SAMPLE_EVENTS and time.monotonic() < ends_at and not self.is_complete:
            message = stream.receive(PAUSE_S if self.events else FIRST_EVENT_S)
            if message is None:
                self.is_complete = True
                return
            self.events += 1
            self._add(message)

    def _add(self, message: bytes) -> None:
        try:
            event = read_event(message)
        except MALFORMED:
            self.skipped += 1
            return
        self.cursor = max(self.cursor, event.time_us)
        self.is_complete = event.time_us >= microseconds(self.job.now)
        if event.entry:
            self.entries[event.entry.native_id] = event.entry
        self.entries.pop(event.deleted, None)

    def result(self, failure: StreamFailed | None = None) -> PollResult:
        wait_s = failure.retry_after_s if failure else None
        return PollResult(
            entries=tuple(self.entries.values()),
            resume_state={"cursor": self.cursor},
            error=PollError(failure.error.code, failure.error.detail) if failure else None,
            retry_after_s=wait_s,
            quota=QuotaReading(0, self.job.now + timedelta(seconds=wait_s)) if wait_s else None,
            status=failure.status if failure else 101,
            is_incomplete=not self.is_complete,
            report={"skipped": self.skipped, "gap": False},
        )
