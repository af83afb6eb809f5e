"""Read the content of a digest: a project and a time window in, a DigestContent out.

Called by alerts/digests/send.py, which first waits for running ingests, and by the digest preview. It counts through
the same MentionFilter as every list, so a digest and the list that it links to show the same numbers.
"""

from datetime import UTC, tzinfo

from django.db.models import F
from django.db.models import Window as RowWindow
from django.db.models.functions import RowNumber

from accounts.models import Project
from alerts.digests.content import DigestContent, FailingSource, Section, Story
from delivery.links import open_url
from delivery.message import Window
from monitoring.content.excerpts import excerpt, one_line, passages
from monitoring.insights import mentions
from monitoring.insights.filters import MentionFilter
from monitoring.insights.sentiment import Split, split_by_keyword
from monitoring.insights.volume import history_start
from monitoring.matching.spans import spans_of
from monitoring.models import Keyword, Mention, Source

STORIES_PER_KEYWORD = 10  # as many as Google Alerts shows
STORIES_PER_DIGEST = 80  # about 1 kB each; render.py leaves some out if their links are long
TYPES = [Keyword.Type.BRAND, Keyword.Type.COMPETITOR, Keyword.Type.TOPIC]


def read_digest(project: Project, window: Window) -> DigestContent:
    """Return the content of a digest, in a number of queries that depends on neither keywords nor mentions."""
    current = filter_of(project.pk, window)
    splits = {keyword_id: split for keyword_id, split in split_by_keyword(current).items() if split.total}
    previous = current.previous()
    has_previous = project.created_at <= previous.since and history_start(current) is None
    keywords = sorted(
        Keyword.objects.filter(pk__in=splits),
        key=lambda keyword: (TYPES.index(Keyword.Type(keyword.type)), keyword.name.lower()),
    )
    return DigestContent(
        project_id=project.pk,
        project=project.name,
        window=window,
        total=mentions.count(current).value,
        previous=mentions.count(previous).value if has_previous else None,
        sections=_sections(current, keywords, splits),
        failing_sources=_failing_sources(project, window),
    )


def filter_of(project_id: int, window: Window, zone: tzinfo = UTC) -> MentionFilter:
    """Return the mentions that a window covers: found in it, neither backlog nor ignored.

    `zone` is the time zone of the person who receives the filter's URL.
    """
    return MentionFilter(project_id=project_id, since=window.start, until=window.end, by="found", zone=zone)


def _sections(current: MentionFilter, keywords: list[Keyword], splits: dict[int, Split]) -> tuple[Section, ...]:
    """Return one section per keyword. A document is listed once, in the first section with room for it, with its other
    keywords as badges."""
    selected = _select_mentions(current, keywords)
    shown = {mention.document_id for rows in selected.values() for mention in rows}
    matching = current.mentions().filter(document_id__in=shown, unmatched_at=None)
    pairs = set(matching.values_list("document_id", "keyword_id"))
    matches = {
        document_id: [keyword for keyword in keywords if (document_id, keyword.pk) in pairs] for document_id in shown
    }
    sections = [
        Section(
            keyword_id=keyword.pk,
            keyword=keyword.name,
            total=splits[keyword.pk].total,
            split=splits[keyword.pk],
            rest=splits[keyword.pk].total - sum(keyword in matched for matched in matches.values()),
            stories=tuple(_story(mention, matches[mention.document_id]) for mention in selected[keyword.pk]),
        )
        for keyword in keywords
    ]
    return tuple(section for section in sections if section.stories or section.rest)


def _select_mentions(current: MentionFilter, keywords: list[Keyword]) -> dict[int, list[Mention]]:
    """Return the newest mentions of each keyword, without documents of earlier sections. Two queries."""
    limit = min(STORIES_PER_KEYWORD, max(STORIES_PER_DIGEST // max(len(keywords), 1), 1))
    newest_first = RowWindow(RowNumber(), F("keyword_id"), [F("published").desc(), F("id").desc()])
    # A mention whose item no longer matches, or is deleted, counts without being listed.
    # All sections together list at most limit * keywords documents, so no later candidate can be needed.
    existing = current.mentions().filter(document__deleted_at=None, unmatched_at=None)
    candidates = existing.annotate(place=newest_first).filter(place__lte=limit * len(keywords))
    by_keyword: dict[int, list[tuple[int, int]]] = {keyword.pk: [] for keyword in keywords}
    for keyword_id, mention_id, document_id in candidates.order_by("place").values_list(
        "keyword_id", "pk", "document_id"
    ):
        by_keyword[keyword_id].append((mention_id, document_id))
    selected: dict[int, list[int]] = {}
    shown: set[int] = set()
    for keyword in keywords:
        free = [pair for pair in by_keyword[keyword.pk] if pair[1] not in shown][:limit]
        selected[keyword.pk] = [mention_id for mention_id, _ in free]
        shown |= {document_id for _, document_id in free}
    rows = Mention.objects.select_related("document", "source").defer("document__html", "document__search")
    found = rows.in_bulk([mention_id for ids in selected.values() for mention_id in ids])
    return {keyword_id: [found[pk] for pk in ids if pk in found] for keyword_id, ids in selected.items()}


def _story(mention: Mention, keywords: list[Keyword]) -> Story:
    document = mention.document
    spans = spans_of(document, [keyword.query for keyword in keywords])
    title = one_line(passages(document.title, spans["title"])) or excerpt(document.text, spans["text"], 100)
    return Story(
        mention_id=mention.pk,
        document_id=document.pk,
        title=title,
        snippet=excerpt(document.text, spans["text"]) if document.title else (),
        url=open_url(document.url),
        source=str(mention.source or ""),
        platform=document.platform,
        author=document.author,
        published=document.published if document.published_is_known else None,
        other_keywords=tuple(keyword.name for keyword in keywords if keyword.pk != mention.keyword_id),
        sentiment=mention.sentiment,
    )


def _failing_sources(project: Project, window: Window) -> tuple[FailingSource, ...]:
    """Return the sources that are failing and did so during the window.

    A source that has recovered has delivered its missed items since, so no mention is missing because of it.
    """
    return tuple(
        FailingSource(
            source.pk, str(source), source.error_code, source.failing_since, source.state == Source.State.STOPPED
        )
        for source in project.sources.failing().order_by("title", "pk")
        if source.failing_since is None or source.failing_since < window.end
    )
