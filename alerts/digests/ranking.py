"""Rank the items of a digest that lists only the best. Pure: facts about an item in, a score with its parts out.

The score is a weighted mean of four parts, each from 0 to 1 (docs/digests.md explains them to readers):
relevance, reach, strength of sentiment and novelty.
"""

from dataclasses import dataclass
from math import log10

RELEVANCE, REACH, STRENGTH, NOVELTY = "relevance", "reach", "strength", "novelty"
WEIGHTS = {RELEVANCE: 0.35, REACH: 0.3, STRENGTH: 0.2, NOVELTY: 0.15}
IN_TITLE, IN_TEXT, FURTHER_KEYWORD = 0.7, 0.3, 0.15
MOST_REACH = 10_000_000  # followers
UNKNOWN = 0.4  # feeds have no reach: in the middle, they neither win nor lose by it
REACTIONS = 20  # one reaction stands for so many people who saw the item
NAMED_FROM = 0.6  # a part that says why an item is listed


@dataclass(frozen=True, slots=True)
class Facts:
    """`followers` and `engagement` are None if unknown, `emotion` is the higher probability of negative and positive,
    None before the analysis. `earlier` counts the items of its story before the window.
    """

    in_title: bool
    keywords: int = 1
    followers: int | None = None
    engagement: int | None = None
    emotion: float | None = None
    earlier: int = 0


def parts(facts: Facts) -> dict[str, float]:
    """Return the parts of the score, each from 0 to 1."""
    relevance = (IN_TITLE if facts.in_title else IN_TEXT) + FURTHER_KEYWORD * max(facts.keywords - 1, 0)
    return {
        RELEVANCE: min(relevance, 1.0),
        REACH: _reach(facts),
        STRENGTH: UNKNOWN if facts.emotion is None else min(max(facts.emotion, 0.0), 1.0),
        NOVELTY: 1 / (1 + max(facts.earlier, 0)),
    }


def score(facts: Facts) -> float:
    """Return the weighted mean of the parts, from 0 to 1."""
    return sum(WEIGHTS[name] * value for name, value in parts(facts).items())


def reasons(facts: Facts) -> tuple[str, ...]:
    """Return the known parts that speak for an item, the heaviest first."""
    known = {
        RELEVANCE: True,
        REACH: facts.followers is not None or facts.engagement is not None,
        STRENGTH: facts.emotion is not None,
        NOVELTY: True,
    }
    found = [name for name, value in parts(facts).items() if known[name] and value >= NAMED_FROM]
    return tuple(sorted(found, key=lambda name: -WEIGHTS[name]))


def _reach(facts: Facts) -> float:
    if facts.followers is None and facts.engagement is None:
        return UNKNOWN
    people = max(facts.followers or 0, REACTIONS * (facts.engagement or 0), 0)
    return min(log10(1 + people) / log10(1 + MOST_REACH), 1.0)
