"""The goals of a project: their list, the page of one with its chart, the form, own figures, and annotations.

Members read, managers change.
"""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership, Role
from dashboards.forms.goals import GoalForm, initial_of, read_figures
from dashboards.presenters.goals import goal_chart, goal_row, list_query, status_words
from dashboards.presenters.own_accounts import CONNECT_WORDS, account_rows
from monitoring.models import Keyword
from workplace.goals import changes
from workplace.goals.words import stored
from workplace.models import Annotation, Goal
from workplace.own_accounts import shown_accounts

SHOWN_NOTES = 50
SHOWN_FIGURES = 100


@project_view()
def goals(request: SignedInRequest, membership: Membership) -> HttpResponse:
    project, today = membership.project, timezone.localdate()
    found = list(project.goals.select_related("owner", "keyword").order_by("ends_on", "pk"))
    running = [goal for goal in found if goal.ends_on >= today]
    context = {
        "project": project,
        "may_edit": membership.may(Role.MANAGER),
        "sentences": status_words(running or found),
        "is_troubled": any(goal_row(goal).is_troubled for goal in running),
        "running": [goal_row(goal) for goal in running],
        "ended": [goal_row(goal) for goal in reversed(found) if goal.ends_on < today],
        "notes": project.annotations.order_by("-starts_on", "-pk")[:SHOWN_NOTES],
        "accounts": account_rows(list(shown_accounts(project.pk)), timezone.now().date()),
        "connect_words": CONNECT_WORDS,
        "today": today,
    }
    return render(request, "goals/goals.html", context)


@project_view()
def goal(request: SignedInRequest, membership: Membership, goal_id: int) -> HttpResponse:
    found = _goal_of(membership, goal_id)
    notes = list(
        membership.project.annotations.filter(
            starts_on__lte=found.ends_on, ends_on__gte=found.starts_on - timedelta(weeks=4)
        ).order_by("starts_on", "pk")[:SHOWN_NOTES]
    )
    through = stored(found).through
    context = {
        "project": membership.project,
        "row": goal_row(found),
        "goal": found,
        "through": through,
        "chart": goal_chart(found, notes),
        "list_query": list_query(found, through),
        "figures": found.figures.select_related("entered_by").order_by("-day")[:SHOWN_FIGURES],
        "is_manual": found.metric == "manual",
        "may_edit": membership.may(Role.MANAGER),
    }
    return render(request, "goals/goal.html", context)


@project_view(Role.MANAGER)
def goal_new(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """The form of a new goal: of this quarter, of the first brand."""
    today = timezone.localdate()
    brands = Keyword.objects.filter(project=membership.project, type=Keyword.Type.BRAND).order_by("pk")
    first = today.replace(day=1)
    initial = {
        "keyword": brands.first(),
        "starts_on": first,
        "ends_on": (first + timedelta(days=92)).replace(day=1) - timedelta(days=1),
        "owner": request.user,
    }
    return _form(request, membership, None, initial)


@project_view(Role.MANAGER)
def goal_edit(request: SignedInRequest, membership: Membership, goal_id: int) -> HttpResponse:
    found = _goal_of(membership, goal_id)
    return _form(request, membership, found, initial_of(found))


@project_view(Role.MANAGER)
def goal_delete(request: SignedInRequest, membership: Membership, goal_id: int) -> HttpResponse:
    """GET shows what would be deleted, POST deletes."""
    found = _goal_of(membership, goal_id)
    if request.method == "POST":
        changes.delete_goal(found, request.user)
        messages.success(request, _("Goal deleted."))
        return redirect("goals", membership.project_id)
    context = {"project": membership.project, "goal": found, "figures": found.figures.count()}
    return render(request, "goals/delete.html", context)


@project_view(Role.MANAGER)
@require_POST
def goal_figures(request: SignedInRequest, membership: Membership, goal_id: int) -> HttpResponse:
    """POST `figures`: lines of a date and a number, as text or as a CSV `file`."""
    found = _goal_of(membership, goal_id)
    try:
        upload = request.FILES.get("file")
        text = upload.read(100_000).decode("utf-8-sig", "replace") if upload else request.POST.get("figures", "")
        figures = read_figures(text, has_heading=upload is not None)
        changes.enter_figures(found, request.user, figures, timezone.now())
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("Figures saved."))
    return redirect("goal", membership.project_id, found.pk)


@project_view(Role.MANAGER)
@require_POST
def annotation_new(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """POST `text`, `starts_on` and perhaps `ends_on`."""
    post = request.POST
    try:
        first, last = (_date(post.get(name, "")) for name in ("starts_on", "ends_on"))
        if first is None:
            raise ValidationError(_("Enter the first day."))
        changes.annotate(membership.project, request.user, post.get("text", ""), first, last)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("Annotation added."))
    return redirect("goals", membership.project_id)


@project_view(Role.MANAGER)
@require_POST
def annotation_delete(request: SignedInRequest, membership: Membership, annotation_id: int) -> HttpResponse:
    note = get_object_or_404(Annotation, project=membership.project, pk=annotation_id)
    changes.delete_annotation(note, request.user)
    messages.success(request, _("Annotation deleted."))
    return redirect("goals", membership.project_id)


def _form(
    request: SignedInRequest, membership: Membership, found: Goal | None, initial: dict[str, Any]
) -> HttpResponse:
    form = GoalForm(request.POST or None, project_id=membership.project_id, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            now = timezone.now()
            if found is None:
                saved = changes.create_goal(membership.project, request.user, now, **form.values())
            else:
                saved = changes.change_goal(found, request.user, now, **form.values())
        except ValidationError as error:
            form.add_errors(error)
        else:
            messages.success(request, _("Goal saved."))
            return redirect("goal", membership.project_id, saved.pk)
    return render(request, "goals/form.html", {"project": membership.project, "form": form, "goal": found})


def _date(text: str) -> Any:
    try:
        return parse_date(text) if text else None
    except ValueError:
        raise ValidationError(_("Enter a date in the format 2026-07-31.")) from None


def _goal_of(membership: Membership, goal_id: int) -> Goal:
    rows = Goal.objects.select_related("project", "owner", "keyword")
    return get_object_or_404(rows, project=membership.project, pk=goal_id)
