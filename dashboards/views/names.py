"""The distinctive names in the mentions of a period: loaded into the page of themes, or a page of its own.

It reads texts of mentions, a bounded sample of them, which takes longer than the themes.
"""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership, Role
from dashboards.presenters.name_rows import name_rows
from dashboards.views.time_limit import within_time_limit
from monitoring.insights.breakdown import subject_of
from monitoring.insights.filters import MentionFilter
from monitoring.insights.names import names as find_names
from monitoring.models import Keyword


@project_view()
@within_time_limit
def names(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """The names in the same mentions as the themes'."""
    project = membership.project
    f = MentionFilter.from_query(project, request.GET, timezone.now(), request.user.zone, person_id=request.user.pk)
    f = subject_of(f, list(Keyword.objects.filter(project=project).order_by("id"))).f
    found = find_names(f)
    context = {
        "project": project,
        "rows": name_rows(f, found),
        "found": found,
        "may_edit": membership.may(Role.MANAGER),
    }
    return render(request, "themes/_names.html" if request.htmx else "themes/names.html", context)
