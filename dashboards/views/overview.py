"""The overview: what is wrong, what must be answered now, and the numbers and charts behind that.

The first page of a project; until it has a keyword and a source, the first steps to get there. Its lower part and the
explanations of peaks are fragments (overview_parts.py).
"""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership, Project, Role
from alerts.status import Status, status
from assistant.subjects import subject_of_filter
from dashboards.presenters import overview_tiles
from dashboards.presenters.assistant import summary_box
from dashboards.presenters.coverage import Coverage, coverage
from dashboards.presenters.filter_bar import filter_bar
from dashboards.presenters.reply_queue import queue_rows
from dashboards.presenters.status_line import StatusWords, queue_url
from dashboards.presenters.time_chart import share_chart, time_charts_of
from dashboards.views.time_limit import within_time_limit
from monitoring.insights.breakdown import Subject, breakdown, keyword_lines, subject_of
from monitoring.insights.cursors import EPOCH
from monitoring.insights.filters import MentionFilter
from monitoring.insights.gaps import failures_of, gaps
from monitoring.models import Keyword
from workplace import response_times
from workplace.annotations import chart_marks


@project_view()
@within_time_limit
def overview(request: SignedInRequest, membership: Membership) -> HttpResponse:
    project, now = membership.project, timezone.now()
    keywords = list(Keyword.objects.filter(project=project).order_by("id"))
    sources = coverage(project)
    may_edit = membership.may(Role.MANAGER)
    context: dict[str, object] = {"project": project, "keywords": keywords, "coverage": sources, "may_edit": may_edit}
    if keywords and sources.total:
        f = MentionFilter.from_query(project, request.GET, now, request.user.zone, person_id=request.user.pk)
        f.set_project_keywords(one.pk for one in keywords)
        page = _Page(project, f, subject_of(f, keywords), keywords, sources, now)
        context |= page.context(may_edit=may_edit)
        context["assistant"] = summary_box(membership, subject_of_filter(page.subject.f))
    return render(request, "overview/overview.html", context)


@dataclass(frozen=True)
class _Page:
    """The reads of one request of the overview."""

    project: Project
    f: MentionFilter
    subject: Subject
    keywords: list[Keyword]
    sources: Coverage
    now: datetime

    def context(self, *, may_edit: bool) -> dict[str, object]:
        current = status(self.project, self.keywords, self.now, self.f.zone)
        everything = MentionFilter(project_id=self.project.pk, since=EPOCH, until=self.now, zone=self.f.zone)
        everything.set_project_keywords(self.f.project_keywords)
        waiting_url = queue_url(self.project, current.queue, self.now)
        return {
            "bar": filter_bar(self.f, self.keywords),
            "query": self.f.to_query(),
            "subject": self.subject,
            "status": StatusWords(self.project, current, self.sources, self.now, may_edit=may_edit).line(),
            "queue": current.queue,
            "queue_rows": queue_rows(everything, current.queue, self.now),
            "queue_url": waiting_url,
            **self._charts(current, waiting_url),
        }

    def _charts(self, current: Status, waiting_url: str) -> dict[str, object]:
        f = self.subject.f
        history_start = current.history_start if (current.history_start or self.now) > f.previous().since else None
        found = breakdown(f)
        compared = [one for one in self.keywords if one.type != Keyword.Type.TOPIC]
        lines = keyword_lines(f, compared) if self.subject.rivals else []
        rivals = [line for line in lines if line.keyword in self.subject.rivals]
        failures = failures_of(self.project, f.since, f.until)
        unseen = gaps(failures, self.sources.total, found.starts, f.until, current.history_start)
        charts = time_charts_of(
            f,
            found,
            sorted(rivals, key=lambda line: -line.total),
            unseen,
            chart_marks(self.project, f.since, f.until, f.zone),
        )
        shares = share_chart(f, found, lines, charts.gaps, has_previous=history_start is None)
        mentions_url = f"{reverse('mentions', args=[self.project.pk])}?{f.to_query()}"
        tiles = [
            overview_tiles.mentions_tile(found, mentions_url, history_start),
            overview_tiles.net_tile(found, mentions_url, history_start),
            overview_tiles.reply_tile(current.queue, waiting_url, found.starts),
        ]
        response = overview_tiles.response_tile(
            *response_times.total_and_previous(f, self.now),
            f"{reverse('response_times', args=[self.project.pk])}?{f.to_query()}",
            history_start,
        )
        if response:
            tiles.append(response)
        if shares:
            mentions = reverse("mentions", args=[self.project.pk])
            tiles.append(overview_tiles.share_tile(shares, f"{mentions}?{shares.rows[0].query}"))
        return {
            "charts": charts,
            "shares": shares,
            "tiles": tiles,
            "history_start": history_start,
            "total": found.total,
            "mentions_url": mentions_url,
        }
