"""Characters that a text may not contain: check for them or remove them. Pure.

In: any text. Out: whether Postgres can store it (`is_storable`, for input that people and programs send), or the text
without unwanted characters (`scrub`, for fetched feeds and pages).
"""

import re

# Postgres refuses NUL, and UTF-8 cannot encode surrogates.
_NOT_STORABLE = re.compile("[\x00\ud800-\udfff]")
# The same, and the control characters that XML does not allow.
_UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")


def is_storable(text: str) -> bool:
    """Return whether Postgres can store the text: no NUL and no surrogate."""
    return not _NOT_STORABLE.search(text)


def scrub(text: str) -> str:
    """Return the text without NUL, surrogates and control characters."""
    return _UNWANTED.sub("", text)
