"""How similar two texts are, in words: the limits of the similarity of their vectors. Pure."""

from enum import Enum


class Closeness(Enum):
    """Of two texts at least as similar as the limits in LIMITS say."""

    VERY_CLOSE = "very_close"
    CLOSE = "close"
    RELATED = "related"


# Of pairs among 440 posts in 22 themes that the encoder was not trained on, 62% have one theme from 0.4 on, 86% from
# 0.5 and all from 0.6; of those below 0.4, few have.
LIMITS = {Closeness.VERY_CLOSE: 0.6, Closeness.CLOSE: 0.5, Closeness.RELATED: 0.4}
# A phrase is shorter than a post, and farther from it. Of the posts that are this close to the name of a theme, 59%,
# 71% and all are of that theme (docs/meaning.md).
LIMITS_OF_PHRASE = {Closeness.VERY_CLOSE: 0.4, Closeness.CLOSE: 0.3, Closeness.RELATED: 0.25}


def closeness(similarity: float, *, of_phrase: bool = False) -> Closeness:
    """Return the closest level that a similarity reaches, RELATED if none: of two posts, or a phrase and one."""
    limits = LIMITS_OF_PHRASE if of_phrase else LIMITS
    return next((level for level, limit in limits.items() if similarity >= limit), Closeness.RELATED)
