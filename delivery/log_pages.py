"""Messages page by page, newest first. Called by the pages of the delivery log and the API.

In the API, account emails are never among them, nor requests to confirm an address: their links act for the person who
opens them.
"""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import Q, QuerySet

from accounts.models import Project
from delivery.models import Delivery

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class LogFilter:
    """The filter of the list; "" and None stand for all. `since` is included, `until` is not."""

    state: str = ""
    kind: str = ""
    channel: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class LogPage:
    """One page; `next_cursor` is an opaque text for the following one, None on the last."""

    rows: list[Delivery]
    next_cursor: str | None


def messages_of(project: Project) -> QuerySet[Delivery]:
    """Return the messages of a project that its admins may read."""
    return Delivery.objects.filter(project=project).exclude(kind=Delivery.Kind.MESSAGE).select_related("destination")


def log_page(project: Project, wanted: LogFilter, cursor: str, size: int) -> LogPage:
    """Return the messages of a project that match a filter. Raise ValueError for an invalid cursor."""
    exact = {"state": wanted.state, "kind": wanted.kind, "channel": wanted.channel}
    rows = messages_of(project).filter(**{name: value for name, value in exact.items() if value})
    if wanted.since:
        rows = rows.filter(created_at__gte=wanted.since)
    if wanted.until:
        rows = rows.filter(created_at__lt=wanted.until)
    return page_of(rows, cursor, size)


def page_of(rows: QuerySet[Delivery], cursor: str, size: int) -> LogPage:
    """Return messages without their text. Messages that are written meanwhile move no other one.

    Raise ValueError for an invalid cursor.
    """
    if cursor:
        at, pk = _read_cursor(cursor)
        rows = rows.filter(Q(created_at__lt=at) | Q(created_at=at, pk__lt=pk))
    found = list(rows.defer("text", "html").order_by("-created_at", "-pk")[: size + 1])
    return LogPage(found[:size], _write_cursor(found[size - 1]) if len(found) > size else None)


def _write_cursor(row: Delivery) -> str:
    return f"{(row.created_at - EPOCH) // timedelta(microseconds=1)}.{row.pk.hex}"


def _read_cursor(cursor: str) -> tuple[datetime, uuid.UUID]:
    microseconds, _dot, pk = cursor.partition(".")
    try:
        return EPOCH + timedelta(microseconds=int(microseconds)), uuid.UUID(hex=pk)
    except OverflowError as error:
        raise ValueError(cursor) from error
