"""The first screen: is anything wrong, what is said, how much, where."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from accounts.access import project_view
from accounts.models import Membership, Project, Role
from alerts.incident_messages import headline
from alerts.incidents import incidents_of
from dashboards import charts
from dashboards.presenters.coverage import Listening, listening
from dashboards.presenters.filter_bar import filter_bar
from dashboards.presenters.mention_rows import shown_rows
from dashboards.presenters.sentiment_chart import keyword_splits, sentiment_trend
from dashboards.presenters.volume_chart import timeline
from monitoring.insights import mentions, volume
from monitoring.insights.facets import facet_rows
from monitoring.insights.filters import MentionFilter
from monitoring.insights.volume import PeriodChange, Series
from monitoring.models import Keyword, Mention, Source

LATEST = 6
TOP_SOURCES = 8
TOP_KEYWORDS = 10


@dataclass(frozen=True)
class KeywordRow:
    """One keyword on the overview. `share` is its part of the mentions of all, in whole percent."""

    keyword: Keyword
    color: str
    change: PeriodChange
    share: int
    query: str


@dataclass(frozen=True)
class Voice:
    """The brands' share of what is said of brands and competitors, and the strongest competitor's."""

    share: int
    query: str
    rival: str = ""
    rival_share: int = 0


@project_view()
def overview(request: HttpRequest, membership: Membership) -> HttpResponse:
    project = membership.project
    keywords = list(Keyword.objects.filter(project=project).order_by("id"))
    heard = listening(project)
    context = {
        "project": project,
        "keywords": keywords,
        "listening": heard,
        "may_edit": membership.may(Role.MANAGER),
    }
    if keywords and heard.total:
        f = MentionFilter.from_query(project, request.GET, timezone.now(), request.user.zone)
        context |= _numbers(project, f, keywords, heard)
    return render(request, "overview/overview.html", context)


def _numbers(project: Project, f: MentionFilter, keywords: list[Keyword], heard: Listening) -> dict[str, object]:
    """All that there is to say once something is watched and some source is there."""
    colors = charts.colors(keyword.pk for keyword in keywords)
    series = volume.volume(f)
    mentions_url = reverse("mentions", args=[project.pk])
    statuses = {row.key: row.count for row in facet_rows(f, "statuses")}
    keyword_rows = _keyword_rows(f, series, colors)
    return {
        "bar": filter_bar(f, keywords),
        "incidents": _open_incidents(project),
        "change": volume.change(f),
        "spark": charts.spark_points(series.totals),
        "needs_reply": statuses[Mention.Status.NEEDS_REPLY],
        "needs_reply_query": f.replace(statuses=(Mention.Status.NEEDS_REPLY,)).to_query(),
        "timeline": timeline(f, series, mentions_url, colors, heard.hatching),
        "keyword_rows": keyword_rows,
        "sentiment": sentiment_trend(f, mentions_url),
        "negative_query": f.replace(sentiments=(Mention.Sentiment.NEGATIVE,)).to_query(),
        "keyword_splits": keyword_splits(f, [row.keyword for row in keyword_rows]),
        "overlaps": sum(line.total for line in series.lines) > series.total,
        "voice": _voice(f, series),
        "sources": _top_sources(f),
        "rows": shown_rows(mentions.page(f, size=LATEST).rows, colors),
        "mentions_url": mentions_url,
        "query": f.to_query(),
    }


def _open_incidents(project: Project) -> list[dict[str, object]]:
    """What was counted at most, and the incident it belongs to."""
    return [{"incident": one, "observed": headline(one, one.peak)} for one in incidents_of(project, is_open=True)]


def _keyword_rows(f: MentionFilter, series: Series, colors: dict[int, str]) -> list[KeywordRow]:
    changes = volume.change_by_keyword(f)
    shares = charts.shares([line.total for line in series.lines])
    rows = [
        KeywordRow(line.keyword, colors[line.keyword.pk], changes[line.keyword.pk], share, _only(f, line.keyword))
        for line, share in zip(series.lines, shares, strict=True)
    ]
    return sorted(rows, key=lambda row: -row.change.now)[:TOP_KEYWORDS]


def _only(f: MentionFilter, *keywords: Keyword) -> str:
    return f.replace(keywords=tuple(keyword.pk for keyword in keywords)).to_query()


def _voice(f: MentionFilter, series: Series) -> Voice | None:
    """None where there is no brand, no competitor, or nothing said of either."""
    brands = [line for line in series.lines if line.keyword.type == Keyword.Type.BRAND]
    rivals = [line for line in series.lines if line.keyword.type == Keyword.Type.COMPETITOR]
    counts = [sum(line.total for line in brands), *(line.total for line in rivals)]
    if not brands or not rivals or not sum(counts):
        return None
    share, *others = charts.shares(counts)
    strongest = max(range(len(rivals)), key=lambda place: counts[place + 1])
    query = _only(f, *(line.keyword for line in brands))
    return Voice(share, query, rivals[strongest].keyword.name, others[strongest])


def _top_sources(f: MentionFilter) -> list[dict[str, object]]:
    rows = facet_rows(f, "sources", limit=TOP_SOURCES)
    sources = Source.objects.in_bulk([row.key for row in rows])
    chosen = [{"row": row, "source": sources.get(row.key)} for row in rows if row.count]
    return [{**item, "query": f.replace(sources=(item["row"].key,)).to_query()} for item in chosen]
