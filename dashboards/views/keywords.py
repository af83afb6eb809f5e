"""Watched keywords: the list, one keyword's page, and what stops, resumes or deletes it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import project_view
from accounts.models import Membership, Role
from dashboards import charts
from dashboards.presenters.coverage import listening
from dashboards.presenters.filter_bar import PERIOD_PARAMETERS, filter_bar
from dashboards.presenters.mention_rows import shown_rows
from dashboards.presenters.sentiment_chart import sentiment_trend
from dashboards.presenters.volume_chart import timeline
from monitoring.ingest.backfill import backfill_progress
from monitoring.insights import mentions, volume
from monitoring.insights.facets import facet_rows
from monitoring.insights.filters import MentionFilter
from monitoring.insights.search import CAP
from monitoring.models import Keyword
from monitoring.services.keywords import delete_keyword, pause_keyword

MONTH = {"period": "30d"}
LATEST = 10


@project_view()
def keywords(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Every keyword with its last thirty days."""
    month = MentionFilter.from_query(membership.project, MONTH, timezone.now(), request.user.zone)
    changes = volume.change_by_keyword(month)
    lines = volume.volume(month, bucket="day").lines
    backfills = backfill_progress(
        membership.project.pk, [line.keyword for line in lines if not line.keyword.is_paused]
    )
    rows = [
        {
            "keyword": line.keyword,
            "percent": backfills.get(line.keyword.pk),
            "change": changes[line.keyword.pk],
            "spark": charts.spark_points(line.counts),
            "query": month.replace(keywords=(line.keyword.pk,)).to_query(),
        }
        for line in lines
    ]
    order = {type_: place for place, type_ in enumerate(Keyword.Type.values)}
    rows.sort(key=lambda row: (order[row["keyword"].type], row["keyword"].name.casefold()))
    return render(request, "keywords/keywords.html", {"rows": rows, "may_edit": membership.may(Role.MANAGER)})


@project_view()
def keyword(request: HttpRequest, membership: Membership, keyword_id: int) -> HttpResponse:
    project = membership.project
    shown = get_object_or_404(Keyword, pk=keyword_id, project=project)
    period = {key: request.GET.getlist(key) for key in PERIOD_PARAMETERS if key in request.GET} or MONTH
    f = MentionFilter.from_query(project, period, timezone.now(), request.user.zone).replace(keywords=(keyword_id,))
    series = volume.volume(f)
    heard = listening(project)
    mentions_url = reverse("mentions", args=[project.pk])
    context = {
        "keyword": shown,
        "project": project,
        "bar": filter_bar(f.replace(keywords=()), [shown]),
        "change": volume.change(f),
        "timeline": timeline(f, series, mentions_url, {keyword_id: "--series-1"}, heard.hatching),
        "sentiment": sentiment_trend(f, mentions_url),
        "mentions_page": mentions_url,
        "query": f.to_query(),
        "sources": facet_rows(f, "sources", limit=8),
        "rows": shown_rows(mentions.page(f, size=LATEST).rows, {keyword_id: "--series-1"}),
        "mentions_url": f"{mentions_url}?{f.to_query()}",
        "may_edit": membership.may(Role.MANAGER),
        **(_backfill(shown) if shown.backfilled_to is not None else {}),
    }
    return render(request, "keywords/keyword.html", context)


@project_view()
def keyword_progress(request: HttpRequest, membership: Membership, keyword_id: int) -> HttpResponse:
    """How far the look through the kept items has come, for htmx; `?brief` for the row of the list."""
    shown = get_object_or_404(Keyword, pk=keyword_id, project=membership.project)
    context = {"keyword": shown, "project": membership.project, "is_asked": True, **_backfill(shown)}
    template = "_backfill_progress_brief" if "brief" in request.GET else "_backfill_progress"
    return render(request, f"keywords/{template}.html", context)


def _backfill(keyword: Keyword) -> dict[str, object]:
    """`percent` is None where nothing is under way."""
    percent = None if keyword.is_paused else backfill_progress(keyword.project_id, [keyword]).get(keyword.pk)
    found = keyword.mentions.all()[: CAP + 1].count()
    return {"percent": percent, "found": min(found, CAP), "found_capped": found > CAP}


@require_POST
@project_view(Role.MANAGER)
def keyword_pause(request: HttpRequest, membership: Membership, keyword_id: int) -> HttpResponse:
    """POST `paused`: 1 to pause, 0 to resume."""
    paused = request.POST.get("paused") == "1"
    changed = pause_keyword(
        get_object_or_404(Keyword, pk=keyword_id, project=membership.project), request.user, paused
    )
    text = _("“%(name)s” paused.") if paused else _("Keyword “%(name)s” resumed.")
    messages.success(request, text % {"name": changed.name})
    return redirect("keyword", membership.project.pk, keyword_id)


@project_view(Role.MANAGER)
def keyword_delete(request: HttpRequest, membership: Membership, keyword_id: int) -> HttpResponse:
    """GET asks, POST deletes."""
    doomed = get_object_or_404(Keyword, pk=keyword_id, project=membership.project)
    if request.method == "POST":
        delete_keyword(doomed, request.user)
        messages.success(request, _("Keyword “%(name)s” deleted.") % {"name": doomed.name})
        return redirect("keywords", membership.project.pk)
    context = {"keyword": doomed, "mentions": doomed.mentions.count(), "rules": doomed.rules.count()}
    return render(request, "keywords/keyword_delete.html", context)
