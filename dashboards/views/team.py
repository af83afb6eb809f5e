"""The team page: what waits, what was done in a week, and how fast replies were by platform and hour.

Members see their own counts and the sums of the team; admins see those of everybody, by name.
"""

from datetime import date

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.access import SignedInRequest, project_view
from accounts.formats import date_range, hour_words
from accounts.models import Membership, Role, User
from dashboards.presenters.response_rows import median_words, outcome_names, response_row
from dashboards.presenters.team import KIND_HELP, KIND_LABELS, habit_rows, waiting_now
from dashboards.views.time_limit import within_time_limit
from monitoring.insights.filters import MentionFilter
from monitoring.messages.labels import platform_name
from monitoring.models import Triage
from workplace import response_times as times
from workplace.team_habits import KINDS, WEEK, habits, week_of


@project_view()
@within_time_limit
def team(request: SignedInRequest, membership: Membership) -> HttpResponse:
    """`week` is a day of the week to show, by default this one."""
    project, now, zone = membership.project, timezone.now(), request.user.zone
    today = now.astimezone(zone).date()
    week = week_of(_day(request.GET.get("week", ""), today), zone)
    f = MentionFilter(project_id=project.pk, since=week.since, until=min(week.until, max(now, week.since)), zone=zone)
    reasons = Triage.Reason.values
    is_admin = membership.may(Role.ADMIN)
    members = User.objects.filter(memberships__project=project).order_by("first_name", "email") if is_admin else ()
    context = {
        "project": project,
        "waiting": waiting_now(project, now, request.user),
        "rows": habit_rows(habits(project, week), members, request.user, shows_all=is_admin),
        "kinds": [(KIND_LABELS[kind], KIND_HELP.get(kind, "")) for kind in KINDS],
        "is_admin": is_admin,
        "days": date_range(week.monday, week.after - (WEEK / 7)),
        "before": week.before,
        "after": week.after if week.after <= today else None,
        "names": outcome_names(),
        "platforms": [
            response_row(platform_name(platform), one, f.replace(platforms=(platform,)), reasons)
            for platform, one in times.by_platform(f, now).items()
        ],
        "hours": [
            (hour_words(hour), one.replied, median_words(one))
            for hour, one in times.by_hour(f, now).items()
            if one.replied
        ],
    }
    return render(request, "team/team.html", context)


def _day(text: str, today: date) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return today
    return day if 1990 <= day.year <= today.year else today
