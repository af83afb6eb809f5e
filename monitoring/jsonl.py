"""Documents as JSON Lines: what the filters `match` and `sentiment` share. Bytes of a line in, its object out. Pure.

Malformed input is a value that says what is wrong; a line that cannot be read stops nothing.
"""

import json
from dataclasses import dataclass

# `json.dumps` with any option would make an encoder for each line.
encode = json.JSONEncoder(ensure_ascii=False).encode


@dataclass(frozen=True, slots=True)
class BadInput:
    """One line that says where and what."""

    message: str


def read_document(line: bytes) -> dict[str, object] | str:
    """An object with at least "id" and "text", or what is wrong."""
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        return f"not JSON ({error})"
    if not isinstance(row, dict) or "id" not in row or "text" not in row:
        return 'expected an object with "id" and "text"'
    return row
