"""Values that the APIs of many platforms write alike. Pure; called by platforms."""

from datetime import UTC, datetime


def utc(text: str) -> datetime:
    """Return an ISO 8601 time in UTC, which is the zone of one without any. ValueError if it is no time."""
    at = datetime.fromisoformat(text)
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)


def total(*counts: int | None) -> int | None:
    """Return the sum of the known counts, None if none is known."""
    known = [count for count in counts if count is not None]
    return sum(known) if known else None
