"""Read a stream for all projects, as long as any of them has an active source of it: one process at a time.

In: the addresses of servers. Out: saved batches. Called by the command `read_jetstream`. A failed connection is tried
again at the next server, after waits that double; the stored cursor says where to go on. While Postgres stores,
nothing is read, so the server waits and memory stays bounded. If Postgres fails, the events are read again.
"""

import logging
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from threading import Event
from uuid import uuid4

from django.db import connection
from django.utils import timezone

from monitoring.platforms.jetstream import MAX_MESSAGE, MICROSECOND, Jetstream, microseconds, stream_url
from monitoring.records import PollError
from monitoring.streaming.authors import Authors
from monitoring.streaming.batch import StreamBatch
from monitoring.streaming.matching import StreamMatcher
from monitoring.streaming.save import (
    forget_paused,
    hold_lock,
    pass_unstorable,
    save_batch,
    save_failure,
    save_gap,
    stored_cursor,
)
from outbound import FetchError, HttpClient
from outbound.websocket import Stream, StreamFailed, open_stream

log = logging.getLogger(__name__)

PLATFORM = Jetstream.name
OVERLAP = Jetstream.overlap // MICROSECOND
# A cursor is when one server got an event: another server may have got the same event minutes earlier or later.
SWITCH_OVERLAP = timedelta(minutes=5) // MICROSECOND
# A request for more events than a server has begins later: the network is never without posts for this long.
GAP_US = 60_000_000
RECEIVE_S = 0.5
# Servers restart: a failure is noted after as many attempts, and once every server was tried.
NOTED_FAILURES = 3
# A cursor is given up once every server has rejected it, or one server this often while others don't respond.
REJECTIONS = 10


@dataclass(frozen=True, slots=True)
class StreamPace:
    """Seconds. New posts are saved after `flush_s`, the cursor of all sources at least every `save_s`.

    Sources and keywords are read again every `refresh_s`, also while there is no source. A connection without an event
    for `silence_s` is given up. `first_wait_s` doubles with each failure, up to `longest_wait_s`. A process that finds
    another one reading looks again after `standby_s`.
    """

    flush_s: float = 2
    save_s: float = float(Jetstream.min_interval_s)
    refresh_s: float = 3
    silence_s: float = 30
    first_wait_s: float = 1
    longest_wait_s: float = 60
    standby_s: float = 5


class StreamReader:
    """One process that reads a stream. `on_turn` is called at least every few seconds while it works."""

    def __init__(
        self,
        servers: Sequence[str],
        http_client: HttpClient,
        authors: Authors,
        pace: StreamPace | None = None,
        on_turn: Callable[[], None] = lambda: None,
    ) -> None:
        self.servers, self.http_client, self.authors = servers, http_client, authors
        self.pace, self.on_turn = pace or StreamPace(), on_turn
        self.stopping = Event()
        self.owner = uuid4()
        self.failures = 0
        # The server that the cursor is of, "" if a process before this one has read it.
        self.server = ""
        # How often each server has rejected the cursor.
        self.rejections: Counter[str] = Counter()
        # The end of the batch whose posts could not be stored, by the id of the source, until it has been read again.
        self.unstored: dict[int, int] = {}

    def run(self) -> None:
        """Read until `stopping` is set."""
        while not self.stopping.is_set():
            try:
                wait_s = self._turn()
            except Exception:
                # Mostly Postgres that doesn't respond. A process that ends instead would be started again and again,
                # until the launcher gives up.
                log.exception("event=stream_not_saved")
                connection.close()
                wait_s = self.pace.standby_s
            self._wait(wait_s)
        connection.close()

    def stop(self) -> None:
        """Make `run` save what it has read and return."""
        self.stopping.set()

    def _turn(self) -> float:
        """Read one connection until it ends. Return how long to wait before the next one."""
        if not hold_lock():
            return self.pace.standby_s
        forget_paused(PLATFORM)
        matcher = StreamMatcher(PLATFORM)
        if matcher.is_idle:
            return self.pace.refresh_s
        cursor = stored_cursor(PLATFORM)
        server = self.servers[self.failures % len(self.servers)]
        overlap = OVERLAP if server == self.server or len(set(self.servers)) == 1 else SWITCH_OVERLAP
        start = max(cursor - overlap, 1) if cursor and not self._is_cursor_rejected else None
        log.info("event=stream_opened server=%s cursor=%s", server, start)
        try:
            with open_stream(self.http_client, stream_url(server, start), MAX_MESSAGE) as stream:
                _Connection(self, server, stream, matcher, cursor).follow()
        except StreamFailed as failure:
            return self._failed(server, failure)
        except _LockLost:
            log.warning("event=stream_lock_lost")
            return self.pace.standby_s
        except _NotStored:
            log.warning("event=stream_read_again sources=%s", sorted(self.unstored))
            return self.pace.standby_s
        return 0

    def _failed(self, server: str, failure: StreamFailed) -> float:
        """Note the failure if it lasts. Return how long to wait."""
        self.failures += 1
        if failure.status == 400:
            self.rejections[server] += 1
        log.warning("event=stream_failed server=%s error=%s failures=%s", server, failure, self.failures)
        if self.failures >= max(len(self.servers), NOTED_FAILURES):
            save_failure(PLATFORM, self.owner, PollError(failure.error.code, failure.error.detail))
        wait_s = min(self.pace.first_wait_s * 2 ** min(self.failures - 1, 16), self.pace.longest_wait_s)
        return max(wait_s * random.uniform(0.5, 1), min(failure.retry_after_s or 0, self.pace.longest_wait_s))

    @property
    def _is_cursor_rejected(self) -> bool:
        return set(self.servers) <= self.rejections.keys() or max(self.rejections.values(), default=0) >= REJECTIONS

    def _wait(self, seconds: float) -> None:
        ends_at = time.monotonic() + seconds
        while (left := ends_at - time.monotonic()) > 0 and not self.stopping.wait(min(left, 1)):
            self.on_turn()


class _LockLost(Exception):
    """Another process reads the stream: this one's session with Postgres had ended."""


class _NotStored(Exception):
    """Posts of a source could not be stored. They are read again from its cursor, which has not moved."""


class _Connection:
    """One connection, and what was read of it since the last save."""

    def __init__(
        self, reader: StreamReader, server: str, stream: Stream, matcher: StreamMatcher, cursor: int | None
    ) -> None:
        self.reader, self.server, self.stream, self.matcher, self.cursor = reader, server, stream, matcher, cursor
        self.pace = reader.pace
        self.batch, self.is_begun = StreamBatch(), False
        now = time.monotonic()
        self.received_at, self.refresh_at = now, now + self.pace.refresh_s
        self.save_at, self.flush_at = now, now + self.pace.flush_s

    def follow(self) -> None:
        """Read and save until the process stops or no source is left. Raise StreamFailed when the connection ends."""
        try:
            while not self.reader.stopping.is_set() and not self.matcher.is_idle:
                self.reader.on_turn()
                self._receive()
                self._save_if_due()
                self._refresh_if_due()
        except StreamFailed:
            # A connection that always ends early goes on where it ended: its events are saved before the next one.
            self._save(only_changed=False)
            raise
        self._save(only_changed=False)

    def _receive(self) -> None:
        message = self.stream.receive(RECEIVE_S)
        now = time.monotonic()
        if message is None:
            if now - self.received_at > self.pace.silence_s:
                raise StreamFailed(FetchError("timeout", f"no event for {self.pace.silence_s:.0f} s"))
            return
        self.received_at = now
        self.batch.add(message, self.matcher, microseconds(timezone.now()))
        if not self.is_begun and self.batch.first:
            self._begin()

    def _begin(self) -> None:
        """Compare the first event with the cursor: a server may not have what came between."""
        self.is_begun = True
        if self.cursor and self.batch.first > self.cursor + GAP_US:
            save_gap(PLATFORM, self.cursor, self.batch.first)
        self.reader.failures, self.reader.server = 0, self.server
        self.reader.rejections.clear()

    def _save_if_due(self) -> None:
        now = time.monotonic()
        if now >= self.save_at or self.batch.is_full:
            self._save(only_changed=False)
        elif now >= self.flush_at and self.batch.count:
            self._save(only_changed=True)

    def _save(self, *, only_changed: bool) -> None:
        """Save the batch and begin another one. Only for a connection that has sent an event."""
        if not self.batch.cursor:
            return
        if not hold_lock():
            raise _LockLost
        stored = save_batch(PLATFORM, self.reader.owner, self.batch, self.reader.authors, only_changed=only_changed)
        self._check(stored)
        skipped = self.batch.skipped if only_changed else 0
        self.batch = StreamBatch(cursor=self.batch.cursor, skipped=skipped)
        now = time.monotonic()
        self.flush_at = now + self.pace.flush_s
        if not only_changed:
            self.save_at = now + self.pace.save_s

    def _check(self, stored: dict[int, bool]) -> None:
        """Have posts that could not be stored read again. Where that fails once more, note the gap and go on."""
        unstored = self.reader.unstored
        failed = {source_id for source_id, is_stored in stored.items() if not is_stored}
        again = failed & unstored.keys()
        for source_id in stored:
            if source_id in again or unstored.get(source_id, self.batch.cursor + 1) <= self.batch.cursor:
                del unstored[source_id]
        if again:
            pass_unstorable(again, self.batch)
        if failed - again:
            unstored.update(dict.fromkeys(failed - again, self.batch.cursor))
            raise _NotStored

    def _refresh_if_due(self) -> None:
        if time.monotonic() >= self.refresh_at:
            forget_paused(PLATFORM)
            self.matcher = StreamMatcher(PLATFORM)
            self.refresh_at = time.monotonic() + self.pace.refresh_s
