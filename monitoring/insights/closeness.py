"""How similar two texts are, in words: the limits of the similarity of their vectors. Pure."""

from enum import Enum

# Of pairs among 440 posts in 22 themes that the encoder was not trained on, 62% have one theme from 0.4 on, 86% from
# 0.5 and all from 0.6; of those below 0.4, few have. A phrase is shorter than a post, and farther from it.
LEAST, LEAST_OF_PHRASE = 0.4, 0.35


class Closeness(Enum):
    """Of two texts at least as similar as the limits in LIMITS say."""

    VERY_CLOSE = "very_close"
    CLOSE = "close"
    RELATED = "related"


LIMITS = {Closeness.VERY_CLOSE: 0.6, Closeness.CLOSE: 0.5, Closeness.RELATED: LEAST}


def closeness(similarity: float) -> Closeness:
    """Return the closest level that a similarity reaches, RELATED if none."""
    return next((level for level, limit in LIMITS.items() if similarity >= limit), Closeness.RELATED)
