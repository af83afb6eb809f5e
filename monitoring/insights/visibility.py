"""A score from 0 to 100 of how visible each side of a comparison is, on each platform and overall.

`visibility` is pure: parts in, scores out. Each part is relative to the highest of the sides, and the parts have
weights that people can change; HowSociable compared with one reference brand in the same way (2008). `read_parts`
reads them: one statement, and bounded samples for the reach. Called by the compare page and the API.
"""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from urllib.parse import urlencode

from django.db.models import F

from monitoring.content.values import read_id
from monitoring.insights.comparison import Side, filter_of, side_rows
from monitoring.insights.profile import known_reaches
from monitoring.insights.sql import read_over

MAX_WEIGHT = 100


@dataclass(frozen=True, slots=True)
class Parts:
    """Mentions, followers of the authors, different authors (without one: sources), and items beyond the first of
    their story.
    """

    mentions: int = 0
    reach: int = 0
    authors: int = 0
    pickups: int = 0


@dataclass(frozen=True, slots=True)
class Weights:
    """The weight of each part, from 0 to MAX_WEIGHT; what counts is their ratio."""

    mentions: int = 40
    reach: int = 30
    authors: int = 20
    pickups: int = 10


SideParts = tuple[Parts, Mapping[str, Parts]]  # over all platforms, and by platform
USUAL = Weights()
PARTS = tuple(field.name for field in fields(Parts))


def read_weights(params: Mapping[str, object]) -> Weights:
    """Return the weights of a query string: `mentions_weight` and so on; the usual ones where they are no weights."""
    values = {name: read_id(str(params.get(f"{name}_weight", ""))) for name in PARTS}
    known = {name: value for name, value in values.items() if value is not None and value <= MAX_WEIGHT}
    weights = Weights(**{name: known.get(name, getattr(USUAL, name)) for name in PARTS})
    return weights if any(astuple(weights)) else USUAL


def weights_query(params: Mapping[str, object]) -> str:
    """Return the weights of a query string as one, "" if it has none."""
    names = [f"{name}_weight" for name in PARTS]
    return urlencode([(name, str(params[name])) for name in names if name in params])


def visibility(sides: Sequence[Parts], weights: Weights) -> list[int]:
    """Return the score of each side: the weighted mean of its parts, each relative to the highest of the sides.

    A part that no side has is left out, so the most visible side can reach 100 everywhere.
    """
    tops = {name: max((getattr(one, name) for one in sides), default=0) for name in PARTS}
    used = {name: getattr(weights, name) for name in PARTS if tops[name] and getattr(weights, name)}
    whole = sum(used.values())
    if not whole:
        return [0] * len(sides)
    return [
        round(100 * sum(weight * getattr(one, name) / tops[name] for name, weight in used.items()) / whole)
        for one in sides
    ]


def scores(read: Sequence[SideParts], weights: Weights) -> tuple[list[int], dict[str, list[int]]]:
    """Return the scores of all sides overall and on each platform, those with the most mentions first.

    A side without mentions on a platform has 0 there.
    """
    mentions: dict[str, int] = {}
    for _overall, platforms in read:
        for platform, parts in platforms.items():
            mentions[platform] = mentions.get(platform, 0) + parts.mentions
    order = sorted(mentions, key=lambda platform: (-mentions[platform], platform))
    return visibility([overall for overall, _platforms in read], weights), {
        platform: visibility([platforms.get(platform, Parts()) for _overall, platforms in read], weights)
        for platform in order
    }


_COUNTS = """
SELECT side, GROUPING(platform_key), platform_key, count(*), count(DISTINCT author_row),
    count(story_key) - count(DISTINCT story_key)
FROM (
    SELECT side, platform_key, story_key,
        CASE author_key WHEN '' THEN 'source ' || coalesce(source_key, 0) ELSE 'author ' || author_key END
            AS author_row
    FROM ({rows}) AS documents
) AS named
GROUP BY GROUPING SETS ((side), (side, platform_key))
"""


def read_parts(sides: Sequence[Side]) -> list[SideParts]:
    """Return the parts of each side over all platforms, and by platform."""
    reach = known_reaches([side.f for side in sides])
    columns = {"platform_key": F("platform"), "author_key": F("author"), "source_key": F("source_id")}
    rows = side_rows(sides, filter_of(sides).mentions(), **columns, story_key=F("story_id"))
    overall = [Parts() for _ in sides]
    platforms: list[dict[str, Parts]] = [{} for _ in sides]
    for place, is_total, platform, mentions, authors, pickups in read_over(rows, _COUNTS):
        if is_total:
            overall[place] = Parts(mentions, reach[place].followers, authors, pickups)
        else:
            followers = reach[place].by_platform.get(platform, 0)
            platforms[place][platform] = Parts(mentions, followers, authors, pickups)
    return list(zip(overall, platforms, strict=True))
