"""How similar two texts are, in words: the limits of the similarity of their vectors. Pure."""

from enum import Enum

# Below it, texts have little more in common than a language or a kind.
LEAST = 0.5


class Closeness(Enum):
    """Of two texts at least as similar as the limits in LIMITS say."""

    VERY_CLOSE = "very_close"
    CLOSE = "close"
    RELATED = "related"


LIMITS = {Closeness.VERY_CLOSE: 0.8, Closeness.CLOSE: 0.65, Closeness.RELATED: LEAST}


def closeness(similarity: float) -> Closeness:
    """Return the closest level that a similarity reaches, RELATED if none."""
    return next((level for level, limit in LIMITS.items() if similarity >= limit), Closeness.RELATED)
