"""Values that the APIs of many platforms write alike. Pure; called by platforms."""

from datetime import UTC, datetime
from typing import Any

from monitoring.content.scrub import read_json
from outbound import FetchResult


def utc(text: str) -> datetime:
    """Return an ISO 8601 time in UTC, which is the zone of one without any. ValueError if it is no time."""
    at = datetime.fromisoformat(text)
    try:
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError:
        raise ValueError("a time out of range") from None


def total(*counts: int | None) -> int | None:
    """Return the sum of the known counts, None if none is known."""
    known = [count for count in counts if count is not None]
    return sum(known) if known else None


def error_body(response: FetchResult) -> dict[str, Any]:
    """Return the JSON object in a response that is no success, {} if its body is something else."""
    try:
        data = read_json(response.body)
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}
