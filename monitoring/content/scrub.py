"""Characters that a text may not contain: check for them or remove them. Pure.

In: any text. Out: whether Postgres can store it (`is_storable`, for input that people and programs send), or the text
without unwanted characters (`scrub`, for fetched feeds and pages; `read_json`; `xml_text`, for documents to write).
"""

import json
import re
from typing import Any

# Postgres refuses NUL, and UTF-8 cannot encode surrogates.
_NOT_STORABLE = re.compile("[\x00\ud800-\udfff]")
# The same, and the control characters that XML does not allow.
_UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")


# How JSON may hold them: as escapes, or as bytes of surrogates, which json.loads accepts. Pairs of surrogates are
# ordinary characters, and found as well.
_MAYBE_UNWANTED = re.compile(rb"\\u00[01]|\\u[dD][89a-fA-F]|\xed[\xa0-\xbf]|[\x00-\x08\x0b\x0c\x0e-\x1f]")


def is_storable(text: str) -> bool:
    """Return whether Postgres can store the text: no NUL and no surrogate."""
    return not _NOT_STORABLE.search(text)


def scrub(text: str) -> str:
    """Return the text without NUL, surrogates and control characters."""
    return _UNWANTED.sub("", text)


def xml_text(text: str) -> str:
    """Return the text without the characters that XML cannot represent."""
    return scrub(text).replace("\ufffe", "").replace("\uffff", "")


def read_json(body: bytes, *, strict: bool = True) -> Any:
    """Return the value of a JSON document with scrubbed texts. Raise ValueError if it is none.

    `strict` rejects control characters that aren't escaped.
    """
    value = json.loads(body, strict=strict)
    return _scrubbed(value) if _MAYBE_UNWANTED.search(body) else value


def _scrubbed(value: Any) -> Any:
    if isinstance(value, str):
        return scrub(value)
    if isinstance(value, list):
        return [_scrubbed(item) for item in value]
    if isinstance(value, dict):
        return {scrub(name): _scrubbed(item) for name, item in value.items()}
    return value
