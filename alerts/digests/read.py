"""Reads what a digest tells of a window, through the same MentionFilter as every list, so that its numbers are theirs.

Called by digests.py, which has waited for discoveries under way, and by the digest's pages.
"""

from datetime import UTC, tzinfo

from accounts.models import Project
from alerts.digests.content import BlindSpot, DigestContent, Section, Story
from delivery.links import open_url
from delivery.message import Window
from monitoring.content.excerpts import excerpt, one_line, passages
from monitoring.insights import mentions
from monitoring.insights.filters import MentionFilter
from monitoring.insights.sentiment import Split, split_by_keyword
from monitoring.matching.spans import spans_of
from monitoring.models import Keyword, Mention, Source

STORIES = 10  # a keyword: what Google Alerts shows, and what people read to the end
STORIES_IN_ALL = 80  # about 1 kB each: Gmail hides what comes after 102 kB, the unsubscribe link first
TYPES = [Keyword.Type.BRAND, Keyword.Type.COMPETITOR, Keyword.Type.TOPIC]


def read_digest(project: Project, window: Window) -> DigestContent:
    """The whole content, in a number of queries that follows the keywords with something new, not the mentions."""
    new = filter_of(project.pk, window)
    splits = {keyword_id: split for keyword_id, split in split_by_keyword(new).items() if split.total}
    before = new.previous()
    keywords = sorted(
        Keyword.objects.filter(pk__in=splits), key=lambda keyword: (TYPES.index(keyword.type), keyword.name.lower())
    )
    return DigestContent(
        project_id=project.pk,
        project=project.name,
        window=window,
        total=mentions.count(new).value,
        before=mentions.count(before).value if project.created_at <= before.since else None,
        sections=_sections(new, keywords, splits),
        blind=_blind_spots(project, window),
    )


def filter_of(project_id: int, window: Window, zone: tzinfo = UTC) -> MentionFilter:
    """The mentions that a window tells of: found in it, news at that time, and not ignored. `zone` is that of whoever
    is given the filter's address."""
    return MentionFilter(project_id=project_id, since=window.start, until=window.end, by="found", zone=zone)


def _sections(new: MentionFilter, keywords: list[Keyword], splits: dict[int, Split]) -> tuple[Section, ...]:
    """A document stands once, under the first of its keywords that has room for it, and is badged with the others."""
    limit = min(STORIES, max(STORIES_IN_ALL // max(len(keywords), 1), 1))
    chosen: dict[int, list[Mention]] = {}
    shown: set[int] = set()
    for keyword in keywords:
        rows = new.replace(keywords=(keyword.pk,)).mentions().exclude(document_id__in=shown)
        rows = rows.select_related("document", "source").defer("document__html", "document__search")
        chosen[keyword.pk] = list(rows.order_by("-published", "-id")[:limit])
        shown |= {mention.document_id for mention in chosen[keyword.pk]}
    pairs = set(new.mentions().filter(document_id__in=shown).values_list("document_id", "keyword_id"))
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
            stories=tuple(_story(mention, matches[mention.document_id]) for mention in chosen[keyword.pk]),
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
        source=str(mention.source or document.platform),
        author=document.author,
        published=document.published,
        others=tuple(keyword.name for keyword in keywords if keyword.pk != mention.keyword_id),
        sentiment=mention.sentiment,
    )


def _blind_spots(project: Project, window: Window) -> tuple[BlindSpot, ...]:
    """Sources that cannot be read and could not at some time of the window. One that has recovered since has
    delivered what it held back, so it hides nothing."""
    return tuple(
        BlindSpot(
            source.pk, str(source), source.error_code, source.failing_since, source.state == Source.State.STOPPED
        )
        for source in project.sources.failing().order_by("title", "pk")
        if source.failing_since is None or source.failing_since < window.end
    )
