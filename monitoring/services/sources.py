"""Every change a person makes to a source: add (by feed or site address), pause, poll now, delete, OPML in and out."""

import time
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.activity_log import record
from accounts.models import Project, User
from monitoring.content.urls import normalise
from monitoring.feeds.discover import FoundFeed, discover, guesses
from monitoring.feeds.errors import ParseError
from monitoring.feeds.parse import parse
from monitoring.http import FetchResult, host_key
from monitoring.http.default import http_client
from monitoring.ingest.project_lock import lock_project_exclusive
from monitoring.models import Document, DocumentSource, Mention, Source

# Failures that may resolve by themselves: the source is added with its error, and polled again later.
TRANSIENT_ERRORS = {
    "dns",
    "connect",
    "timeout",
    "tls",
    "protocol",
    "rate_limited",
    "unavailable",
    "server_error",
    "decode",
}
GUESSES_TRIED = 4
# Bytes: the unique index takes rows of 2.7 kB.
MAX_URL = 2000


@dataclass(frozen=True, slots=True)
class AddResult:
    """What came of adding an address. `source` is None where it was refused: `error` then says why.

    A `source` with an `error` was kept although it cannot be heard now. Where a site offers several feeds and none is
    plainly the main one, `candidates` holds them and nothing is added.
    """

    source: Source | None = None
    created: bool = False
    error: str = ""
    candidates: tuple[FoundFeed, ...] = ()


def add_source(project: Project, user: User | None, url: str) -> AddResult:
    """Add the feed at this address, or the feed of the site at this address. Asks the network before it answers:
    for twice FETCH_TIMEOUT_S at most, since a person waits.
    """
    latest = time.monotonic() + settings.FETCH_TIMEOUT_S
    url = normalise(url)
    if not is_usable(url):
        return AddResult(error="bad_url")
    if known := project.sources.filter(url=url).first():
        return AddResult(known)
    fetched = http_client().fetch(url)
    if fetched.error:
        return _unheard(project, user, url, fetched.error.code)
    feed = parse(fetched.body, content_type=fetched.content_type, url=fetched.url)
    if not isinstance(feed, ParseError):
        url = fetched.permanent_url if is_usable(fetched.permanent_url) else url
        return _save(project, user, url, title=feed.title, site_url=feed.site_url)
    return _from_page(project, user, fetched, feed, latest)


def is_usable(url: str) -> bool:
    """Whether an address can be stored and asked."""
    return len(url.encode("utf-8", "replace")) <= MAX_URL and bool(host_key(url))


def pause_source(source: Source, user: User | None, paused: bool) -> Source:
    """Pause a source, or take up a paused or stopped one at once and from a clean slate."""
    with transaction.atomic():
        if paused:
            Source.objects.filter(pk=source.pk).update(state=Source.State.PAUSED)
        else:
            Source.objects.filter(pk=source.pk).update(
                state=Source.State.ACTIVE, next_poll_at=timezone.now(), failures=0, failing_since=None, error_code="",
                error_detail="",
            )  # fmt: skip
        record(source.project, user, "source.paused" if paused else "source.resumed", source)
    source.refresh_from_db()
    return source


def poll_now(source: Source, user: User | None) -> None:
    """Have the source polled at the next tick. A paused source stays paused."""
    with transaction.atomic():
        Source.objects.filter(pk=source.pk).update(next_poll_at=timezone.now())
        record(source.project, user, "source.polled", source)
    wake_pollers()


def delete_source(source: Source, user: User | None) -> None:
    """Delete a source. What it brought stays: documents for their retention time, mentions for good.

    A poll that is being stored is waited for, and a later one finds no source: row first, then lock, as settle.py.
    The lock keeps a backfill from copying the source to new mentions meanwhile.
    """
    with transaction.atomic():
        Source.objects.select_for_update().filter(pk=source.pk).first()
        lock_project_exclusive(source.project_id)
        record(source.project, user, "source.deleted", source, url=source.shown_url)
        documents = DocumentSource.objects.filter(source=source).values("document_id")
        Mention.objects.filter(source=source, document_id__in=documents).update(source=None)
        Document.objects.filter(source=source, id__in=documents).update(source=None)
        source.delete()


def _from_page(project: Project, user: User | None, page: FetchResult, error: ParseError, latest: float) -> AddResult:
    """The address is a page: its feeds, or feeds where sites usually have them. Nothing is asked after `latest`."""
    found = [feed for feed in discover(page.body, page.url, content_type=page.content_type) if is_usable(feed.url)]
    if len(found) > 1:
        known = set(project.sources.filter(url__in=[feed.url for feed in found]).values_list("url", flat=True))
        return AddResult(candidates=tuple(feed for feed in found if feed.url not in known) or tuple(found))
    for url in [feed.url for feed in found] or guesses(page.url)[:GUESSES_TRIED]:
        if time.monotonic() > latest:
            break
        fetched = http_client().fetch(url)
        if fetched.error and found:
            return _unheard(project, user, url, fetched.error.code)
        if fetched.error:
            continue
        feed = parse(fetched.body, content_type=fetched.content_type, url=fetched.url)
        if not isinstance(feed, ParseError):
            return _save(project, user, url, title=feed.title, site_url=feed.site_url or page.url)
    return AddResult(error=error.code)


def _unheard(project: Project, user: User | None, url: str, code: str) -> AddResult:
    return _save(project, user, url, error=code) if code in TRANSIENT_ERRORS else AddResult(error=code)


def _save(
    project: Project, user: User | None, url: str, title: str = "", site_url: str = "", error: str = ""
) -> AddResult:
    with transaction.atomic():
        source, created = Source.objects.get_or_create(
            project=project,
            url=url,
            defaults={
                "host": host_key(url),
                "title": title[:300],
                "site_url": site_url[:MAX_URL],
                "error_code": error,
                "failing_since": timezone.now() if error else None,
            },
        )
        if created:
            record(project, user, "source.added", source, url=source.shown_url)
    wake_pollers()
    return AddResult(source, created, error)


def wake_pollers() -> None:
    from monitoring.tasks import poll_due, send

    transaction.on_commit(lambda: send(poll_due))
