"""Find and remove characters that neither XML nor Postgres can store."""

import re

# What Postgres refuses (NUL), UTF-8 cannot carry (surrogates) and nobody reads (control characters).
_UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")

_REFUSED = re.compile("[\x00\ud800-\udfff]")


def scrub(text: str) -> str:
    """For roads that are not bound to XML's characters; strict.py needs none, its parser refuses such a feed."""
    return _UNWANTED.sub("", text)


def is_storable(text: str) -> bool:
    """Return whether Postgres can store a text: it refuses NUL and surrogates."""
    return _REFUSED.search(text) is None
