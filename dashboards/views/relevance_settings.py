"""The relevance settings of a project: what its decisions have taught about noise. Members read, admins decide."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership, Role
from dashboards.presenters.relevance_settings import admin_change_words, shown_version
from monitoring.content.values import read_id
from monitoring.enrichment import relevance_stats
from monitoring.enrichment.fit_relevance import set_learning, use_version
from monitoring.models import RelevanceVersion
from monitoring.relevance.measure import MIN_DECISIONS, MIN_OF_EACH


@project_view()
def relevance_settings(request: SignedInRequest, membership: Membership) -> HttpResponse:
    project = membership.project
    state = relevance_stats.relevance_state(project)
    versions = [shown_version(version, state) for version in relevance_stats.versions(project)]
    context = {
        "project": project,
        "state": state,
        "versions": versions,
        "version": next((one for one in versions if one.status == "used"), versions[0] if versions else None),
        "decided": None if versions else relevance_stats.decision_count(project),
        "changes": [(entry, admin_change_words(entry)) for entry in relevance_stats.admin_changes(project)],
        "minimum": MIN_DECISIONS,
        "minimum_of_each": MIN_OF_EACH,
        "is_admin": membership.role == Role.ADMIN,
    }
    return render(request, "project_settings/relevance.html", context)


@project_view(Role.ADMIN)
@require_POST
def relevance_version(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """POST `number`: a version to restore, or 0 for none."""
    number = read_id(request.POST.get("number", ""))
    if number is None:
        raise Http404
    try:
        use_version(membership.project, request.user, number)
    except RelevanceVersion.DoesNotExist:
        raise Http404 from None
    text = _("Version %(number)s restored.") if number else _("No version is used until the next decisions.")
    messages.success(request, text % {"number": number})
    return redirect("relevance_settings", membership.project_id)


@project_view(Role.ADMIN)
@require_POST
def relevance_learning(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """POST `learns`: 1 to turn suggestions on, 0 to turn them off."""
    learns = request.POST.get("learns") == "1"
    set_learning(membership.project, request.user, learns)
    messages.success(
        request, _("Suggestions of noise turned on.") if learns else _("Suggestions of noise turned off.")
    )
    return redirect("relevance_settings", membership.project_id)
