"""Rows of insights.lists as people see them: marked texts, one status a story, a name for where it stood.

Called by every page that lists mentions, so that a mention looks the same everywhere.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlsplit

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from dashboards.presenters.highlight import excerpt, highlight
from dashboards.presenters.sentiment_badges import (
    CorrectionButton,
    SentimentBadge,
    correction_buttons,
    correction_state,
    has_pending,
    sentiment_badges,
)
from monitoring.insights.documents import FoundDocument
from monitoring.insights.mentions import MentionRow
from monitoring.matching.spans import spans_of
from monitoring.models import Document, Keyword, Mention, Source

TITLE_CHARS = 160
MAX_WORDS = 12
# Which of several statuses a story shows: what still asks for work comes first.
URGENCY = [Mention.Status.NEEDS_REPLY, Mention.Status.TO_REVIEW, Mention.Status.REPLIED, Mention.Status.IGNORED]
OPEN = {Mention.Status.NEEDS_REPLY, Mention.Status.TO_REVIEW}


@dataclass(frozen=True)
class ShownRow:
    """`ids` are the mentions that a status change or a correction is about: all of the story's that the list shows.
    `corrections` is what people gave each of them, for undo.
    """

    id: int
    ids: tuple[int, ...]
    title: SafeString
    text: SafeString
    keywords: list[Keyword]
    color: str
    place: str
    author: str
    published: datetime
    language: str
    status: str
    document: Document
    badges: tuple[SentimentBadge, ...]
    buttons: tuple[CorrectionButton, ...]
    corrections: str

    @property
    def status_label(self) -> str:
        return str(Mention.Status(self.status).label)

    @property
    def is_pending(self) -> bool:
        return has_pending(self.badges)

    @property
    def is_done(self) -> bool:
        return self.status not in OPEN


def shown_rows(rows: Iterable[MentionRow], colors: Mapping[int, str] | None = None) -> list[ShownRow]:
    return [shown_row(row, colors) for row in rows]


def shown_row(row: MentionRow, colors: Mapping[int, str] | None = None) -> ShownRow:
    document, mention = row.document, row.mention
    title, text = excerpt(document.title, row.title_spans, TITLE_CHARS), excerpt(document.text, row.text_spans)
    statuses = {item.status for item in row.mentions}
    return ShownRow(
        id=mention.pk,
        ids=tuple(item.pk for item in row.mentions),
        title=title or text or _("(no text)"),
        text=text if title else "",
        keywords=row.keywords,
        color=(colors or {}).get(mention.keyword_id, "--accent"),
        place=place_of(row),
        author=document.author,
        published=document.published,
        language=document.language,
        status=next(status for status in URGENCY if status in statuses),
        document=document,
        badges=sentiment_badges(row.mentions),
        buttons=correction_buttons(row.mentions),
        corrections=correction_state(row.mentions),
    )


@dataclass(frozen=True)
class ShownFound:
    """A document that a search found. `mentions`: of which keywords it is one; none for what no keyword matched."""

    title: SafeString
    text: SafeString
    mentions: tuple[Mention, ...]
    color: str
    place: str
    document: Document


def found_rows(rows: Iterable[FoundDocument], colors: Mapping[int, str]) -> list[ShownFound]:
    return [_found_row(row, colors) for row in rows]


def _found_row(row: FoundDocument, colors: Mapping[int, str]) -> ShownFound:
    document = row.document
    title, text = excerpt(document.title, row.title_spans, TITLE_CHARS), excerpt(document.text, row.text_spans)
    return ShownFound(
        title=title or text or _("(no text)"),
        text=text if title else "",
        mentions=row.mentions,
        color=colors.get(row.mentions[0].keyword_id, "--accent") if row.mentions else "--line-strong",
        place=_place(document.source, document),
        document=document,
    )


def place_of(row: MentionRow) -> str:
    return _place(row.mention.source, row.document)


def _place(source: Source | None, document: Document) -> str:
    """Where it was said: the source's name, or the site's."""
    return str(source) if source else _host(document.url) or _("Deleted source")


def _host(url: str) -> str | None:
    """Feeds give any address, "http://[x" too."""
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


@dataclass(frozen=True)
class Reason:
    """Why a story is a mention of a keyword: the words found in it; none where the query has changed since."""

    keyword: Keyword
    words: list[str]


def reasons(row: MentionRow) -> list[Reason]:
    return [Reason(mention.keyword, _words(row.document, mention.keyword.query)) for mention in row.mentions]


def _words(document: Document, query: str) -> list[str]:
    texts = {"title": document.title, "text": document.text}
    spans = spans_of(document, [query])
    found = [texts[name][start:end] for name in texts for start, end in spans[name]]
    return list({word.casefold(): word for word in reversed(found)}.values())[::-1][:MAX_WORDS]


def narrowed(row: MentionRow, ids: Iterable[int]) -> MentionRow:
    """The row with only these of its mentions, as a filter shows it; with all where none of them is its."""
    chosen = set(ids)
    return replace(row, mentions=tuple(item for item in row.mentions if item.pk in chosen) or row.mentions)


def full_title(row: MentionRow) -> SafeString:
    return highlight(row.document.title, row.title_spans)


def full_text(row: MentionRow) -> SafeString:
    return highlight(row.document.text, row.text_spans)
