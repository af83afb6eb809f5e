"""The first screen: is anything wrong, what is said, how much, where."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from accounts.access import project_view
from accounts.models import Membership, Project, Role
from alerts.incident_mails import observed
from alerts.incidents import incidents_of
from dashboards import charts
from dashboards.filterbar import filter_bar
from dashboards.listening import Listening, listening
from dashboards.rows import shown_rows
from dashboards.sentiment_trend import sentiment_trend, topic_splits
from dashboards.timeline import timeline
from monitoring.insights import facets, lists, series
from monitoring.insights.filters import MentionFilter
from monitoring.insights.series import Change, Series
from monitoring.models import Mention, Source, Topic

LATEST = 6
TOP_SOURCES = 8
TOP_TOPICS = 10


@dataclass(frozen=True)
class TopicRow:
    """One keyword on the overview. `share` is its part of the mentions of all, in whole percent."""

    topic: Topic
    colour: str
    change: Change
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
    topics = list(Topic.objects.filter(project=project).order_by("id"))
    heard = listening(project)
    context = {
        "project": project,
        "topics": topics,
        "listening": heard,
        "may_edit": membership.may(Role.MANAGER),
    }
    if topics and heard.total:
        f = MentionFilter.from_query(project, request.GET, timezone.now(), request.user.zone)
        context |= _numbers(project, f, topics, heard)
    return render(request, "dashboards/overview.html", context)


def _numbers(project: Project, f: MentionFilter, topics: list[Topic], heard: Listening) -> dict[str, object]:
    """All that there is to say once something is watched and some source is there."""
    colours = charts.colours(topic.pk for topic in topics)
    volume = series.volume(f)
    mentions_url = reverse("mentions", args=[project.pk])
    statuses = {row.key: row.count for row in facets.by_status(f)}
    topic_rows = _topic_rows(f, volume, colours)
    return {
        "bar": filter_bar(f, topics),
        "incidents": _open_incidents(project),
        "change": series.change(f),
        "spark": charts.spark_points(volume.totals),
        "to_answer": statuses[Mention.Status.TO_ANSWER],
        "to_answer_query": f.replace(statuses=(Mention.Status.TO_ANSWER,)).to_query(),
        "timeline": timeline(f, volume, mentions_url, colours, heard.hatching),
        "topic_rows": topic_rows,
        "sentiment": sentiment_trend(f, mentions_url),
        "negative_query": f.replace(sentiments=(Mention.Sentiment.NEGATIVE,)).to_query(),
        "topic_splits": topic_splits(f, [row.topic for row in topic_rows]),
        "overlaps": sum(line.total for line in volume.lines) > volume.total,
        "voice": _voice(f, volume),
        "sources": _top_sources(f),
        "rows": shown_rows(lists.page(f, size=LATEST).rows, colours),
        "mentions_url": mentions_url,
        "query": f.to_query(),
    }


def _open_incidents(project: Project) -> list[dict[str, object]]:
    """What was counted at most, and the incident it belongs to."""
    return [{"incident": one, "observed": observed(one, one.peak)} for one in incidents_of(project, is_open=True)]


def _topic_rows(f: MentionFilter, volume: Series, colours: dict[int, str]) -> list[TopicRow]:
    changes = series.change_by_topic(f)
    shares = charts.shares([line.total for line in volume.lines])
    rows = [
        TopicRow(line.topic, colours[line.topic.pk], changes[line.topic.pk], share, _only(f, line.topic))
        for line, share in zip(volume.lines, shares, strict=True)
    ]
    return sorted(rows, key=lambda row: -row.change.now)[:TOP_TOPICS]


def _only(f: MentionFilter, *topics: Topic) -> str:
    return f.replace(topics=tuple(topic.pk for topic in topics)).to_query()


def _voice(f: MentionFilter, volume: Series) -> Voice | None:
    """None where there is no brand, no competitor, or nothing said of either."""
    brands = [line for line in volume.lines if line.topic.kind == Topic.Kind.BRAND]
    rivals = [line for line in volume.lines if line.topic.kind == Topic.Kind.COMPETITOR]
    counts = [sum(line.total for line in brands), *(line.total for line in rivals)]
    if not brands or not rivals or not sum(counts):
        return None
    share, *others = charts.shares(counts)
    strongest = max(range(len(rivals)), key=lambda place: counts[place + 1])
    query = _only(f, *(line.topic for line in brands))
    return Voice(share, query, rivals[strongest].topic.name, others[strongest])


def _top_sources(f: MentionFilter) -> list[dict[str, object]]:
    rows = facets.by_source(f, limit=TOP_SOURCES)
    sources = Source.objects.in_bulk([row.key for row in rows])
    chosen = [{"row": row, "source": sources.get(row.key)} for row in rows if row.count]
    return [{**item, "query": f.replace(sources=(item["row"].key,)).to_query()} for item in chosen]
