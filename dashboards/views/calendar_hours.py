"""Good and quiet hours, which the calendar and the form of a post load after themselves: they count many mentions."""

from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership
from accounts.time_zones import zone_of
from dashboards.forms.posts import read_day, read_time
from dashboards.presenters.calendar_hours import hour_hint, hours_part
from dashboards.views.time_limit import within_time_limit
from workplace import post_reads
from workplace.calendar.statuses import OPEN
from workplace.post_hours import good_hours

AHEAD = timedelta(days=60)  # whose posts are compared with the hours


@project_view()
@within_time_limit
def calendar_hours(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """The heat map with its best hours, and the planned posts at quiet ones."""
    now, project = timezone.now(), membership.project
    posts = [one for one in post_reads.between(project, now, now + AHEAD) if one.status in OPEN]
    part = hours_part(good_hours(project, request.user.zone, now), posts, now)
    name = "_hours" if request.htmx else "hours"
    context = {"project": project, "part": part, "labels": range(0, 24, 4)}
    return render(request, f"calendar/{name}.html", context)


@project_view()
@within_time_limit
def post_hour(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """A hint on the hour of `day`, `at` and `time_zone`, the fields of the form of a post."""
    day, at = read_day(request.GET.get("day", "")), read_time(request.GET.get("at", ""))
    hint = ""
    if day and at:
        zone = zone_of(request.GET.get("time_zone", ""))
        hint = hour_hint(good_hours(membership.project, zone, timezone.now()), day, at)
    return render(request, "posts/_hour.html", {"hint": hint})
