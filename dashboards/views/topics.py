"""Watched keywords: the list, one keyword's page, and the forms that change it."""

from django.contrib import messages
from django.core.exceptions import ValidationError
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
from dashboards.forms import TopicForm, query_problem
from dashboards.listening import listening
from dashboards.preview import preview
from dashboards.rows import shown_rows
from dashboards.timeline import timeline
from monitoring.insights import facets, lists, series
from monitoring.insights.filters import MentionFilter
from monitoring.models import Topic
from monitoring.topics import create_topic, delete_topic, pause_topic, update_topic

MONTH = {"period": "30d"}
LATEST = 10


@project_view()
def topics(request: HttpRequest, membership: Membership) -> HttpResponse:
    """Every keyword with its last thirty days."""
    month = MentionFilter.from_query(membership.project, MONTH, timezone.now(), request.user.zone)
    changes = series.change_by_topic(month)
    rows = [
        {
            "topic": line.topic,
            "change": changes[line.topic.pk],
            "spark": charts.spark_points(line.counts),
            "query": month.replace(topics=(line.topic.pk,)).to_query(),
        }
        for line in series.volume(month, bucket="day").lines
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
        "sources": facets.by_source(f, limit=8),
        "rows": shown_rows(lists.page(f, size=LATEST).rows, {topic_id: "--series-1"}),
        "mentions_url": f"{mentions_url}?{f.to_query()}",
        "may_edit": membership.may(Role.MANAGER),
    }
    return render(request, "dashboards/topic.html", context)


@project_view(Role.MANAGER)
def topic_new(request: HttpRequest, membership: Membership) -> HttpResponse:
    form = TopicForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            created = create_topic(membership.project, request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_domain_errors(error)
        else:
            messages.success(request, _("“%(name)s” is watched from now on.") % {"name": created.name})
            return redirect("topic", membership.project.pk, created.pk)
    return _form_page(request, membership, form, None)


@project_view(Role.MANAGER)
def topic_edit(request: HttpRequest, membership: Membership, topic_id: int) -> HttpResponse:
    edited = get_object_or_404(Topic, pk=topic_id, project=membership.project)
    fields = ("name", "kind", "query", "languages")
    form = TopicForm(request.POST or None, initial={name: getattr(edited, name) for name in fields})
    if request.method == "POST" and form.is_valid():
        try:
            update_topic(edited, request.user, **form.cleaned_data)
        except ValidationError as error:
            edited.refresh_from_db()
            form.add_domain_errors(error)
        else:
            messages.success(request, _("“%(name)s” is saved.") % {"name": edited.name})
            return redirect("topic", membership.project.pk, topic_id)
    return _form_page(request, membership, form, edited)


def _form_page(request: HttpRequest, membership: Membership, form: TopicForm, edited: Topic | None) -> HttpResponse:
    context = {"form": form, "topic": edited, "project": membership.project}
    return render(request, "dashboards/topic_form.html", context)


@require_POST
@project_view(Role.MANAGER)
def topic_check(request: HttpRequest, membership: Membership) -> HttpResponse:
    """What the query in the form would have found among the newest items, or where it is wrong. For htmx."""
    query = request.POST.get("query", "").strip("\r\n")
    problem = query_problem(query) if query else None
    found = preview(membership.project, query, request.POST.getlist("languages")) if query and not problem else None
    return render(request, "dashboards/_topic_check.html", {"problem": problem, "found": found})


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
