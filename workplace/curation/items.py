"""Pick mentions or URLs into a draft, change, order and remove its items.

An item stores what it shows, so nothing changes after it was picked; what a platform or a person deletes is cut out
(workplace/curation/deletions.py). Raises ValidationError by field. Called by the pages and the API.
"""

from collections.abc import Collection as Several
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from delivery.links import open_url
from monitoring.content.excerpts import excerpt, plain
from monitoring.content.urls import host_of
from monitoring.ingest.deletions import lock_and_find_deleted
from monitoring.messages.labels import platform_name
from monitoring.models import Document
from monitoring.services.triage_log import log_change
from outbound.secret_urls import hide
from workplace.curation import checks
from workplace.curation.figures import MAX_FIGURES, check_figure
from workplace.curation.issues import locked_draft, name_of
from workplace.curation.versions import AlreadyAdded, ItemChanged, check_order
from workplace.models import CollectionIssue, CollectionItem
from workplace.models.collections import MAX_ALT, MAX_COMMENT, MAX_EXCERPT, MAX_ITEM_TITLE, MAX_SOURCE, MAX_URL

MAX_ITEMS = 100
EXCERPT_CHARS = 280


@transaction.atomic
def pick(issue: CollectionIssue, user: User, documents: Sequence[Document], now: datetime, section: int = 0) -> int:
    """Add items to the end of a section, without those that the draft has already. Return how many were added."""
    draft = locked_draft(issue)
    deleted = lock_and_find_deleted([one.pk for one in documents])
    known = picked_in(draft, [one.pk for one in documents])
    added = [one for one in documents if one.pk not in known | deleted]
    _check_number(draft, len(added))
    place, section = _next_place(draft), _known_section(draft, section)
    zone = draft.collection.zone
    CollectionItem.objects.bulk_create(
        CollectionItem(
            issue=draft,
            document_id=one.pk,
            url=_shown_url(one.url),
            title=_title_of(one),
            source=(str(one.source) if one.source else platform_name(one.platform))[:MAX_SOURCE],
            excerpt=plain(excerpt(one.text, (), EXCERPT_CHARS))[:MAX_EXCERPT] if one.title else "",
            published_on=one.published.astimezone(zone).date() if one.published_is_known else None,
            section=section,
            position=place + number,
            added_by=user,
            added_at=now,
        )
        for number, one in enumerate(added)
    )
    if added:
        detail = {"issue": draft.pk, "name": name_of(draft)}
        log_change(draft.collection.project, user, "mention.picked", {one.pk: {} for one in added}, **detail)
        _touch(draft, now)
    return len(added)


@transaction.atomic
def add_url(
    issue: CollectionIssue, user: User, url: str, now: datetime, section: int = 0, **values: Any
) -> CollectionItem:
    """Add any web page to the end of a section; its `title` is its host unless one is given. Raises AlreadyAdded.

    `offered_picture` and `offered_alt` are what the page says about its picture.
    """
    draft, url = locked_draft(issue), checks.web_address("url", url)
    if same := draft.items.filter(url=url).order_by("pk").first():
        raise AlreadyAdded("url", same)
    _check_number(draft, 1)
    item = CollectionItem(issue=draft, url=url, added_by=user, added_at=now)
    host = host_of(item.url).removeprefix("www.")
    known = {"title": host[:MAX_ITEM_TITLE], "source": host[:MAX_SOURCE]}
    _assign(item, known | {name: value for name, value in values.items() if value})
    item.section, item.position = _known_section(draft, section), _next_place(draft)
    item.save()
    _touch(draft, now)
    return item


@transaction.atomic
def add_figure(
    issue: CollectionIssue, user: User, metric: str, keyword: int | None, days: int, now: datetime, section: int = 0
) -> CollectionItem:
    """Add a figure of the monitoring to the end of a section: see workplace/curation/figures.py."""
    draft = locked_draft(issue)
    _check_number(draft, 1)
    if draft.items.exclude(metric="").count() >= MAX_FIGURES:
        text = ngettext(
            "An issue can have %(count)s figure.", "An issue can have up to %(count)s figures.", MAX_FIGURES
        )
        raise ValidationError({"metric": ValidationError(text % {"count": MAX_FIGURES}, code="too_many")})
    check_figure(draft.collection, metric, keyword, days)
    with translation.override(draft.collection.language):
        title = check_figure(draft.collection, metric, keyword, days)[:MAX_ITEM_TITLE]
    item = CollectionItem(issue=draft, title=title, metric=metric, about_keyword=keyword, days=days)
    item.section, item.position = _known_section(draft, section), _next_place(draft)
    item.added_by, item.added_at = user, now
    item.save()
    _touch(draft, now)
    return item


@transaction.atomic
def change_item(item: CollectionItem, version: int | None, now: datetime, **values: Any) -> CollectionItem:
    """Change `title`, `url`, `source`, `excerpt`, `published_on`, `comment` or `section` of an item of a draft.

    Raises ItemChanged for another version of its texts; None is any, for the item that was just added.
    """
    draft = locked_draft(item.issue)
    stored = locked_item(item, "title")
    if values.get("url") == stored.url:  # of a picked item: it may be one that people can't enter
        del values["url"]
    section = values.pop("section", None)
    before = {name: getattr(stored, name) for name in values}
    _assign(stored, values)
    changed = {name: getattr(stored, name) for name, value in before.items() if getattr(stored, name) != value}
    if changed and version is not None and stored.version != version:
        entered = changed if section is None else changed | {"section": section}
        raise ItemChanged(locked_item(item, "title"), entered)
    if section is not None and (found := _known_section(draft, section)) != stored.section:
        stored.section, stored.position = found, _next_place(draft)
        _count_order(draft)
    stored.version += bool(changed)
    stored.save()
    _touch(draft, now)
    return stored


def locked_item(item: CollectionItem, field: str) -> CollectionItem:
    """Return an item of a locked draft, locked against being cut out. Raises ValidationError if it was."""
    stored = CollectionItem.objects.select_for_update(no_key=True).filter(pk=item.pk).first()
    if stored is None:
        text = _("Another person removed this item meanwhile.")
        raise ValidationError({field: ValidationError(text, code="removed")})
    if stored.removed_at:
        text = _("This item was deleted by its author or platform. Remove it.")
        raise ValidationError({field: ValidationError(text, code="removed")})
    return stored


@transaction.atomic
def move_item(item: CollectionItem, step: int, now: datetime) -> None:
    """Move an item one place up (-1) or down (1): past its section, it goes to the neighboring one."""
    draft = locked_draft(item.issue)
    order = [0, *(one["id"] for one in draft.sections)]
    places: dict[int, list[int]] = {section: [] for section in order}
    for one in draft.items.order_by("position", "pk"):
        places[one.section].append(one.pk)
    section = next((one for one, ids in places.items() if item.pk in ids), None)
    if section is None:
        return
    ids = places[section]
    place = ids.index(item.pk)
    if 0 <= place + step < len(ids):
        ids.insert(place + step, ids.pop(place))
    elif 0 <= (other := order.index(section) + step) < len(order):
        ids.remove(item.pk)
        target = places[order[other]]
        target.insert(len(target) if step < 0 else 0, item.pk)
    _store(draft, places, now)


@transaction.atomic
def order_items(
    issue: CollectionIssue, order_version: int, places: Sequence[tuple[int, int]], now: datetime
) -> CollectionIssue:
    """Store the order of items, as (section, item id) from first to last. Items that are not named come after.

    Raises OrderChanged for another version of the order.
    """
    draft = locked_draft(issue)
    check_order(draft, order_version)
    own = {one.pk: one.section for one in draft.items.order_by("position", "pk")}
    named = {pk: _known_section(draft, section) for section, pk in places if pk in own}
    found: dict[int, list[int]] = {}
    for pk, section in {**named, **{pk: section for pk, section in own.items() if pk not in named}}.items():
        found.setdefault(section, []).append(pk)
    _store(draft, found, now)
    return draft


@transaction.atomic
def remove_item(item: CollectionItem, now: datetime) -> None:
    """Remove an item from its draft. Safe to repeat."""
    draft = locked_draft(item.issue)
    CollectionItem.objects.filter(pk=item.pk).delete()
    _touch(draft, now)


def picked_in(issue: CollectionIssue, document_ids: Several[int]) -> set[int]:
    """Return which of these documents an issue has."""
    rows = CollectionItem.objects.filter(issue=issue, document_id__in=document_ids)
    return {pk for pk in rows.values_list("document_id", flat=True) if pk is not None}


def _shown_url(url: str) -> str:
    """Return the URL that readers get; "" for one that is too long, or names a password or a token."""
    found = open_url(url)
    return found if len(found) <= MAX_URL and hide(found) == found else ""


def _title_of(document: Document) -> str:
    title = document.title or plain(excerpt(document.text, (), 120)) or host_of(document.url)
    return " ".join(title.split())[:MAX_ITEM_TITLE]


def _assign(item: CollectionItem, values: dict[str, Any]) -> None:
    if "title" in values:
        item.title = checks.line("title", values["title"], MAX_ITEM_TITLE, _("Enter a title."))
    if "url" in values:
        item.url = checks.web_address("url", values["url"])
    if "source" in values:
        item.source = checks.line("source", values["source"], MAX_SOURCE)
    if "excerpt" in values:
        item.excerpt = checks.paragraphs("excerpt", values["excerpt"], MAX_EXCERPT)
    if "comment" in values:
        item.comment = checks.paragraphs("comment", values["comment"], MAX_COMMENT)
    if "offered_picture" in values:
        item.offered_picture = values["offered_picture"][:MAX_URL]
    if "offered_alt" in values:
        item.offered_alt = values["offered_alt"][:MAX_ALT]
    if "published_on" in values:
        item.published_on = _day(values["published_on"])


def _day(value: date | str | None) -> date | None:
    if not value or isinstance(value, date):
        return value or None
    try:
        return date.fromisoformat(value)
    except ValueError:
        text = _("Enter a date in the format 2026-07-31.")
        raise ValidationError({"published_on": ValidationError(text, code="invalid")}) from None


def _known_section(draft: CollectionIssue, section: int) -> int:
    return section if any(one["id"] == section for one in draft.sections) else 0


def _check_number(draft: CollectionIssue, added: int) -> None:
    if draft.items.count() + added > MAX_ITEMS:
        text = ngettext("An issue can have %(count)s item.", "An issue can have up to %(count)s items.", MAX_ITEMS)
        raise ValidationError({"items": ValidationError(text % {"count": MAX_ITEMS}, code="too_many")})


def _next_place(draft: CollectionIssue) -> int:
    last = draft.items.aggregate(last=Max("position"))["last"]
    return 0 if last is None else last + 1


def _store(draft: CollectionIssue, places: dict[int, list[int]], now: datetime) -> None:
    rows = {one.pk: one for one in draft.items.all()}
    position = 0
    for section, ids in places.items():
        for pk in ids:
            rows[pk].section, rows[pk].position = section, position
            position += 1
    CollectionItem.objects.bulk_update(rows.values(), ["section", "position"])
    _count_order(draft)
    _touch(draft, now)


def _count_order(draft: CollectionIssue) -> None:
    draft.order_version += 1
    draft.save(update_fields=["order_version"])


def _touch(draft: CollectionIssue, now: datetime) -> None:
    CollectionIssue.objects.filter(pk=draft.pk).update(changed_at=now)
