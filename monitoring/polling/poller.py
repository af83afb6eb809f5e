"""Poll what is due: claim sources, fetch them in threads, save results as they come, and claim more.

Called by the `poll_due` task and the `poll` command; returns what was saved. A slow host occupies one thread and
delays nothing else: results are saved in small transactions in the order they arrive, while the run keeps claiming.
The measurements behind the numbers are in docs/benchmarks.md.
"""

import logging
import time
import traceback
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from queue import Empty, SimpleQueue
from uuid import uuid4

from django.conf import settings
from django.utils import timezone

from accounts.secret_box import Unreadable
from monitoring.platforms import registry
from monitoring.polling.addresses import opened, without_its_secrets
from monitoring.polling.jobs import prepare
from monitoring.polling.leases import claim, claim_one, release, renew
from monitoring.polling.moves import has_same_title, reserve_url
from monitoring.polling.save import SavedPoll, save_polls
from monitoring.records import CompletedPoll, PollError, PollJob, PollResult
from outbound import HttpClient
from outbound.default import polling_client

log = logging.getLogger(__name__)

# A run claims for this long, then finishes what it has claimed: well below the time limit of tasks.
RUN_S = 120
RENEW_S = 20
IDLE_CLAIM_S = 1.0
# Enough queued sources to keep a host's thread busy while results are saved.
QUEUED_PER_HOST = 20
# A small transaction: up to this many results, or those that arrive within this time of the first.
SAVE_BATCH = 25
SAVE_WITHIN_S = 0.1


def poll_due(on_more: Callable[[], None] = lambda: None) -> list[SavedPoll]:
    """Poll until nothing is due. `on_more` is called once, when the first sources are claimed."""
    return _PollingRun(on_more).run()


def poll_one(source_id: int) -> SavedPoll | None:
    """Poll one source now, due or not.

    Return None if a worker is polling it, it was deleted meanwhile, or its limit allows no request now.
    """
    owner = uuid4()
    source = claim_one(owner, source_id)
    if source is None:
        return None
    try:
        jobs = prepare([source], timezone.now())
        polls = [_poll(job, polling_client()) for job in jobs]
        return next(iter(save_polls(polls, owner)), None)
    finally:
        release(owner)


def _poll(job: PollJob, http_client: HttpClient) -> CompletedPoll:
    """Poll a source, at the URL that it had before if its own fails and it has moved recently."""
    started = time.monotonic()
    try:
        source = opened(job.source)
    except Unreadable:
        error = PollError("address_unreadable")
        return CompletedPoll(job.source, PollResult(error=error, requests=0), reserved=job.requests)
    claimed, job = job.source, replace(job, source=source)
    result, is_from_previous_url = _result(job, http_client), False
    if result.error and (url := reserve_url(source, timezone.now())):
        earlier = _result(replace(job, source=replace(source, url=url, resume_state={})), http_client)
        if not earlier.error and has_same_title(source, earlier):
            # A redirect to the source's own URL means that this works again.
            is_from_previous_url = earlier.permanent_url != source.url
            result = earlier
    result = without_its_secrets(result, claimed)
    return CompletedPoll(source, result, time.monotonic() - started, is_from_previous_url, job.requests)


def _result(job: PollJob, http_client: HttpClient) -> PollResult:
    """Return what a platform returns. An exception is a bug of it: logged, and an error of this source alone."""
    try:
        return registry.poll(job, http_client)
    except Exception as error:
        # With secrets in the URL, the message may quote it: then only the lines of code are logged.
        sealed = bool(job.source.sealed_urls)
        log.error(
            "event=poll_crashed source=%s%s", job.source.id, _lines(error) if sealed else "", exc_info=not sealed
        )
        return PollResult(error=PollError("unexpected", type(error).__name__ if sealed else repr(error)))


def _lines(error: Exception) -> str:
    return "".join(f" {frame.name}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__))


@dataclass(frozen=True, slots=True)
class _HostDone:
    """The message of a thread that has polled all sources it was given of a host."""

    host: str


class _PollingRun:
    """The state of one run. Only the thread that runs it touches it; polling threads send messages to `arrivals`."""

    def __init__(self, on_more: Callable[[], None]) -> None:
        self.owner = uuid4()
        self.http_client = polling_client()
        self.queued: dict[str, list[PollJob]] = defaultdict(list)
        self.busy_hosts: set[str] = set()
        self.arrivals: SimpleQueue[CompletedPoll | _HostDone] = SimpleQueue()
        self.unsaved: list[CompletedPoll] = []
        self.saved: list[SavedPoll] = []
        self.on_more = on_more
        self.called_on_more = False
        self.ends_at = time.monotonic() + RUN_S
        self.renew_at = time.monotonic() + RENEW_S
        self.claim_at = 0.0

    def run(self) -> list[SavedPoll]:
        with ThreadPoolExecutor(settings.POLL_THREADS, "poll") as pool:
            try:
                while self._claim() or self.queued or self.busy_hosts or self.unsaved:
                    self._launch(pool)
                    self._save()
                    self._receive()
            finally:
                self.ends_at = 0.0  # after an exception, threads must not poll for a run that is over
                release(self.owner)
        return self.saved

    def _claim(self) -> bool:
        """Claim more if it is time and threads are free. Return True if something was claimed."""
        now = time.monotonic()
        if now > self.renew_at:
            renew(self.owner)
            self.renew_at = now + RENEW_S
        # Sources queued behind their own busy host use no capacity: however slow it is and however many sources it
        # has, others are claimed. A busy host gets more only while its queue is short.
        behind = {host: len(sources) for host, sources in self.queued.items() if host in self.busy_hosts}
        capacity = settings.POLL_THREADS - sum(map(len, self.queued.values())) + sum(behind.values())
        if capacity <= 0 or now < self.claim_at or now > self.ends_at:
            return False
        full_hosts = [host for host, count in behind.items() if count > QUEUED_PER_HOST]
        claimed = claim(self.owner, capacity, full_hosts)
        for job in prepare(claimed, timezone.now()):
            self.queued[job.source.host].append(job)
        if not claimed:
            self.claim_at = now + (SAVE_WITHIN_S if full_hosts else IDLE_CLAIM_S)
        elif not self.called_on_more:
            self.called_on_more = True
            self.on_more()
        return bool(claimed)

    def _launch(self, pool: ThreadPoolExecutor) -> None:
        """Give each idle host with queued sources to a thread."""
        for host in [host for host in self.queued if host not in self.busy_hosts]:
            if len(self.busy_hosts) >= settings.POLL_THREADS:
                return
            self.busy_hosts.add(host)
            pool.submit(self._poll_host, host, self.queued.pop(host))

    def _poll_host(self, host: str, jobs: list[PollJob]) -> None:
        """Poll the sources of one host one after another, in a thread. Those left at the end of the run stay due."""
        for job in jobs:
            if time.monotonic() > self.ends_at:
                break
            self.arrivals.put(_poll(job, self.http_client))
        self.arrivals.put(_HostDone(host))

    def _save(self) -> None:
        if self.unsaved:
            self.saved += save_polls(self.unsaved, self.owner)
            self.unsaved = []

    def _receive(self) -> None:
        """Wait for a batch of results: briefly, and not while an idle host has queued sources."""
        until = time.monotonic() + SAVE_WITHIN_S
        while self.busy_hosts and len(self.unsaved) < SAVE_BATCH and (left := until - time.monotonic()) > 0:
            try:
                arrival = self.arrivals.get(timeout=left)
            except Empty:
                return
            if isinstance(arrival, CompletedPoll):
                self.unsaved.append(arrival)
                continue
            self.busy_hosts.remove(arrival.host)
            if arrival.host in self.queued:
                return
