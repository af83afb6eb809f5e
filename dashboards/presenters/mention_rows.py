"""The rows of the mention lists and of search results: highlighted texts, status, source and badges.

In: rows of monitoring/insights (mentions.py, documents.py). Out: frozen rows for templates/components/_mention.html
and templates/search/_results.html. Called by every page that lists mentions.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from dashboards.presenters.closeness import closeness_words
from dashboards.presenters.highlight import excerpt, highlight
from dashboards.presenters.post_facts import PostFacts, post_facts
from dashboards.presenters.sentiment_badges import (
    RowSign,
    SentimentBadge,
    correction_state,
    has_pending,
    row_sign,
    sentiment_badges,
)
from dashboards.presenters.work import NO_WORK, Work, work_of
from monitoring.content.urls import host_of
from monitoring.insights.documents import FoundDocument
from monitoring.insights.mentions import MentionRow, status_of
from monitoring.models import Document, Keyword, Mention, Source
from monitoring.platforms.registry import short_lived

TITLE_CHARS = 160
OPEN = {Mention.Status.NEEDS_REPLY, Mention.Status.TO_REVIEW}


@dataclass(frozen=True)
class ShownMention:
    """An item of a mention list, with its mentions of one or several keywords.

    `ids` are the mentions that a status change or a correction applies to: all that the list shows. `statuses` are
    theirs, which forms send back as what the person saw. `corrections` is their present correction, for undo.
    `unmatched_at` is set if none of them matches any more because of an edit. `others` is the number of further items
    of its story in the list, if the list has one row for each story. `closeness` says how close it is to the phrase of
    a search by meaning.
    """

    id: int
    ids: tuple[int, ...]
    title: str
    text: str
    keywords: list[Keyword]
    source_name: str
    author: str
    language: str
    status: str
    statuses: tuple[str, ...]
    document: Document
    badges: tuple[SentimentBadge, ...]
    corrections: str
    facts: PostFacts
    unmatched_at: datetime | None
    others: int = 0
    story_id: int | None = None
    work: Work = NO_WORK
    closeness: str = ""

    @property
    def status_label(self) -> str:
        return str(Mention.Status(self.status).label)

    @property
    def is_pending(self) -> bool:
        return has_pending(self.badges)

    @property
    def sign(self) -> RowSign:
        return row_sign(self.badges)

    @property
    def is_done(self) -> bool:
        return self.status not in OPEN


@dataclass(frozen=True)
class ShownDocument:
    """A search result; `mentions` is empty if no keyword matches it, `closeness` without a search by meaning."""

    title: str
    text: str
    mentions: tuple[Mention, ...]
    color: str
    source_name: str
    document: Document
    facts: PostFacts
    closeness: str = ""


def shown_mentions(rows: Iterable[MentionRow]) -> list[ShownMention]:
    """Return the rows as lists show them."""
    return [shown_mention(row) for row in rows]


def shown_with_work(rows: Iterable[MentionRow], now: datetime) -> list[ShownMention]:
    """Return the rows with due times, assignees, tags and numbers of notes, in four queries."""
    shown = shown_mentions(rows)
    work = work_of({row.document.pk: row.story_id for row in shown}, now)
    return [replace(row, work=work.get(row.document.pk, NO_WORK)) for row in shown]


def shown_mention(row: MentionRow) -> ShownMention:
    """Return one row as lists show it."""
    document, mention = row.document, row.mention
    title, text = excerpt(document.title, row.title_spans, TITLE_CHARS), excerpt(document.text, row.text_spans)
    return ShownMention(
        id=mention.pk,
        ids=tuple(item.pk for item in row.mentions),
        title=title or text or no_text(document),
        text=text if title else "",
        keywords=row.keywords,
        source_name=source_name(mention.source, document),
        author=document.author,
        language=document.language,
        status=status_of(row.mentions),
        statuses=tuple(item.status for item in row.mentions),
        document=document,
        badges=sentiment_badges(row.mentions),
        corrections=correction_state(row.mentions),
        facts=post_facts(document),
        unmatched_at=_unmatched_at(row.mentions),
        others=row.others,
        story_id=row.story_id,
        closeness=closeness_words(row.similarity, of_phrase=True),
    )


def _unmatched_at(mentions: Iterable[Mention]) -> datetime | None:
    """Return since when an item matches none of its keywords any more, None if it matches one."""
    times = [mention.unmatched_at for mention in mentions]
    return None if None in times else max(time for time in times if time)


def shown_documents(rows: Iterable[FoundDocument], colors: Mapping[int, str]) -> list[ShownDocument]:
    """Return search results as the Search page shows them."""
    return [_shown_document(row, colors) for row in rows]


def _shown_document(row: FoundDocument, colors: Mapping[int, str]) -> ShownDocument:
    document = row.document
    title, text = excerpt(document.title, row.title_spans, TITLE_CHARS), excerpt(document.text, row.text_spans)
    return ShownDocument(
        title=title or text or no_text(document),
        text=text if title else "",
        mentions=row.mentions,
        color=colors.get(row.mentions[0].keyword_id, "--who-1") if row.mentions else "--line",
        source_name=source_name(document.source, document),
        document=document,
        facts=post_facts(document),
        closeness=closeness_words(row.similarity, of_phrase=True),
    )


def no_text(document: Document) -> str:
    """Return the words for an item without title and text."""
    if not document.deleted_at:
        return _("(no text)")
    return _("Item no longer stored") if document.platform in short_lived() else _("Item deleted on its platform")


def source_name(source: Source | None, document: Document) -> str:
    """Return the name of a document's source, or the host of its URL if the source was deleted."""
    return str(source) if source else host_of(document.url) or _("Deleted source")


def with_mentions(row: MentionRow, ids: Iterable[int]) -> MentionRow:
    """Return the row with only these of its mentions, as a filtered list shows it, or with all if it has none."""
    selected = set(ids)
    return replace(row, mentions=tuple(item for item in row.mentions if item.pk in selected) or row.mentions)


def full_title(row: MentionRow) -> SafeString:
    """Return the whole title, highlighted."""
    return highlight(row.document.title, row.title_spans)


def full_text(row: MentionRow) -> SafeString:
    """Return the whole text, highlighted."""
    return highlight(row.document.text, row.text_spans)
