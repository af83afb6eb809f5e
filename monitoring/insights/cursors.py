"""Opaque cursors for keyset paging: a (published, document id) position as text, and back."""

from datetime import UTC, datetime, timedelta

from monitoring.matching.scan import Position

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def is_cursor(text: str) -> bool:
    """Whether a text is a cursor that a page may have given."""
    return read_cursor(text)[0] is not None


def write_cursor(position: Position, direction: str = "n") -> str:
    """A place as an opaque text: "n" for what comes next there, "p" for what came before."""
    published, number = position
    return f"{direction}{(published - EPOCH) // timedelta(microseconds=1)}.{number}"


def read_cursor(cursor: str | None) -> tuple[Position | None, bool]:
    """(position, backwards). Junk reads as the beginning."""
    direction, rest = (cursor or "")[:1], (cursor or "")[1:]
    try:
        microseconds, number = map(int, rest.split("."))
        position = EPOCH + timedelta(microseconds=microseconds), number
    except (ValueError, OverflowError):
        return None, False
    known = direction in ("n", "p") and number < 2**63
    return (position, direction == "p") if known else (None, False)
