"""The pages of collections for their members: the list, one collection, and the editor of an issue.

In: collections and issues. Out: frozen rows for templates/curation/. Called by dashboards/views/.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db.models import Count, F, Max, Q
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.formats import long_date, number
from accounts.models import Membership, Project, Role
from delivery.links import absolute
from delivery.models import ExternalRecipient
from monitoring.insights.cursors import page_before
from workplace.curation.addresses import address_of, page_url
from workplace.curation.figures import CHOICES, DAYS
from workplace.curation.gaps import gap_lines, read_gaps
from workplace.curation.issues import FIELDS, current_draft, period_of
from workplace.curation.paper import with_pictures
from workplace.curation.plan_problems import PROBLEMS
from workplace.curation.readers import confirmed_readers, readers_of
from workplace.curation.suggestions import suggestions
from workplace.curation.versions import ItemChanged
from workplace.goals.metrics.registry import METRICS
from workplace.models import Collection, CollectionIssue, CollectionItem

ISSUES, READERS = 30, 50  # of a page


@dataclass(frozen=True)
class CollectionRow:
    """A collection in the list: its draft with the number of its items, and its newest published issue."""

    collection: Collection
    draft: CollectionIssue | None
    draft_items: int
    last: CollectionIssue | None
    issues: int
    url: str


@dataclass(frozen=True)
class EditorSection:
    """A section in the editor; the first one has the id 0 and no title."""

    id: int
    title: str
    items: list[CollectionItem]
    is_first: bool
    is_last: bool


@dataclass(frozen=True)
class ItemConflict:
    """The item that two people changed, with the fields that differ: their names, and what the other one stored."""

    item_id: int
    stored: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class ItemProblem:
    """Why an item was not saved, with what was entered."""

    item_id: int
    texts: tuple[str, ...]
    entered: Mapping[str, object]


@dataclass(frozen=True)
class SuggestedStory:
    """A story to add: its first item, the mention of that, and its number of items in words."""

    mention_id: int
    title: str
    source: str
    items: str


@dataclass(frozen=True)
class ReaderRow:
    """An address with its state in words. Who has unsubscribed or refused can't be removed."""

    reader: ExternalRecipient
    state: str
    is_confirmed: bool
    may_remove: bool


@dataclass(frozen=True)
class Picker:
    """Where the button of a mention adds it: the collections, the one that is used first, and whether it has it."""

    collections: Sequence[Collection]
    current: Collection
    is_picked: bool


def collection_rows(project: Project) -> list[CollectionRow]:
    """Return the collections of a project by name, with their drafts, in four queries."""
    published = Count("issues", filter=Q(issues__published_at__isnull=False))
    collections = list(project.collections.annotate(published=published).order_by("name", "pk"))
    issues = CollectionIssue.objects.filter(collection__in=collections)
    drafts = issues.filter(published_at=None).order_by("collection", "-changed_at", "-pk").distinct("collection")
    newest = issues.filter(published_at__isnull=False).order_by("collection", "-number").distinct("collection")
    draft_of, last_of = ({one.collection_id: one for one in rows} for rows in (drafts, newest))
    counted = CollectionItem.objects.filter(issue__in=draft_of.values()).values_list("issue").annotate(Count("pk"))
    items = dict(counted.order_by())
    return [
        CollectionRow(
            one,
            draft := draft_of.get(one.pk),
            items.get(draft.pk, 0) if draft else 0,
            last_of.get(one.pk),
            one.published,
            page_url(one),
        )
        for one in collections
    ]


def collection_page(collection: Collection, before: int | None) -> dict[str, object]:
    """Return the context of the page of a collection; `before` is the last number of the previous page."""
    rows = collection.issues.annotate(shown=Count("items"))
    issues, next_before = page_before(rows, "number", before, ISSUES)
    address = address_of(collection)
    is_public = collection.access == Collection.Access.PUBLIC
    return {
        "collection": collection,
        "issues": issues,
        "next_before": next_before,
        "url": page_url(collection),
        "embed_code": _embed_code(collection, address) if is_public else "",
        "site": f"{settings.BASE_URL}{reverse('collection_page', args=['_'])}".removesuffix("_"),
        "readers": confirmed_readers(collection).count(),
        "languages": settings.LANGUAGES,
        "accesses": Collection.Access.choices,
    }


def _embed_code(collection: Collection, address: str) -> str:
    """Return the HTML that shows the newest issue in a frame of another site."""
    code = format_html(
        '<iframe src="{}" title="{}" width="100%" height="480" loading="lazy"></iframe>',
        absolute(reverse("collection_embed", args=[address])),
        collection.name,
    )
    return str.__str__(code)  # not safe: the page shows it as text


def reader_rows(collection: Collection, before: int | None) -> dict[str, object]:
    """Return the context of the page of readers; `before` is the id of the last one of the previous page."""
    found, next_before = page_before(readers_of(collection), "pk", before, READERS)
    return {
        "rows": [ReaderRow(one, _state_of(one), one.is_confirmed, one.stopped_at is None) for one in found],
        "next_before": next_before,
        "confirmed": confirmed_readers(collection).count(),
    }


def _state_of(reader: ExternalRecipient) -> str:
    if reader.stopped_at:
        return _("Unsubscribed") if reader.confirmed_at else _("Refused")
    return _("Receives the newsletter") if reader.is_confirmed else _("Waiting for confirmation")


def editor(
    issue: CollectionIssue,
    now: datetime,
    entered: dict[str, object] | None = None,
    item_conflict: ItemChanged | None = None,
    item_problem: ItemProblem | None = None,
) -> dict[str, object]:
    """Return the context of the editor of a draft.

    `entered` and `item_conflict` are what a person entered for an older version: it is in the fields again, next to
    what another person stored. `item_problem` is what a person entered that can't be stored.
    """
    by_section: dict[int, list[CollectionItem]] = {}
    conflict = _conflict_of(item_conflict, issue) if item_conflict else None
    for one in with_pictures(issue.items.order_by("position", "pk")):
        by_section.setdefault(one.section, []).append(one)  # where it is stored
        if item_conflict and one.pk == item_conflict.item.pk:
            _enter(one, item_conflict.entered)
        if item_problem and one.pk == item_problem.item_id:
            _enter(one, item_problem.entered)
    titles = [(0, ""), *((one["id"], one["title"]) for one in issue.sections)]
    last = len(titles) - 1
    period, collection = period_of(issue, now), issue.collection
    gaps = read_gaps(collection.project, period)
    return {
        "issue": issue,
        "plan_problem": PROBLEMS.get(issue.plan_problem, ""),
        "entered": {name: getattr(issue, name) for name in FIELDS} | (entered or {}),
        "theirs": issue if entered else None,
        "item_conflict": conflict,
        "item_problem": item_problem,
        "collection": collection,
        "sections": [
            EditorSection(pk, title, by_section.get(pk, []), place <= 1, place == last)
            for place, (pk, title) in enumerate(titles)
        ],
        "figure_metrics": [(name, METRICS[name].label) for name in CHOICES],
        "figure_days": DAYS,
        "keywords": list(collection.project.keywords.order_by("name", "pk")),
        "section_choices": titles,
        "item_count": sum(map(len, by_section.values())),
        "gaps": gap_lines(gaps, collection.zone),
        "since": period.start,
        "url": page_url(collection),
    }


def _enter(item: CollectionItem, entered: Mapping[str, object]) -> None:
    """Put what was entered into the fields of an item; a day that is none stays as it is stored."""
    for name, value in entered.items():
        if name != "published_on" or not isinstance(value, str):
            setattr(item, name, value)
            continue
        with suppress(ValueError):
            item.published_on = date.fromisoformat(value) if value else None


def _conflict_of(changed: ItemChanged, issue: CollectionIssue) -> ItemConflict:
    rows = []
    titles = {one["id"]: one["title"] for one in issue.sections}
    for name in changed.entered:
        value = getattr(changed.item, name)
        if name == "section":
            rows.append((_("Section"), titles.get(value) or _("Without section")))
            continue
        text = long_date(value) if isinstance(value, date) else str(value or "")
        rows.append((str(CollectionItem._meta.get_field(name).verbose_name), text))  # type: ignore[union-attr]
    return ItemConflict(changed.item.pk, tuple(rows))


def suggested_stories(issue: CollectionIssue, now: datetime) -> list[SuggestedStory]:
    """Return the stories that a draft could have."""
    shown = []
    for one in suggestions(issue, now).stories:
        items = ngettext("%(count)s item", "%(count)s items", one.items) % {"count": number(one.items)}
        source = next((str(source.source) for source in one.sources if source.source), "")
        shown.append(SuggestedStory(one.first_mention_id, str(one.first), source, items))
    return shown


def picker(membership: Membership, document_id: int) -> Picker | None:
    """Return where a mention can be added; None for viewers, and without a collection."""
    if not membership.may(Role.MANAGER):
        return None
    changed = Max("issues__changed_at", filter=Q(issues__published_at=None))
    rows = Collection.objects.filter(project=membership.project_id).annotate(changed=changed)
    collections = list(rows.order_by(F("changed").desc(nulls_last=True), "-pk"))
    if not collections:
        return None
    draft = current_draft(collections[0])
    is_picked = draft is not None and draft.items.filter(document_id=document_id).exists()
    return Picker(collections, collections[0], is_picked)
