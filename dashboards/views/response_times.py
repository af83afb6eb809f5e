"""How fast the team replies: in total, by week, platform and person, and why it deliberately did not reply."""

from datetime import timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import SignedInRequest, project_view
from accounts.formats import short_date
from accounts.models import Membership
from dashboards.presenters.filter_bar import filter_bar
from dashboards.presenters.response_rows import outcome_names, response_row
from dashboards.views.time_limit import within_time_limit
from monitoring.insights.filters import MentionFilter
from monitoring.insights.triage_dimensions import NOBODY
from monitoring.messages.labels import platform_name
from monitoring.models import Keyword, Mention, Triage
from workplace import response_times as times

WEEK = timedelta(days=7)


@project_view()
@within_time_limit
def response_times(request: SignedInRequest, membership: Membership) -> HttpResponse:
    project, now = membership.project, timezone.now()
    f = MentionFilter.from_query(project, request.GET, now, request.user.zone, person_id=request.user.pk)
    declined = times.reasons(f)
    reasons = Triage.Reason.values
    weeks = [
        response_row(
            short_date(start.astimezone(f.zone).date()),
            one,
            f.replace(since=max(f.since, start), until=min(f.until, start + WEEK)),
            reasons,
        )
        for start, one in times.by_week(f, now).items()
    ]
    platforms = [
        response_row(platform_name(platform), one, f.replace(platforms=(platform,)), reasons)
        for platform, one in times.by_platform(f, now).items()
    ]
    people = [
        response_row(
            person.name if person else _("Nobody yet"),
            one,
            f.replace(responders=(str(person.pk) if person else NOBODY,)),
            reasons,
        )
        for person, one in times.by_person(f, now).items()
    ]
    total = response_row(_("Total"), times.total(f, now), f, reasons)
    everything = f.replace(statuses=f.statuses or tuple(Mention.Status.values))
    context = {
        "project": project,
        "query": f.to_query(),
        "bar": filter_bar(f, list(Keyword.objects.filter(project=project).order_by("id"))),
        "names": outcome_names(),
        "totals": [total],
        "has_items": any(one.count for one in total.outcomes),
        "parts": [(_("By week"), _("Week"), weeks), (_("By platform"), _("Platform"), platforms)],
        "people": people,
        "reasons": [
            (Triage.Reason(reason).label, count, everything.replace(reasons=(reason,)).to_query())
            for reason, count in declined.items()
        ],
    }
    return render(request, "response_times/response_times.html", context)
