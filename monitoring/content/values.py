"""Read and write single values at the edges: ids from outside, and UTC times as text.

Pure. Called by the pages, the API, the filters, the feed lines and the commands.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

MAX_ID = 2**63 - 1  # Postgres bigint; a larger number would be a database error instead of a missing row


def read_id(text: str) -> int | None:
    """Return the id that a text contains in ASCII digits; None for any other text and for numbers above MAX_ID."""
    # A longer number is above MAX_ID, and int() takes quadratic time.
    if not text.isascii() or not text.isdigit() or len(text) > len(str(MAX_ID)):
        return None
    number = int(text)
    return number if number <= MAX_ID else None


def read_ids(texts: Iterable[str]) -> list[int]:
    """Return the ids that texts contain, in their order, without the texts that are none."""
    return [number for text in texts if (number := read_id(text)) is not None]


def iso_utc(moment: datetime) -> str:
    """Return an aware time as ISO 8601 in UTC, with "Z"."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
