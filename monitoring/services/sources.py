"""Add, pause, check and delete sources.

In: a project and a URL (of a feed or of a site), or a source. Out: the source, or why it was rejected. Each change
writes the activity log. Called by the Sources page, the API and the `add_feed` command; opml.py imports many.
"""

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.activity_log import record
from accounts.models import Project, User
from accounts.secret_box import Unreadable, open_sealed, seal
from monitoring.content.scrub import scrub
from monitoring.content.urls import url_from_input
from monitoring.feeds.discover import FoundFeed, common_feed_urls
from monitoring.feeds.errors import ParseError
from monitoring.ingest.project_lock import lock_project_exclusive
from monitoring.models import Document, DocumentSource, Mention, Recheck, Source
from monitoring.parsing.parsers import find_feeds, parse_feed
from monitoring.platforms.registry import recheck_policy
from monitoring.polling.addresses import (
    FreeUrls,
    change_urls,
    columns_of,
    find_source,
    free_url,
    site_without_secrets,
    whole_urls,
)
from monitoring.polling.periods import end_period, resume_period
from outbound import FetchResult, host_key
from outbound.default import http_client
from outbound.secret_urls import hide, is_hidden, is_whole, secrets_in, without_secrets

# Errors that may be temporary: the source is added with its error, and polled again later.
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
    "busy",
}
# Errors of a feed or page that was not read to its end: what it holds is not known.
OVER_BUDGET = {"too_complex", "busy"}
COMMON_URLS_TRIED = 4
# Bytes: a row of the unique index is at most 2.7 kB.
MAX_URL = 2000


@dataclass(frozen=True, slots=True)
class Candidate:
    """A feed of a site that has several. `url` is what people see, `sealed` the whole one if that has secrets."""

    url: str
    title: str
    sealed: str = ""

    @classmethod
    def of(cls, feed: FoundFeed, *, is_secret: bool) -> "Candidate":
        shown = hide(scrub(feed.url), whole=is_secret)
        title = without_secrets(scrub(feed.title), secrets_in(feed.url, whole=is_secret))
        return cls(shown, title, seal(feed.url) if shown != scrub(feed.url) else "")


@dataclass(frozen=True, slots=True)
class AddResult:
    """The result of adding a URL. `source` is None if the URL was rejected; `error` is then the code of the reason.

    A `source` with an `error` was added although its feed cannot be read now. If a site has several feeds, nothing is
    added and `candidates` lists them.
    """

    source: Source | None = None
    created: bool = False
    error: str = ""
    candidates: tuple[Candidate, ...] = ()

    def as_json(self) -> dict[str, object]:
        """Return what a FetchRequest stores: codes, IDs and URLs."""
        return {
            "source": self.source.pk if self.source else None,
            "created": self.created,
            "error": self.error,
            "candidates": [asdict(feed) for feed in self.candidates],
        }

    @classmethod
    def from_json(cls, project: Project, stored: Mapping[str, Any]) -> "AddResult":
        """Return the result that a FetchRequest stores."""
        found = tuple(Candidate(**feed) for feed in stored.get("candidates", ()))
        source = project.sources.filter(pk=stored.get("source") or 0).first()
        return cls(source, stored.get("created", False), stored.get("error", ""), found)


@dataclass(frozen=True, slots=True)
class Adding:
    """Who adds what to which project. `is_secret`: the whole URL is secret, people see its host only."""

    project: Project
    user: User | None
    is_secret: bool = False


def result_without_fetch(adding: Adding, url: str) -> AddResult | None:
    """Return the result for a URL that is unusable or already a source; None if it must be fetched."""
    url = url_from_input(url)
    if is_hidden(url):
        return AddResult(error="hidden_url")
    if not is_usable(url):
        return AddResult(error="bad_url")
    known = find_source(adding.project.pk, url)
    if known and adding.is_secret and not is_whole(known.url):
        _hide(known, adding.user)
    return AddResult(known) if known else None


def add_source(project: Project, user: User | None, url: str, *, is_secret: bool = False) -> AddResult:
    """Add the feed at a URL, or the feed of the site at a URL, after fetching it.

    Takes at most about twice FETCH_TIMEOUT_S, since a person waits.
    """
    deadline = time.monotonic() + settings.FETCH_TIMEOUT_S
    adding = Adding(project, user, is_secret)
    if known := result_without_fetch(adding, url):
        return known
    url = url_from_input(url)
    fetched = http_client().fetch(url)
    if fetched.error:
        return _add_failing(adding, url, fetched.error.code)
    feed = parse_feed(fetched.body, content_type=fetched.content_type, url=fetched.url)
    if not isinstance(feed, ParseError):
        url = fetched.permanent_url if is_usable(fetched.permanent_url) else url
        return _save(adding, url, title=feed.title, site_url=feed.site_url)
    if feed.code in OVER_BUDGET:
        return _add_failing(adding, url, feed.code)
    return _from_page(adding, fetched, feed, deadline)


def open_candidate(shown: str, sealed: str) -> str:
    """Return the whole URL of a candidate, or its shown one if `sealed` is not that of this candidate."""
    try:
        url = open_sealed(sealed)
    except Unreadable:
        return shown
    return url if url and shown in (hide(url), hide(url, whole=True)) else shown


def is_usable(url: str) -> bool:
    """Return whether a URL can be stored and polled."""
    return len(url.encode("utf-8", "replace")) <= MAX_URL and bool(host_key(url))


def pause_source(source: Source, user: User | None, paused: bool) -> Source:
    """Pause a source, or resume a paused or stopped one: it is due immediately, with its errors cleared."""
    now = timezone.now()
    with transaction.atomic():
        if paused:
            Source.objects.filter(pk=source.pk).update(state=Source.State.PAUSED)
            end_period(source, now)
        else:
            Source.objects.filter(pk=source.pk).update(
                state=Source.State.ACTIVE, next_poll_at=now, failures=0, failing_since=None, error_code="",
                error_detail="",
            )  # fmt: skip
            resume_period(source, now)
        record(source.project, user, "source.paused" if paused else "source.resumed", source)
    source.refresh_from_db()
    return source


def poll_now(source: Source, user: User | None) -> None:
    """Make a source due immediately. A paused source stays paused."""
    with transaction.atomic():
        Source.objects.filter(pk=source.pk).update(next_poll_at=timezone.now())
        record(source.project, user, "source.polled", source)
    wake_pollers()


def delete_source(source: Source, user: User | None) -> None:
    """Delete a source. Its documents stay for their retention period; its mentions stay.

    Locks the row first and then the project, as polling/save.py: a poll that is being stored is waited for, and a
    later one finds no source. The project lock keeps a backfill from copying the source to new mentions.
    """
    with transaction.atomic():
        Source.objects.select_for_update().filter(pk=source.pk).first()
        lock_project_exclusive(source.project_id)
        record(source.project, user, "source.deleted", source, url=source.url)
        documents = DocumentSource.objects.filter(source=source).values("document_id")
        Mention.objects.filter(source=source, document_id__in=documents).update(source=None)
        Document.objects.filter(source=source, id__in=documents).update(source=None)
        _hand_over_checks(source)
        source.delete()


def _hand_over_checks(source: Source) -> None:
    """Let another source of the platform check the items of this one: stored items outlive it."""
    if recheck_policy(source.platform) is None:
        return
    others = Source.objects.filter(project_id=source.project_id, platform=source.platform).exclude(pk=source.pk)
    Recheck.objects.filter(source=source).update(source=others.order_by("pk").first())


def _from_page(adding: Adding, page: FetchResult, error: ParseError, deadline: float) -> AddResult:
    """Add the feed that a page links to, else one at a usual URL. No request starts after `deadline`."""
    linked = find_feeds(page.body, page.url, content_type=page.content_type)
    if isinstance(linked, ParseError):
        return AddResult(error=linked.code)
    found = [feed for feed in linked if is_usable(feed.url)]
    if len(found) > 1:
        new = [feed for feed in found if not find_source(adding.project.pk, feed.url)]
        return AddResult(candidates=tuple(Candidate.of(feed, is_secret=adding.is_secret) for feed in new or found))
    for url in [feed.url for feed in found] or common_feed_urls(page.url)[:COMMON_URLS_TRIED]:
        if time.monotonic() > deadline:
            break
        fetched = http_client().fetch(url)
        if fetched.error and found:
            return _add_failing(adding, url, fetched.error.code)
        if fetched.error:
            continue
        feed = parse_feed(fetched.body, content_type=fetched.content_type, url=fetched.url)
        if not isinstance(feed, ParseError):
            # The URL of the page may be the one to hide.
            site_url = feed.site_url or ("" if adding.is_secret else page.url)
            return _save(adding, url, title=feed.title, site_url=site_url)
    return AddResult(error=error.code)


def _add_failing(adding: Adding, url: str, code: str) -> AddResult:
    """Add a source whose feed cannot be read now; reject it if the error is permanent."""
    return _save(adding, url, error=code) if code in TRANSIENT_ERRORS else AddResult(error=code)


def _hide(source: Source, user: User | None) -> None:
    """Encrypt the whole URL of a source."""
    with transaction.atomic():
        Source.objects.select_for_update(no_key=True).get(pk=source.pk)
        change_urls(source.pk, whole=True)
        source.refresh_from_db()
        secrets = secrets_in(whole_urls(source)["url"], whole=True)
        source.title = without_secrets(source.title, secrets)
        source.site_url = site_without_secrets(source.site_url, secrets)
        source.save(update_fields=["title", "site_url"])
        record(source.project, user, "source.hidden", source, url=source.url)


def _save(adding: Adding, url: str, title: str = "", site_url: str = "", error: str = "") -> AddResult:
    with transaction.atomic():
        source, created = insert_source(adding, url, title, site_url, error)
        if created:
            record(adding.project, adding.user, "source.added", source, url=source.url)
    wake_pollers()
    return AddResult(source, created, error)


def insert_source(
    adding: Adding, url: str, title: str, site_url: str, error: str = "", *, tries: int = 3
) -> tuple[Source, bool]:
    """Return the source with this whole URL, and whether it is new. The unique shown URL closes the race of two."""
    if known := find_source(adding.project.pk, url):
        return known, False
    source = new_source(adding, url, title, site_url)
    source.error_code, source.failing_since = error, timezone.now() if error else None
    try:
        with transaction.atomic():
            source.save()
    except IntegrityError:
        if not tries:
            raise
        return insert_source(adding, url, title, site_url, error, tries=tries - 1)
    return source, True


def new_source(adding: Adding, url: str, title: str, site_url: str, free: FreeUrls | None = None) -> Source:
    """Return an unsaved source with this whole URL. `free` has the shown URLs that are free, for many sources."""
    columns = columns_of({"url": url}, whole=adding.is_secret)
    shown = columns["url"]
    columns["url"] = free.take(shown) if free else free_url(adding.project.pk, shown)
    secrets = secrets_in(url, whole=adding.is_secret)
    return Source(
        project=adding.project,
        host=host_key(url),
        title=without_secrets(title, secrets)[:300],
        site_url=site_without_secrets(site_url[:MAX_URL], secrets),
        **columns,
    )


def wake_pollers() -> None:
    from monitoring.tasks import poll_due, send

    transaction.on_commit(lambda: send(poll_due))
