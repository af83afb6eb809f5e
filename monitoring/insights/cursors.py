"""Keyset paging: opaque cursors, which have a position (published, document id) as text; and pages by a number.

Called by insights/mentions.py, insights/documents.py, other lists, and the API, which rejects invalid cursors.
"""

from datetime import UTC, datetime, timedelta
from typing import TypeVar

from django.db.models import Model, QuerySet

from monitoring.content.values import MAX_ID
from monitoring.matching.scan import Position

# The sort key of insights/urgency.py.
Urgency = tuple[int, int, int, int, datetime, int]
Row = TypeVar("Row", bound=Model)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def is_cursor(text: str) -> bool:
    """Return whether a text is a cursor that `write_cursor` can have returned."""
    return read_cursor(text)[0] is not None or read_urgency(text) is not None or read_rank(text) is not None


def write_cursor(position: Position, direction: str = "n") -> str:
    """Return a position as text, with "n" for the rows after it or "p" for the rows before it."""
    published, document_id = position
    return f"{direction}{(published - EPOCH) // timedelta(microseconds=1)}.{document_id}"


def read_cursor(cursor: str | None) -> tuple[Position | None, bool]:
    """Return (position, whether rows before it are wanted); (None, False), the beginning, for an invalid cursor."""
    direction, rest = (cursor or "")[:1], (cursor or "")[1:]
    try:
        microseconds, document_id = map(int, rest.split("."))
        position = EPOCH + timedelta(microseconds=microseconds), document_id
    except (ValueError, OverflowError):
        return None, False
    is_valid = direction in ("n", "p") and document_id <= MAX_ID
    return (position, direction == "p") if is_valid else (None, False)


def write_urgency(at: datetime, key: Urgency) -> str:
    """Return the key of a row in a list by urgency as text, with the time at which the list was ordered."""
    hours, negativity, followers, engagement, published, document_id = key
    numbers = (
        hours,
        negativity,
        followers,
        engagement,
        *map(int, write_cursor((published, document_id))[1:].split(".")),
    )
    return ".".join(["u" + write_cursor((at, 0))[1:].split(".")[0], *map(str, numbers)])


def read_urgency(cursor: str | None) -> tuple[datetime, Urgency] | None:
    """Return (time, key) of a cursor of a list by urgency, None for any other text."""
    if not cursor or cursor[0] != "u":
        return None
    at, *numbers = cursor[1:].split(".")
    now = read_cursor(f"n{at}.0")[0]
    position = read_cursor("n" + ".".join(numbers[4:]))[0] if len(numbers) == 6 else None
    try:
        hours, negativity, followers, engagement = map(int, numbers[:4])
    except ValueError:
        return None
    return (now[0], (hours, negativity, followers, engagement, *position)) if now and position else None


def write_rank(rank: int) -> str:
    """Return the number of rows of a ranked list that come before the next page as text."""
    return f"r{rank}"


def read_rank(cursor: str | None) -> int | None:
    """Return the number of a cursor of a ranked list, None for any other text."""
    letter, digits = (cursor or "")[:1], (cursor or "")[1:]
    is_rank = letter == "r" and digits.isascii() and digits.isdigit() and len(digits) < 6
    return int(digits) if is_rank else None


def page_before(rows: QuerySet[Row], field: str, before: int | None, size: int) -> tuple[list[Row], int | None]:
    """Return a page of rows by descending `field`, below `before`, and the value to continue before, or None."""
    ordered = rows.order_by(f"-{field}")
    found = list((ordered.filter(**{f"{field}__lt": before}) if before else ordered)[: size + 1])
    return found[:size], getattr(found[size - 1], field) if len(found) > size else None
