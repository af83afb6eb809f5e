"""An issue of a collection as its readers see it: on its page, embedded, in feeds and emails, and as a preview.

In: issues. Out: frozen papers in the language and the time zone of the collection, for templates/curation/.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Q, QuerySet
from django.utils import translation

from accounts.formats import long_date, short_date
from delivery.links import open_url
from monitoring.insights.cursors import page_before
from workplace.curation.figures import figure_of, figure_words
from workplace.curation.gaps import gap_lines, read_gaps
from workplace.curation.issues import period_of
from workplace.models import Collection, CollectionIssue, CollectionItem, ItemPicture

PAGE_SIZE = 30


@dataclass(frozen=True)
class PaperFigure:
    """A figure in words: its value, "" if too little is known, and its days."""

    value: str
    days: str


@dataclass(frozen=True)
class PaperItem:
    """A link: `day` is in words, "" if unknown. A removed one has no text. `document` is its collected item."""

    document: int | None
    title: str
    url: str
    source: str
    day: str
    excerpt: str
    comment: str
    is_removed: bool
    picture: ItemPicture | None = None
    figure: PaperFigure | None = None


@dataclass(frozen=True)
class PaperSection:
    """The items under one title; those before the first section have none."""

    title: str
    items: tuple[PaperItem, ...]


@dataclass(frozen=True)
class Paper:
    """An issue to show. `day` is that of publication, of today for a draft; `gaps` are sentences about sources."""

    number: int
    title: str
    intro: str
    collection: str
    project: str
    language: str
    day: str
    published_on: date
    editor: str
    sections: tuple[PaperSection, ...]
    gaps: tuple[str, ...]
    is_draft: bool

    @property
    def first_picture(self) -> ItemPicture | None:
        items = (item for section in self.sections for item in section.items)
        return next((item.picture for item in items if item.picture), None)


@dataclass(frozen=True)
class ArchiveRow:
    """A published issue in the list of all: its day in words, and the number of its items."""

    number: int
    title: str
    intro: str
    day: str
    items: int


def paper_of(issue: CollectionIssue, now: datetime, items: Iterable[CollectionItem] | None = None) -> Paper:
    """Return an issue; a draft as it would be if it were published now. `items` are its items, if they were read."""
    collection = issue.collection
    language = issue.language if issue.is_published else collection.language
    gaps = issue.gaps
    if not issue.is_published:
        gaps = read_gaps(collection.project, period_of(issue, now)) if issue.shows_gaps else []
    rows = with_pictures(issue.items.all()) if items is None else items
    day = (issue.published_at or now).astimezone(collection.zone).date()
    with translation.override(language):
        return Paper(
            number=issue.number,
            title=issue.title,
            intro=issue.intro,
            collection=collection.name,
            project=collection.project.name,
            language=language,
            day=long_date(day),
            published_on=day,
            editor=issue.editor,
            sections=sections_of(issue, now, sorted(rows, key=lambda one: (one.position, one.pk))),
            gaps=tuple(gap_lines(gaps, collection.zone)),
            is_draft=not issue.is_published,
        )


def with_pictures(items: QuerySet[CollectionItem]) -> QuerySet[CollectionItem]:
    """Return items with the facts about their pictures, without the pictures."""
    return items.select_related("picture").defer("picture__jpeg")


def sections_of(issue: CollectionIssue, now: datetime, items: Iterable[CollectionItem]) -> tuple[PaperSection, ...]:
    """Return the sections that have items, in the active language."""
    by_section: dict[int, list[PaperItem]] = {}
    for one in items:
        day = short_date(one.published_on) if one.published_on else ""
        is_removed, url, picture = one.removed_at is not None, open_url(one.url), getattr(one, "picture", None)
        figure = PaperFigure(*figure_words(one, figure_of(one, issue.collection, now))) if one.metric else None
        facts = (
            one.document_id,
            one.title,
            url,
            one.source,
            day,
            one.excerpt,
            one.comment,
            is_removed,
            picture,
            figure,
        )
        shown = PaperItem(*facts)
        by_section.setdefault(one.section, []).append(shown)
    titles = [(0, ""), *((one["id"], one["title"]) for one in issue.sections)]
    return tuple(PaperSection(title, tuple(by_section[pk])) for pk, title in titles if pk in by_section)


def archive(collection: Collection, before: int | None = None) -> tuple[list[ArchiveRow], int | None]:
    """Return published issues, the newest first, and the number to continue before, None at the end."""
    rows = collection.issues.filter(published_at__isnull=False)
    counted = rows.annotate(shown=Count("items", filter=Q(items__removed_at=None)))
    found, next_before = page_before(counted, "number", before, PAGE_SIZE)
    return [_archive_row(one, collection) for one in found], next_before


def _archive_row(issue: CollectionIssue, collection: Collection) -> ArchiveRow:
    day = (issue.published_at or issue.created_at).astimezone(collection.zone)
    return ArchiveRow(issue.number, issue.title, issue.intro, long_date(day.date()), getattr(issue, "shown", 0))
