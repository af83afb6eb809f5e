"""Poll a platform once for a person: does the connection work, and what would a source bring for the keywords now?

In: settings and secrets of a source, stored or not. Out: a `Preview` of JSON values, stored nowhere but in the
FetchRequest of the person. The path is that of polling: the same queries, limits and platform code, a few requests,
and the real matcher. Called by services/fetches.py, in a worker.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone

from accounts.models import Project
from monitoring.content.clean import clean
from monitoring.content.language import with_language
from monitoring.content.scrub import scrub
from monitoring.content.values import iso_utc
from monitoring.matching.keyword_index import Matcher, doc_of_item, tracked_keywords, tracked_languages
from monitoring.models import Credential
from monitoring.platforms.base import Can, Platform
from monitoring.platforms.registry import item_platform, poll
from monitoring.polling import budgets
from monitoring.polling.jobs import access, budget_key, limits_of, queries_for
from monitoring.records import ClaimedSource, Entry, Item, PollHints, PollJob, PollResult
from outbound import host_key
from outbound.default import polling_client

# Requests of one preview: enough for a sign-in, two searches and a second page.
REQUESTS = 4
SHOWN = 5
MAX_TITLE, MAX_TEXT = 200, 280


@dataclass(frozen=True, slots=True)
class PreviewedItem:
    """One item that matches. `keywords` are IDs; `published` is ISO 8601 in UTC, "" if unknown."""

    title: str
    text: str
    url: str
    author: str
    published: str
    keywords: list[int]


@dataclass(frozen=True, slots=True)
class Preview:
    """The result of a preview: how many items came and matched, the first that match, or the code of an error.

    `has_more` if there are more pages than a preview reads. `monthly_cost` is the most that the platform would charge
    at this volume in 30 days, in US dollars. `retry_at` (ISO 8601) is when the limit allows a request,
    if it doesn't now. `keywords` is how many keywords track the platform; `wider` and `unsearchable` are their IDs as
    in the report of a source.
    """

    error: str = ""
    detail: str = ""
    retry_at: str = ""
    requests: int = 0
    found: int = 0
    matched: int = 0
    skipped: int = 0
    has_more: bool = False
    monthly_cost: float = 0
    keywords: int = 0
    wider: list[int] = field(default_factory=list)
    unsearchable: list[int] = field(default_factory=list)
    items: list[PreviewedItem] = field(default_factory=list)


def preview(
    project: Project,
    platform: Platform,
    settings: Mapping[str, str],
    *,
    secrets: Mapping[str, str] | None = None,
    credential: Credential | None = None,
) -> dict[str, Any]:
    """Return a `Preview` as JSON. `secrets` are those of a credential that isn't stored yet."""
    now = timezone.now()
    source = unpolled_source(project, platform, settings, credential)
    queries = queries_for(project.pk, platform.name)
    searched = queries if Can.SEARCH in platform.can else ()
    key, limits = budget_key(source), limits_of(source, platform)
    number, at = budgets.reserve(key, limits, REQUESTS, now)
    if not number:
        return asdict(Preview(error="quota_used_up", retry_at=iso_utc(at), keywords=len(queries)))
    job = PollJob(
        source=source,
        now=now,
        queries=searched,
        requests=number,
        base_url=settings.get("base_url", ""),
        **(access(platform, settings, credential) if credential else {"secrets": secrets or {}}),
    )
    result = PollResult(requests=number)  # a crash may have used all
    try:
        result = poll(job, polling_client())
    finally:
        budgets.settle(key, limits, number, result, timezone.now())
    return asdict(_preview(project, platform, result, len(queries)))


def _preview(project: Project, platform: Platform, result: PollResult, keywords: int) -> Preview:
    matches = _matches(project.pk, item_platform(platform.name), result.entries)
    return Preview(
        error=result.error.code if result.error else "",
        detail=result.error.detail[:500] if result.error else "",
        requests=result.requests,
        found=len(result.entries),
        matched=len(matches),
        skipped=result.report.get("skipped", 0),
        has_more=result.is_incomplete,
        monthly_cost=platform.monthly_cost(_items_per_day(result.entries)),
        keywords=keywords,
        wider=result.report.get("wider", []),
        unsearchable=result.report.get("unsearchable", []),
        items=[_shown(item, found) for item, found in matches[:SHOWN]],
    )


def _items_per_day(entries: tuple[Entry, ...]) -> float:
    """Return how many items were published per day, 0 for fewer than two."""
    times = [entry.published for entry in entries if entry.published]
    if len(times) < 2:
        return 0
    days = (max(times) - min(times)).total_seconds() / 86_400
    return len(times) / max(days, 1 / 24)


def _matches(project_id: int, platform: str, entries: tuple[Entry, ...]) -> list[tuple[Item, list[int]]]:
    """Return the items that match keywords, newest first."""
    matcher = Matcher(project_id, tracked_keywords([project_id])[project_id])
    languages = tracked_languages([project_id])[project_id]
    found = []
    for entry in entries:
        item = with_language(clean(entry), languages)
        if keywords := matcher.keywords_of(doc_of_item(item, platform)):
            found.append((item, keywords))
    oldest = datetime.min.replace(tzinfo=timezone.get_default_timezone())
    return sorted(found, key=lambda match: match[0].published or oldest, reverse=True)


def _shown(item: Item, keywords: list[int]) -> PreviewedItem:
    published = iso_utc(item.published) if item.published else ""
    title, text = scrub(item.title)[:MAX_TITLE], scrub(item.text)[:MAX_TEXT]
    return PreviewedItem(title, text, scrub(item.url), scrub(item.author), published, keywords)


def unpolled_source(
    project: Project, platform: Platform, settings: Mapping[str, str], credential: Credential | None
) -> ClaimedSource:
    """Return a source that was never polled."""
    values: dict[str, Any] = dict.fromkeys(ClaimedSource.__dataclass_fields__) | {
        "id": 0,
        "project_id": project.pk,
        "platform": platform.name,
        "url": platform.address(settings),
        "host": host_key(platform.api_url(settings)),
        "title": "",
        "site_url": "",
        "language": "",
        "error_code": "",
        "settings": dict(settings),
        "credential_id": credential.pk if credential else None,
        "created_at": timezone.now(),
        "resume_state": {},
        "hints": PollHints(),
    }
    return ClaimedSource(**values)
