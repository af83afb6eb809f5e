"""Changes that managers make on the page of an incident: one POST each, through alerts/incident_people.py.

Each returns to the page it came from: that of the incident, or its wall.
"""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership, Role
from alerts import incident_people, incidents
from alerts.incident_models import IncidentTask
from alerts.models import Incident
from dashboards.views.incidents import find_lead
from monitoring.content.values import read_id


@project_view(Role.MANAGER)
@require_POST
def incident_acknowledge(request: SignedInRequest, membership: Membership, incident_id: int) -> HttpResponse:
    """POST to acknowledge an incident."""
    if incident_people.acknowledge(find_lead(membership.project, incident_id), request.user):
        messages.success(
            request, _("Acknowledged. The incident resolves automatically once volume is back to normal.")
        )
    return _back(request, membership, incident_id)


@project_view(Role.MANAGER)
@require_POST
def incident_assign(request: SignedInRequest, membership: Membership, incident_id: int) -> HttpResponse:
    """POST `assignee`, empty for nobody."""
    incident, person = find_lead(membership.project, incident_id), _assignee_id(request)
    return _changed(request, membership, incident_id, lambda: incident_people.assign(incident, request.user, person))


@project_view(Role.MANAGER)
@require_POST
def incident_comment(request: SignedInRequest, membership: Membership, incident_id: int) -> HttpResponse:
    """POST `text`; members who are named with @ get an email."""
    incident, text = find_lead(membership.project, incident_id), request.POST.get("text", "")
    return _changed(request, membership, incident_id, lambda: incident_people.comment(incident, request.user, text))


@project_view(Role.MANAGER)
@require_POST
def incident_task_new(request: SignedInRequest, membership: Membership, incident_id: int) -> HttpResponse:
    """POST `title`, and `assignee` if somebody has the task."""
    incident, title, person = (
        find_lead(membership.project, incident_id),
        request.POST.get("title", ""),
        _assignee_id(request),
    )
    return _changed(
        request, membership, incident_id, lambda: incident_people.add_task(incident, request.user, title, person)
    )


@project_view(Role.MANAGER)
@require_POST
def incident_task_change(
    request: SignedInRequest, membership: Membership, incident_id: int, task_id: int
) -> HttpResponse:
    """POST `done` ("1" or "0"), or `assignee`."""
    tasks = IncidentTask.objects.select_related("incident__rule__project", "incident__rule__keyword")
    task = get_object_or_404(tasks, pk=task_id, incident=find_lead(membership.project, incident_id))
    if "assignee" in request.POST:
        person = _assignee_id(request)
        return _changed(
            request, membership, incident_id, lambda: incident_people.assign_task(task, request.user, person)
        )
    incident_people.set_task_done(task, request.user, request.POST.get("done") == "1")
    return _back(request, membership, incident_id)


@project_view(Role.MANAGER)
@require_POST
def incident_resolve(request: SignedInRequest, membership: Membership, incident_id: int) -> HttpResponse:
    """POST to resolve an incident by hand."""
    if incidents.resolve(find_lead(membership.project, incident_id), request.user, timezone.now()):
        messages.success(request, _("Incident resolved."))
    return _back(request, membership, incident_id)


@project_view(Role.MANAGER)
@require_POST
def incident_rate(request: SignedInRequest, membership: Membership, incident_id: int) -> HttpResponse:
    """POST `usefulness`: "useful" or "false_alarm"."""
    usefulness = request.POST.get("usefulness", "")
    if usefulness not in Incident.Usefulness.values:
        return HttpResponseBadRequest()
    incident_people.rate(find_lead(membership.project, incident_id), request.user, usefulness)
    messages.success(request, _("Rating saved."))
    return _back(request, membership, incident_id)


def _assignee_id(request: SignedInRequest) -> int | None:
    """Return the id of the chosen person, None for nobody, 0 for what is no id."""
    chosen = request.POST.get("assignee", "")
    return (read_id(chosen) or 0) if chosen else None


def _changed(
    request: SignedInRequest, membership: Membership, incident_id: int, change: Callable[[], object]
) -> HttpResponse:
    """Make a change, and show what is wrong with it."""
    try:
        change()
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return _back(request, membership, incident_id)


def _back(request: SignedInRequest, membership: Membership, incident_id: int) -> HttpResponse:
    page = "incident_wall" if request.POST.get("from") == "wall" else "incident"
    return redirect(page, membership.project_id, incident_id)
