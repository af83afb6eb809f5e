"""Net sentiment over time with its uncertainty band. Pure: splits per bucket in, points out.

A point is about its bucket and the two before it, because single days of few mentions swing. Called by the
overview and the API.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from monitoring.insights.sentiment import Split

WINDOW = 3  # buckets
Z = 1.96  # 95%


@dataclass(frozen=True, slots=True)
class NetPoint:
    """Net sentiment from -100 to 100, and the lowest and highest it could be."""

    net: int
    low: int
    high: int


def net_points(splits: Sequence[Split]) -> list[NetPoint | None]:
    """Return one point per bucket, None for those with fewer than MIN_LABELED analyzed mentions."""
    return [net_point(sum(splits[max(index - WINDOW + 1, 0) : index + 1], Split())) for index in range(len(splits))]


def net_point(split: Split) -> NetPoint | None:
    """Return net sentiment with its band.

    Both ends have the 95% interval of a difference of two shares (Agresti and Min: half a mention is added to each of
    four counts, which gives few mentions a wide band); the lower one takes all uncertain mentions as negative, the
    upper one as positive.
    """
    if split.net is None:
        return None
    low = _net(split.positive, split.negative + split.uncertain, split.neutral)
    high = _net(split.positive + split.uncertain, split.negative, split.neutral)
    low -= _margin(split.positive, split.negative + split.uncertain, split.neutral)
    high += _margin(split.positive + split.uncertain, split.negative, split.neutral)
    return NetPoint(split.net, max(min(round(low), split.net), -100), min(max(round(high), split.net), 100))


def _net(positive: int, negative: int, neutral: int) -> float:
    return 100 * (positive - negative) / (positive + negative + neutral)


def _margin(positive: int, negative: int, neutral: int) -> float:
    total = positive + negative + neutral + 2
    up, down = (positive + 0.5) / total, (negative + 0.5) / total
    return 100 * Z * sqrt((up + down - (up - down) ** 2) / total)
