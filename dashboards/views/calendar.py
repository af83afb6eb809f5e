"""The editorial calendar of a project as a month, a week or a list, and its rules. Members read, managers change."""

from typing import cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership, Role
from dashboards.forms.posts import CalendarRulesForm
from dashboards.presenters.calendar import LIST, MONTH, VIEWS, calendar_page, shown_day
from dashboards.presenters.post_list import list_page
from dashboards.presenters.posting_slots import slot_settings
from workplace.posts import rules_of, set_rules


@project_view()
def calendar(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """`?view=` is month, week or list; `?day=` is a day of the month or week."""
    return render(request, "calendar/calendar.html", calendar_context(request, membership, request.GET))


def calendar_context(request: SignedInRequest, membership: Membership, params: object) -> dict[str, object]:
    """Return what the calendar shows for a query string, also after a move."""
    now, query = timezone.now(), cast("dict[str, str]", params)
    view = query.get("view", "")
    view = view if view in VIEWS else MONTH
    today = timezone.localtime(now, request.user.zone).date()
    day = shown_day(query.get("day", ""), today)
    context: dict[str, object] = {
        "project": membership.project,
        "view": view,
        "day": day,
        "today": today,
        "may_edit": membership.may(Role.MANAGER),
    }
    if view == LIST:
        return context | {"list": list_page(membership.project, query, now)}
    return context | {"page": calendar_page(membership.project, request.user, view, day, now)}


@project_view()
def calendar_settings(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """GET shows the rules for posts, POST changes them."""
    project, is_admin = membership.project, membership.role == Role.ADMIN
    if request.method == "POST" and not is_admin:
        raise PermissionDenied
    rules = rules_of(project)
    form = CalendarRulesForm.for_rules(rules, request.POST if request.method == "POST" else None)
    for field in form.fields.values():
        field.disabled = not is_admin
    if request.method == "POST" and form.is_valid():
        set_rules(project, request.user, **form.cleaned_data)
        messages.success(request, _("Calendar settings saved."))
        return redirect("calendar_settings", project.pk)
    context = {
        "project": project,
        "form": form,
        "is_admin": is_admin,
        "may_edit": membership.may(Role.MANAGER),
        **slot_settings(project),
    }
    return render(request, "calendar/settings.html", context)
