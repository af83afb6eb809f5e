"""Reads what a digest tells of a window, through the same MentionFilter as every list, so that its numbers are theirs.

Called by digests.py, which has waited for discoveries under way, and by the digest's pages.
"""

from collections.abc import Iterable

from django.db.models import Count

from accounts.models import Project
from alerts.composing import BlindSpot, DigestContent, Section, Story, passages, snippet
from alerts.links import open_url
from alerts.windows import Window
from monitoring.health import is_failing
from monitoring.insights.filters import MentionFilter
from monitoring.models import Document, Mention, Source, Topic
from monitoring.query import Doc, compile_query

STORIES = 10  # a topic: what Google Alerts shows, and what people read to the end
KINDS = [Topic.Kind.BRAND, Topic.Kind.COMPETITOR, Topic.Kind.SUBJECT]


def read_digest(project: Project, window: Window, stories: int = STORIES) -> DigestContent:
    """The whole content, in a number of queries that follows the topics with something new, not the mentions."""
    new = filter_of(project.pk, window)
    counts = dict(new.mentions().values_list("topic_id").annotate(Count("id")))
    before = filter_of(project.pk, window.before)
    topics = sorted(
        Topic.objects.filter(pk__in=counts), key=lambda topic: (KINDS.index(topic.kind), topic.name.lower())
    )
    return DigestContent(
        project_id=project.pk,
        project=project.name,
        window=window,
        total=sum(counts.values()),
        before=before.mentions().count() if project.created_at <= before.since else None,
        sections=_sections(new, topics, counts, stories),
        blind=_blind_spots(project, window),
    )


def filter_of(project_id: int, window: Window) -> MentionFilter:
    """The mentions that a window tells of: found in it, news at that time, and not ignored."""
    return MentionFilter(project_id=project_id, since=window.start, until=window.end, by="found")


def _sections(new: MentionFilter, topics: list[Topic], counts: dict[int, int], limit: int) -> tuple[Section, ...]:
    """A document stands once, under the first of its topics that has room for it, and is badged with the others."""
    chosen: dict[int, list[Mention]] = {}
    shown: set[int] = set()
    for topic in topics:
        rows = new.replace(topics=(topic.pk,)).mentions().exclude(document_id__in=shown)
        chosen[topic.pk] = list(rows.select_related("document", "source").order_by("-published", "-id")[:limit])
        shown |= {mention.document_id for mention in chosen[topic.pk]}
    matches: dict[int, list[Topic]] = {document_id: [] for document_id in shown}
    by_id = {topic.pk: topic for topic in topics}
    pairs = new.mentions().filter(document_id__in=shown).values_list("document_id", "topic_id")
    for document_id, topic_id in sorted(pairs, key=lambda pair: topics.index(by_id[pair[1]])):
        matches[document_id].append(by_id[topic_id])
    return tuple(
        Section(
            topic_id=topic.pk,
            topic=topic.name,
            total=counts[topic.pk],
            rest=counts[topic.pk] - sum(topic in matched for matched in matches.values()),
            stories=tuple(_story(mention, matches[mention.document_id]) for mention in chosen[topic.pk]),
        )
        for topic in topics
    )


def _story(mention: Mention, topics: list[Topic]) -> Story:
    document = mention.document
    spans = _spans(document, topics)
    title = passages(document.title, spans["title"]) or snippet(document.text, spans["text"], 100)
    return Story(
        mention_id=mention.pk,
        title=title,
        snippet=snippet(document.text, spans["text"]) if document.title else (),
        url=open_url(document.url),
        source=str(mention.source or document.platform),
        author=document.author,
        published=document.published,
        others=tuple(topic.name for topic in topics if topic.pk != mention.topic_id),
    )


def _spans(document: Document, topics: Iterable[Topic]) -> dict[str, list[tuple[int, int]]]:
    """Where the queries found their words. An edited query may find none any more: then nothing is bold."""
    doc = Doc(
        document.title,
        document.text,
        url=document.url,
        author=document.author,
        language=document.language,
        platform=document.platform,
    )
    places: dict[str, list[tuple[int, int]]] = {"title": [], "text": []}
    for topic in topics:
        match = compile_query(topic.query).match(doc)
        for field, start, end in match.spans if match else ():
            if field in places:
                places[field].append((start, end))
    return places


def _blind_spots(project: Project, window: Window) -> tuple[BlindSpot, ...]:
    """Sources that cannot be read and could not at some time of the window. One that has recovered since has
    delivered what it held back, so it hides nothing."""
    sources = Source.objects.filter(project=project).exclude(state=Source.State.PAUSED).order_by("title", "pk")
    return tuple(
        BlindSpot(
            source.pk, str(source), source.error_code, source.failing_since, source.state == Source.State.STOPPED
        )
        for source in sources
        if is_failing(source) and (source.failing_since is None or source.failing_since < window.end)
    )
