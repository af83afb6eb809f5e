"""The overview: open incidents and failing sources, the key numbers, volume and sentiment, the top sources.

The first page of a project; until it has a keyword and a source, the first steps to get there.
"""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from accounts.access import SignedInRequest, project_view
from accounts.models import Membership, Project, Role
from alerts.incident_messages import headline
from alerts.incidents import incidents_of
from dashboards import charts
from dashboards.presenters.coverage import Coverage, coverage
from dashboards.presenters.filter_bar import filter_bar
from dashboards.presenters.keyword_rows import share_of_voice, top_keywords
from dashboards.presenters.mention_rows import shown_mentions
from dashboards.presenters.sentiment_chart import keyword_splits, sentiment_chart
from dashboards.presenters.volume_chart import volume_chart
from dashboards.views.time_limit import within_time_limit
from monitoring.insights import mentions, volume
from monitoring.insights.facets import facet_rows
from monitoring.insights.filters import MentionFilter
from monitoring.models import Keyword, Mention, Source

LATEST = 6
TOP_SOURCES = 8


@project_view()
@within_time_limit
def overview(request: SignedInRequest, membership: Membership) -> HttpResponse:
    project = membership.project
    keywords = list(Keyword.objects.filter(project=project).order_by("id"))
    sources = coverage(project)
    context = {
        "project": project,
        "keywords": keywords,
        "coverage": sources,
        "may_edit": membership.may(Role.MANAGER),
    }
    if keywords and sources.total:
        f = MentionFilter.from_query(
            project, request.GET, timezone.now(), request.user.zone, person_id=request.user.pk
        )
        context |= _numbers(project, f, keywords, sources)
    return render(request, "overview/overview.html", context)


def _numbers(project: Project, f: MentionFilter, keywords: list[Keyword], sources: Coverage) -> dict[str, object]:
    """Return the context of a project with keywords and sources."""
    colors = charts.keyword_colors(keyword.pk for keyword in keywords)
    series = volume.volume(f)
    mentions_url = reverse("mentions", args=[project.pk])
    statuses = {row.key: row.count for row in facet_rows(f, "statuses")}
    top = top_keywords(f, series, colors)
    return {
        "bar": filter_bar(f, keywords),
        "incidents": _open_incidents(project),
        "change": volume.change(f),
        "history_start": volume.history_start(f),
        "sparkline": charts.sparkline_points(series.totals),
        "needs_reply": statuses[Mention.Status.NEEDS_REPLY],
        "needs_reply_query": f.replace(statuses=(Mention.Status.NEEDS_REPLY,)).to_query(),
        "volume_chart": volume_chart(f, series, mentions_url, colors, sources.marked),
        "top_keywords": top,
        "sentiment": sentiment_chart(f, mentions_url),
        "negative_query": f.replace(sentiments=(Mention.Sentiment.NEGATIVE,)).to_query(),
        "keyword_splits": keyword_splits(f, [row.keyword for row in top]),
        "overlaps": sum(line.total for line in series.lines) > series.total,
        "share_of_voice": share_of_voice(f, series),
        "sources": _top_sources(f),
        "rows": shown_mentions(mentions.page(f, size=LATEST).rows, colors),
        "mentions_url": mentions_url,
        "query": f.to_query(),
    }


def _open_incidents(project: Project) -> list[dict[str, object]]:
    """Return the open incidents, each with its peak in words."""
    return [{"incident": one, "observed": headline(one, one.peak)} for one in incidents_of(project, is_open=True)]


def _top_sources(f: MentionFilter) -> list[dict[str, object]]:
    rows = [row for row in facet_rows(f, "sources", limit=TOP_SOURCES) if row.count]
    sources = Source.objects.in_bulk([row.key for row in rows])
    return [
        {"row": row, "source": sources.get(row.key), "query": f.replace(sources=(row.key,)).to_query()} for row in rows
    ]
