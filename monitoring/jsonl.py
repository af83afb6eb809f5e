"""Read and write documents as JSON Lines, for the commands `match` and `sentiment`: a line in, its object out. Pure.

Malformed input is returned as a value, so the caller can report it and continue with the next line.
"""

import json
from dataclasses import dataclass

# `json.dumps` with any option creates an encoder per call.
encode = json.JSONEncoder(ensure_ascii=False).encode


@dataclass(frozen=True, slots=True)
class BadInput:
    """A one-line message about malformed input."""

    message: str


def read_document(line: bytes) -> dict[str, object] | str:
    """Return the object of a line, with at least "id" and "text", or a message if it has none."""
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        return f"not JSON ({error})"
    if not isinstance(row, dict) or "id" not in row or "text" not in row:
        return 'expected an object with "id" and "text"'
    return row
