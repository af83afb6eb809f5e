"""One worker's turn at polling: claim what is due, fetch it in many threads, store results as they come, claim more.

Called by the `poll_due` task and the `poll` command. A host that hangs holds one thread and nothing else: results are
stored in small transactions in the order they arrive, and the turn goes on claiming meanwhile. The measurements behind
the numbers are in docs/benchmarks.md.
"""

import logging
import time
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from uuid import uuid4

from django.conf import settings

from monitoring.http import FetchResult
from monitoring.platforms.feed import fetch
from monitoring.polling.leases import claim, claim_one, release, renew
from monitoring.polling.save import SavedPoll, save_polls
from monitoring.records import Claimed, Polled

log = logging.getLogger(__name__)

# A turn claims for this long, then finishes what it holds: well below the time limit of tasks.
TURN_S = 120
RENEW_S = 20
IDLE_CLAIM_S = 1.0
# Enough for its thread to go on while results are stored.
QUEUED_PER_HOST = 20
# A small transaction: up to this many results, or what came within this time of the first.
STORE_AT_ONCE = 25
STORE_WITHIN_S = 0.1


def poll_due(on_more: Callable[[], None] = lambda: None) -> list[SavedPoll]:
    """Poll until nothing is due. `on_more` is called once if there is more than one worker can hold."""
    return _Turn(on_more).run()


def poll_one(source_id: int) -> SavedPoll | None:
    """Poll one source now, due or not; None where a worker is at it already, or it was deleted meanwhile."""
    owner = uuid4()
    source = claim_one(owner, source_id)
    if source is None:
        return None
    try:
        return next(iter(save_polls([fetch(source)], owner)), None)
    finally:
        release(owner)


@dataclass(frozen=True, slots=True)
class _HostDone:
    """A thread has asked a host everything it was given."""

    host: str


class _Turn:
    """The state of one turn. Only the thread that runs it touches it; fetching threads hand over by `arrivals`."""

    def __init__(self, on_more: Callable[[], None]) -> None:
        self.owner = uuid4()
        self.waiting: dict[str, list[Claimed]] = defaultdict(list)
        self.asked: set[str] = set()
        self.arrivals: SimpleQueue[Polled | _HostDone] = SimpleQueue()
        self.polled: list[Polled] = []
        self.settled: list[SavedPoll] = []
        self.on_more = on_more
        self.called_for_more = False
        self.ends = time.monotonic() + TURN_S
        self.renew_at = time.monotonic() + RENEW_S
        self.claim_at = 0.0

    def run(self) -> list[SavedPoll]:
        with ThreadPoolExecutor(settings.POLL_THREADS, "poll") as pool:
            try:
                while self._claim() or self.waiting or self.asked or self.polled:
                    self._launch(pool)
                    self._store()
                    self._receive()
            finally:
                self.ends = 0.0  # after a failure: the threads ask nothing more on behalf of a turn that is over
                release(self.owner)
        return self.settled

    def _claim(self) -> bool:
        """Claim more, if there is room and it is time. True if something was claimed."""
        now = time.monotonic()
        if now > self.renew_at:
            renew(self.owner)
            self.renew_at = now + RENEW_S
        # What waits behind its own host takes no room: however slow it is and however many feeds it has, the others
        # are claimed. It is given more only while its queue is short.
        behind = {host: len(held) for host, held in self.waiting.items() if host in self.asked}
        room = settings.POLL_THREADS - sum(map(len, self.waiting.values())) + sum(behind.values())
        if room <= 0 or now < self.claim_at or now > self.ends:
            return False
        full = [host for host, held in behind.items() if held > QUEUED_PER_HOST]
        claimed = claim(self.owner, room, full)
        for source in claimed:
            self.waiting[source.host].append(source)
        if not claimed:
            self.claim_at = now + (STORE_WITHIN_S if full else IDLE_CLAIM_S)
        elif not self.called_for_more:
            self.called_for_more = True
            self.on_more()
        return bool(claimed)

    def _launch(self, pool: ThreadPoolExecutor) -> None:
        """Give each host that is not being asked to a thread, with all that waits for it."""
        for host in [host for host in self.waiting if host not in self.asked]:
            if len(self.asked) >= settings.POLL_THREADS:
                return
            self.asked.add(host)
            pool.submit(self._ask, host, self.waiting.pop(host))

    def _ask(self, host: str, sources: list[Claimed]) -> None:
        """In a thread: ask one host one thing after another. What the turn has no time for is released unasked."""
        for source in sources:
            if time.monotonic() > self.ends:
                break
            try:
                self.arrivals.put(fetch(source))
            except Exception as error:
                log.exception("event=poll_crashed source=%s", source.id)
                self.arrivals.put(Polled(source, FetchResult(source.url), b"", None, "unexpected", repr(error)))
        self.arrivals.put(_HostDone(host))

    def _store(self) -> None:
        if self.polled:
            self.settled += save_polls(self.polled, self.owner)
            self.polled = []

    def _receive(self) -> None:
        """Wait for arrivals: not for long, not for stragglers, and not while a free host has something waiting."""
        until = time.monotonic() + STORE_WITHIN_S
        while self.asked and len(self.polled) < STORE_AT_ONCE and (left := until - time.monotonic()) > 0:
            try:
                arrival = self.arrivals.get(timeout=left)
            except Empty:
                return
            if isinstance(arrival, Polled):
                self.polled.append(arrival)
                continue
            self.asked.remove(arrival.host)
            if arrival.host in self.waiting:
                return
