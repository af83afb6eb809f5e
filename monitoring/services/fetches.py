"""Fetches for a person: a worker does them, so slow sites hold no web thread; each person has a few at a time.

In: `request_fetch` from a page, which then shows the progress; `fetch_here` from the API, which returns the result.
Out: a FetchRequest whose `result` the page reads. State is in Postgres: a lost message of Redis costs seconds.
"""

import logging
import threading
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.models import Project, User
from accounts.secret_box import open_sealed, seal
from monitoring.models import FetchRequest
from monitoring.query_tools import explain
from monitoring.services import platform_previews, sources
from outbound.secret_urls import hide

log = logging.getLogger(__name__)
Kind, State = FetchRequest.Kind, FetchRequest.State

MAX_PER_PERSON = 3
# In this web process, for the API: a quarter of the threads of config/gunicorn.py.
MAX_HERE = 2
# A fetch takes twice FETCH_TIMEOUT_S at most, after waiting for a worker.
LIMIT = timedelta(seconds=2 * settings.FETCH_TIMEOUT_S + 60)
RETENTION = timedelta(hours=1)
INTERRUPTED = "interrupted"  # the worker died, or none is running
_here = threading.BoundedSemaphore(MAX_HERE)


class TooManyFetches(Exception):
    """This person has MAX_PER_PERSON fetches in progress."""


class NoFetchSlot(Exception):
    """This web process has MAX_HERE fetches in progress."""


def request_fetch(
    project: Project,
    user: User,
    kind: str,
    url: str,
    parameters: Mapping[str, object] | None = None,
    sealed: str = "",
) -> FetchRequest:
    """Queue a fetch and wake a worker. `sealed` are encrypted secrets of a preview. Raises TooManyFetches."""
    from monitoring.services.fetch_tasks import run_fetches
    from monitoring.tasks import send

    shown, given = hide(url, whole=bool((parameters or {}).get("is_secret"))), dict(parameters or {})
    if shown != url:
        sealed, given = seal(url), given | ({"url": shown} if "url" in given else {})
    fetch = _create(project, user, kind, shown, State.QUEUED, given, sealed)
    transaction.on_commit(lambda: send(run_fetches))
    return fetch


def wait_for(fetch: FetchRequest, limit_s: float) -> bool:
    """Wait for a fetch for a moment, which is enough for most sites. Return whether it is done."""
    deadline = time.monotonic() + limit_s
    while fetch.state != State.DONE and time.monotonic() < deadline:
        time.sleep(0.1)
        fetch.refresh_from_db()
    return fetch.state == State.DONE


def fetch_of(project: Project, user: User, fetch_id: uuid.UUID, kind: str) -> FetchRequest | None:
    """Return a person's own fetch. One that no worker has finished in time is done, with the error INTERRUPTED."""
    fetch = FetchRequest.objects.filter(project=project, user=user, pk=fetch_id, kind=kind).first()
    if fetch and fetch.state != State.DONE and fetch.created_at < timezone.now() - LIMIT:
        fetch.state, fetch.result = State.DONE, {"error": INTERRUPTED}
    return fetch


@contextmanager
def fetch_here(project: Project, user: User, kind: str, url: str, *, is_secret: bool = False) -> Iterator[None]:
    """Count a fetch that the block does itself. Raises TooManyFetches, or NoFetchSlot."""
    if not _here.acquire(blocking=False):
        raise NoFetchSlot
    try:
        fetch = _create(project, user, kind, hide(url, whole=is_secret)[:2000], State.RUNNING, {})
        try:
            yield
        finally:
            FetchRequest.objects.filter(pk=fetch.pk).delete()
    finally:
        _here.release()


def run_queued() -> int:
    """Do the queued fetches one after the other, and return their number. Any number of workers may run this."""
    number = 0
    while fetch := _claim():
        number += 1
        try:
            _finish(fetch, _fetch(fetch))
        except Exception as error:  # a bug: the person gets a response all the same
            # The message of an exception may quote a URL with its secrets.
            has_secrets, kind = bool(fetch.sealed), type(error).__name__
            log.error("event=fetch id=%s state=crashed error=%s", fetch.pk, kind, exc_info=not has_secrets)
            _finish(fetch, {"error": INTERRUPTED})
    return number


def delete_old(now: datetime) -> None:
    """Delete fetches with their results after RETENTION."""
    FetchRequest.objects.filter(created_at__lt=now - RETENTION).delete()


def _create(
    project: Project, user: User, kind: str, url: str, state: str, parameters: dict[str, object], sealed: str = ""
) -> FetchRequest:
    """Insert a fetch unless the person has too many. The lock of their row closes the race of two requests."""
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        running = FetchRequest.objects.filter(user=user, created_at__gt=timezone.now() - LIMIT)
        if running.exclude(state=State.DONE).count() >= MAX_PER_PERSON:
            raise TooManyFetches
        return FetchRequest.objects.create(
            project=project, user=user, kind=kind, url=url, state=state, parameters=parameters, sealed=sealed
        )


def _claim() -> FetchRequest | None:
    """Claim the oldest queued fetch. Two workers lock different rows; one that waited too long is left out."""
    with transaction.atomic():
        queued = FetchRequest.objects.filter(state=State.QUEUED, created_at__gt=timezone.now() - LIMIT / 2)
        fetch = (
            queued.select_for_update(skip_locked=True, of=("self",))
            .select_related("project", "user")
            .order_by("created_at")
            .first()
        )
        if fetch:
            FetchRequest.objects.filter(pk=fetch.pk).update(state=State.RUNNING)
    return fetch


def _finish(fetch: FetchRequest, result: dict[str, object]) -> None:
    secrets = {} if fetch.kind == Kind.PLATFORM else {"sealed": ""}  # those of a preview are for adding its source
    FetchRequest.objects.filter(pk=fetch.pk).update(state=State.DONE, result=result, **secrets)
    log.info("event=fetch id=%s kind=%s error=%s", fetch.pk, fetch.kind, result.get("error", ""))


def _fetch(fetch: FetchRequest) -> dict[str, object]:
    if fetch.kind == Kind.PLATFORM:
        return platform_previews.run(fetch)
    url = open_sealed(fetch.sealed) or fetch.url
    if fetch.kind == Kind.PAGE:
        return asdict(explain.fetch_page(fetch.project, url))
    is_secret = bool(fetch.parameters.get("is_secret"))
    return sources.add_source(fetch.project, fetch.user, url, is_secret=is_secret).as_json()
