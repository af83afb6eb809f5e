"""Read the content of a digest: a project and a time window in, a DigestContent out.

Called by alerts/digests/send.py, which first waits for running ingests, and by the digest preview. It counts through
the same MentionFilter as every list, so a digest and the list that it links to show the same numbers.
"""

from datetime import UTC, tzinfo

from accounts.models import Project
from alerts.digests.content import DigestContent, FailingSource, Section, Story
from delivery.links import open_url
from delivery.message import Window
from monitoring.content.excerpts import excerpt, one_line, passages
from monitoring.insights import mentions
from monitoring.insights.filters import MentionFilter
from monitoring.insights.sentiment import Split, split_by_keyword
from monitoring.matching.spans import spans_of
from monitoring.models import Keyword, Mention, Source

STORIES_PER_KEYWORD = 10  # as many as Google Alerts shows
STORIES_PER_DIGEST = 80  # about 1 kB each: Gmail clips messages at 102 kB, and the unsubscribe link is at the end
TYPES = [Keyword.Type.BRAND, Keyword.Type.COMPETITOR, Keyword.Type.TOPIC]


def read_digest(project: Project, window: Window) -> DigestContent:
    """Return the content of a digest. The number of queries depends on the keywords with mentions, not on mentions."""
    current = filter_of(project.pk, window)
    splits = {keyword_id: split for keyword_id, split in split_by_keyword(current).items() if split.total}
    previous = current.previous()
    keywords = sorted(
        Keyword.objects.filter(pk__in=splits), key=lambda keyword: (TYPES.index(keyword.type), keyword.name.lower())
    )
    return DigestContent(
        project_id=project.pk,
        project=project.name,
        window=window,
        total=mentions.count(current).value,
        previous=mentions.count(previous).value if project.created_at <= previous.since else None,
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
    limit = min(STORIES_PER_KEYWORD, max(STORIES_PER_DIGEST // max(len(keywords), 1), 1))
    selected: dict[int, list[Mention]] = {}
    shown: set[int] = set()
    for keyword in keywords:
        rows = current.replace(keywords=(keyword.pk,)).mentions().exclude(document_id__in=shown)
        rows = rows.select_related("document", "source").defer("document__html", "document__search")
        selected[keyword.pk] = list(rows.order_by("-published", "-id")[:limit])
        shown |= {mention.document_id for mention in selected[keyword.pk]}
    pairs = set(current.mentions().filter(document_id__in=shown).values_list("document_id", "keyword_id"))
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


def _story(mention: Mention, keywords: list[Keyword]) -> Story:
    document = mention.document
    spans = spans_of(document, [keyword.query for keyword in keywords])
    title = one_line(passages(document.title, spans["title"])) or excerpt(document.text, spans["text"], 100)
    return Story(
        mention_id=mention.pk,
        title=title,
        snippet=excerpt(document.text, spans["text"]) if document.title else (),
        url=open_url(document.url),
        source=str(mention.source or ""),
        platform=document.platform,
        author=document.author,
        published=document.published,
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
