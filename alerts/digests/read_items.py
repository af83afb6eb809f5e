"""Read the items of a digest's sections: a filter and the sections to fill in, Sections out.

A story is listed once, as its first item, and an item in the first section with room for it; both count in every
section that they match. Called by alerts/digests/read.py.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.db.models import Count, F
from django.db.models import Window as RowWindow
from django.db.models.functions import RowNumber

from alerts.digests.content import NEEDS_REPLY, NEGATIVE, Item, Section
from delivery.links import open_url
from monitoring.content.excerpts import excerpt, one_line, passages
from monitoring.insights.dimension import GroupKey, Selection
from monitoring.insights.filters import MentionFilter
from monitoring.insights.sentiment import Split
from monitoring.matching.spans import spans_of
from monitoring.models import Keyword, Mention

ITEMS_PER_SECTION = 10  # as many as Google Alerts shows
ITEMS_PER_DIGEST = 80  # about 1 kB each; render.py leaves some out if their links are long


@dataclass(frozen=True, slots=True)
class Wanted:
    """A section to fill: the dimensions of its mentions, and how many there are."""

    key: str
    keyword: str
    selection: Mapping[str, Selection]
    total: int = 0
    split: Split | None = None

    def counted(self, total: int) -> "Wanted":
        return replace(self, total=total)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the list: a story's first item under the filter (`key` is its id), or a single one (-document id)."""

    key: int
    mention_id: int


@dataclass
class _Plan:
    """Which rows each section shows."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    shown: set[int] = field(default_factory=set)

    def add(self, section: str, rows: Sequence[Row], limit: int) -> None:
        free = [row for row in rows if row.key not in self.shown][:limit]
        self.rows[section] = free
        self.shown |= {row.key for row in free}


def read_sections(
    current: MentionFilter, keywords: Sequence[Keyword], wanted: Sequence[Wanted]
) -> tuple[Section, ...]:
    """Return the sections with their items, in a fixed number of queries."""
    limit = min(ITEMS_PER_SECTION, max(ITEMS_PER_DIGEST // max(len(wanted), 1), 1))
    plan = _Plan()
    attention = [one for one in wanted if one.key in (NEEDS_REPLY, NEGATIVE)]
    of_keywords = [one for one in wanted if one.key not in (NEEDS_REPLY, NEGATIVE)]
    for one in attention:
        rows = first_rows(current.replace(**one.selection), limit * (len(attention) + 1), by_keyword=False)
        plan.add(one.key, rows.get(0, []), limit)
    # All sections together list at most limit rows each, so no later candidate can be needed.
    candidates = first_rows(current, limit * (len(wanted) + 1), by_keyword=True)
    for one in of_keywords:
        plan.add(one.key, candidates.get(int(one.key), []), limit)
    covers = covers_of(current, attention, plan.shown)
    matched = {key: [one for one in keywords if str(one.pk) in sections] for key, sections in covers.items()}
    items = _items(plan, matched, covers, sizes_of(current, plan.shown))
    sections = (
        Section(
            key=one.key,
            keyword=one.keyword,
            selection=one.selection,
            total=one.total,
            rest=max(one.total - sum(sections.get(one.key, 0) for sections in covers.values()), 0),
            items=tuple(items[one.key]),
            split=one.split,
        )
        for one in wanted
    )
    # A keyword whose items are all listed further up keeps its counts.
    return tuple(section for section in sections if section.items or section.rest or section.split)


def first_rows(f: MentionFilter, limit: int, *, by_keyword: bool) -> dict[int, list[Row]]:
    """Return the newest rows of the folded list, of each keyword if `by_keyword`, else of all under the key 0.

    A mention whose item no longer matches, or is deleted, counts without being listed.
    """
    group = ("keyword_id",) if by_keyword else ()
    existing = f.mentions().filter(document__deleted_at=None, unmatched_at=None).annotate(row=_row_key(f))
    of_row = RowWindow(RowNumber(), [*map(F, group), F("row")], [F("published"), F("document_id"), F("keyword_id")])
    firsts = existing.annotate(place=of_row).filter(place=1)
    newest_first = RowWindow(RowNumber(), [*map(F, group)] or None, [F("published").desc(), F("id").desc()])
    rows = Mention.objects.filter(pk__in=firsts.values("pk")).annotate(row=_row_key(f), place=newest_first)
    found: dict[int, list[Row]] = {}
    for keyword_id, key, pk in (
        rows.filter(place__lte=limit).order_by("place", "keyword_id").values_list("keyword_id", "row", "pk")
    ):
        found.setdefault(keyword_id if by_keyword else 0, []).append(Row(key, pk))
    return found


def _row_key(f: MentionFilter) -> GroupKey:
    return f.replace(stories="fold").row_key


def covers_of(current: MentionFilter, attention: Sequence[Wanted], shown: set[int]) -> dict[int, dict[str, int]]:
    """Return by row and section how many mentions of the section the row stands for."""
    found: dict[int, dict[str, int]] = {key: {} for key in shown}
    rows = current.mentions().filter(unmatched_at=None).annotate(row=_row_key(current)).filter(row__in=shown)
    for key, keyword_id, count in rows.values_list("row", "keyword_id").annotate(items=Count("*")).order_by():
        found[key][str(keyword_id)] = count
    for one in attention:
        f = current.replace(**one.selection)
        rows = f.mentions().annotate(row=_row_key(f)).filter(row__in=shown)
        counted = rows.values_list("row").annotate(items=Count("document_id", distinct=True)).order_by()
        for key, count in counted:
            found[key][one.key] = count
    return found


def sizes_of(current: MentionFilter, shown: set[int]) -> dict[int, int]:
    """Return the number of items of each row, those of a story or one."""
    rows = current.mentions().annotate(row=_row_key(current)).filter(row__in={key for key in shown if key > 0})
    return dict(rows.values_list("row").annotate(items=Count("document_id", distinct=True)).order_by())


def _items(
    plan: _Plan, matched: Mapping[int, list[Keyword]], covers: Mapping[int, dict[str, int]], sizes: Mapping[int, int]
) -> dict[str, list[Item]]:
    found = rows_with_documents([row.mention_id for section in plan.rows.values() for row in section])
    return {
        section: [
            item_of(found[row.mention_id], section, matched[row.key], covers[row.key], sizes.get(row.key, 1))
            for row in rows
            if row.mention_id in found
        ]
        for section, rows in plan.rows.items()
    }


def rows_with_documents(mention_ids: Sequence[int]) -> dict[int, Mention]:
    """Return mentions with their documents by id."""
    rows = Mention.objects.select_related("document", "source").defer("document__html", "document__search")
    return rows.in_bulk(mention_ids)


def item_of(mention: Mention, section: str, keywords: list[Keyword], covers: Mapping[str, int], size: int) -> Item:
    """Return a mention as an item of a section. `size` is the number of items of its story under the filter."""
    document = mention.document
    spans = spans_of(document, [keyword.query for keyword in keywords])
    title = one_line(passages(document.title, spans["title"])) or excerpt(document.text, spans["text"], 100)
    return Item(
        mention_id=mention.pk,
        document_id=document.pk,
        title=title,
        snippet=excerpt(document.text, spans["text"]) if document.title else (),
        url=open_url(document.url),
        source=str(mention.source or ""),
        platform=document.platform,
        author=document.author,
        published=document.published if document.published_is_known else None,
        keywords=tuple(keyword.name for keyword in keywords if str(keyword.pk) != section),
        sentiment=mention.sentiment,
        story_id=mention.story_id,
        others=size - 1,
        covers=covers,
    )
