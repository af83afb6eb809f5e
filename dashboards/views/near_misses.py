"""The near misses of a keyword, and what people ignored of its mentions, each with a changed query to try."""

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership, Role
from dashboards.presenters.near_misses import miss_groups, shown_exclusions
from dashboards.views.time_limit import within_time_limit
from monitoring.query_tools.near_misses import DAYS, near_misses
from monitoring.query_tools.noise import noise_of


@project_view()
@within_time_limit
def keyword_near_misses(request: SignedInRequest, membership: Membership, keyword_id: int) -> HttpResponse:
    """A tab of the keyword's page."""
    keyword = get_object_or_404(membership.project.keywords, pk=keyword_id)
    found, noise = near_misses(keyword, request.user.zone, timezone.now()), noise_of(keyword)
    context = {
        "project": membership.project,
        "keyword": keyword,
        "days": DAYS,
        "found": found,
        "export_query": urlencode({"keyword": keyword.pk}),
        "groups": miss_groups(keyword, found),
        "noise": noise,
        "exclusions": shown_exclusions(keyword, noise),
        "may_edit": membership.may(Role.MANAGER),
    }
    return render(request, "keywords/near_misses.html", context)
