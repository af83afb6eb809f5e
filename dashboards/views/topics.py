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
from dashboards.filterbar import PERIOD_PARAMETERS, filter_bar
from dashboards.listening import listening
from dashboards.rows import shown_rows
from dashboards.sentiment_trend import sentiment_trend
from dashboards.timeline import timeline
from monitoring.backfill import progress
from monitoring.insights import facets, lists, series
from monitoring.insights.filters import MentionFilter
from monitoring.insights.search import CAP
from monitoring.models import Topic
from monitoring.topics import delete_topic, pause_topic

MONTH = {"period": "30d"}
LATEST = 10


@project_view()
def topics(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Every keyword with its last thirty days."""
    month = MentionFilter.from_query(membership.project, MONTH, timezone.now(), request.user.zone)
    changes = series.change_by_topic(month)
    lines = series.volume(month, bucket="day").lines
    backfills = progress(membership.project.pk, [line.topic for line in lines if not line.topic.is_paused])
    rows = [
        {
            "topic": line.topic,
            "percent": backfills.get(line.topic.pk),
            "change": changes[line.topic.pk],
            "spark": charts.spark_points(line.counts),
            "query": month.replace(topics=(line.topic.pk,)).to_query(),
        }
        for line in lines
    ]
    order = {kind: place for place, kind in enumerate(Topic.Kind.values)}
    rows.sort(key=lambda row: (order[row["topic"].kind], row["topic"].name.casefold()))
    return render(request, "dashboards/topics.html", {"rows": rows, "may_edit": membership.may(Role.MANAGER)})


@project_view()
def topic(request: HttpRequest, membership: Membership, topic_id: int) -> HttpResponse:
    project = membership.project
    shown = get_object_or_404(Topic, pk=topic_id, project=project)
    period = {key: request.GET.getlist(key) for key in PERIOD_PARAMETERS if key in request.GET} or MONTH
    f = MentionFilter.from_query(project, period, timezone.now(), request.user.zone).replace(topics=(topic_id,))
    volume = series.volume(f)
    heard = listening(project)
    mentions_url = reverse("mentions", args=[project.pk])
    context = {
        "topic": shown,
        "project": project,
        "bar": filter_bar(f.replace(topics=()), [shown]),
        "change": series.change(f),
        "timeline": timeline(f, volume, mentions_url, {topic_id: "--series-1"}, heard.hatching),
        "sentiment": sentiment_trend(f, mentions_url),
        "mentions_page": mentions_url,
        "query": f.to_query(),
        "sources": facets.by_source(f, limit=8),
        "rows": shown_rows(lists.page(f, size=LATEST).rows, {topic_id: "--series-1"}),
        "mentions_url": f"{mentions_url}?{f.to_query()}",
        "may_edit": membership.may(Role.MANAGER),
        **(_backfill(shown) if shown.backfilled_to is not None else {}),
    }
    return render(request, "dashboards/topic.html", context)


@project_view()
def topic_progress(request: HttpRequest, membership: Membership, topic_id: int) -> HttpResponse:
    """How far the look through the kept items has come, for htmx; `?brief` for the row of the list."""
    shown = get_object_or_404(Topic, pk=topic_id, project=membership.project)
    context = {"topic": shown, "project": membership.project, "is_asked": True, **_backfill(shown)}
    template = "_topic_progress_brief" if "brief" in request.GET else "_topic_progress"
    return render(request, f"dashboards/{template}.html", context)


def _backfill(topic: Topic) -> dict[str, object]:
    """`percent` is None where nothing is under way."""
    percent = None if topic.is_paused else progress(topic.project_id, [topic]).get(topic.pk)
    found = topic.mentions.all()[: CAP + 1].count()
    return {"percent": percent, "found": min(found, CAP), "found_capped": found > CAP}


@require_POST
@project_view(Role.MANAGER)
def topic_pause(request: HttpRequest, membership: Membership, topic_id: int) -> HttpResponse:
    """POST `paused`: 1 to pause, 0 to resume."""
    paused = request.POST.get("paused") == "1"
    changed = pause_topic(get_object_or_404(Topic, pk=topic_id, project=membership.project), request.user, paused)
    text = _("“%(name)s” is paused.") if paused else _("“%(name)s” is watched again.")
    messages.success(request, text % {"name": changed.name})
    return redirect("topic", membership.project.pk, topic_id)


@project_view(Role.MANAGER)
def topic_delete(request: HttpRequest, membership: Membership, topic_id: int) -> HttpResponse:
    """GET asks, POST deletes."""
    doomed = get_object_or_404(Topic, pk=topic_id, project=membership.project)
    if request.method == "POST":
        delete_topic(doomed, request.user)
        messages.success(request, _("“%(name)s” is deleted.") % {"name": doomed.name})
        return redirect("topics", membership.project.pk)
    context = {"topic": doomed, "mentions": doomed.mentions.count(), "rules": doomed.rules.count()}
    return render(request, "dashboards/topic_delete.html", context)
