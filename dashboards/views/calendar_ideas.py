"""Ideas for posts, which the calendar loads after itself: they read texts of many mentions."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership, Role
from dashboards.presenters.post_ideas import idea_rows, sample_words
from dashboards.views.time_limit import within_time_limit
from workplace.post_ideas import ideas


@project_view()
@within_time_limit
def calendar_ideas(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """Questions, terms, posts of competitors and dates, as a fragment or as a page of its own."""
    found = ideas(membership.project, request.user, get_language() or "en", timezone.now())
    context = {
        "project": membership.project,
        "rows": idea_rows(membership.project, found),
        "sample": sample_words(found),
        "may_edit": membership.may(Role.MANAGER),
    }
    return render(request, f"calendar/{'_ideas' if request.htmx else 'ideas'}.html", context)
