"""The page of one tracked keyword: volume, sentiment, query, top sources, latest mentions, and its backfill."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership, Role
from dashboards.presenters.coverage import coverage
from dashboards.presenters.filter_bar import PERIOD_PARAMETERS, filter_bar
from dashboards.presenters.mention_rows import shown_with_work
from dashboards.presenters.sentiment_chart import sentiment_chart
from dashboards.presenters.volume_chart import volume_chart
from dashboards.views.time_limit import within_time_limit
from monitoring.ingest.backfill import backfill_progress
from monitoring.insights import mentions, volume
from monitoring.insights.facets import facet_rows
from monitoring.insights.filters import MentionFilter
from monitoring.insights.search import CAP
from monitoring.models import Keyword

DEFAULT_PERIOD = {"period": "30d"}
LATEST = 10
TOP_SOURCES = 8


@project_view()
@within_time_limit
def keyword(request: SignedInRequest, membership: Membership, keyword_id: int) -> HttpResponse:
    project = membership.project
    shown = get_object_or_404(project.keywords, pk=keyword_id)
    period = {name: request.GET.getlist(name) for name in PERIOD_PARAMETERS if name in request.GET} or DEFAULT_PERIOD
    f = MentionFilter.from_query(project, period, timezone.now(), request.user.zone).replace(keywords=(keyword_id,))
    mentions_page = reverse("mentions", args=[project.pk])
    context = {
        "keyword": shown,
        "project": project,
        "bar": filter_bar(f.replace(keywords=()), [shown]),
        "change": volume.change(f),
        "history_start": volume.history_start(f),
        "volume_chart": volume_chart(
            f, volume.volume(f), mentions_page, {keyword_id: "--who-1"}, coverage(project).marked
        ),
        "sentiment": sentiment_chart(f, mentions_page),
        "mentions_page": mentions_page,
        "query": f.to_query(),
        "sources": facet_rows(f, "sources", limit=TOP_SOURCES),
        "rows": shown_with_work(mentions.page(f, size=LATEST).rows, timezone.now()),
        "mentions_url": f"{mentions_page}?{f.to_query()}",
        "may_edit": membership.may(Role.MANAGER),
        **(_backfill(shown) if shown.backfilled_to is not None else {}),
    }
    return render(request, "keywords/keyword.html", context)


@project_view()
def keyword_progress(request: SignedInRequest, membership: Membership, keyword_id: int) -> HttpResponse:
    """The progress of the keyword's backfill, for htmx; with `?brief` for the list's row."""
    shown = get_object_or_404(membership.project.keywords, pk=keyword_id)
    context = {"keyword": shown, "project": membership.project, "is_asked": True, **_backfill(shown)}
    template = "_backfill_progress_brief" if "brief" in request.GET else "_backfill_progress"
    return render(request, f"keywords/{template}.html", context)


def _backfill(keyword: Keyword) -> dict[str, object]:
    """Return the progress in percent, None if no backfill is running, and the mentions so far."""
    percent = None if keyword.is_paused else backfill_progress(keyword.project_id, [keyword]).get(keyword.pk)
    found = keyword.mentions.all()[: CAP + 1].count()
    return {"percent": percent, "found": min(found, CAP), "found_capped": found > CAP}
