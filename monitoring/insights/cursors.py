"""Opaque cursors for keyset paging: a position (published, document id) as text and back.

Called by insights/mentions.py, insights/documents.py and the API, which rejects invalid cursors.
"""

from datetime import UTC, datetime, timedelta

from monitoring.content.values import MAX_ID
from monitoring.matching.scan import Position

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def is_cursor(text: str) -> bool:
    """Return whether a text is a cursor that `write_cursor` can have returned."""
    return read_cursor(text)[0] is not None


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
