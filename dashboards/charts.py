"""Rows in, Chart.js configurations and sparkline points out. Pure: words, links and dates arrive ready to show.

Called by the views; static/js/charts.js draws the configurations and gives the colors (custom properties of
static/css/tokens.css, named here, so that light and dark and the legend agree).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

SERIES_COLORS = 7  # --series-1 to --series-7; more keywords than that are summed up, since no eye tells more apart
REST_COLOR = "--series-8"
SPARK_WIDTH, SPARK_HEIGHT = 100, 26


@dataclass(frozen=True, slots=True)
class Line:
    """One keyword of a chart. `color` is the name of a custom property; `key` narrows a bucket's link to this
    keyword."""

    name: str
    color: str
    counts: tuple[int, ...]
    key: str = ""

    @property
    def total(self) -> int:
        return sum(self.counts)


@dataclass(frozen=True, slots=True)
class Bucket:
    """One place on the time axis: `label` below it, `title` in full, `url` of exactly its mentions.

    `note` says what could not be heard in it; "" where listening was complete.
    """

    label: str
    title: str
    url: str
    note: str = ""


def colors(keyword_ids: Iterable[int]) -> dict[int, str]:
    """A color a keyword, by age: one that is added later changes nobody's color."""
    return {
        keyword_id: f"--series-{place + 1}" if place < SERIES_COLORS else REST_COLOR
        for place, keyword_id in enumerate(sorted(keyword_ids))
    }


def summed_up(lines: Sequence[Line], rest_name: str) -> list[Line]:
    """The lines with a color of their own, and the rest as one line (without a key: it is no single keyword)."""
    own = [line for line in lines if line.color != REST_COLOR]
    rest = [line for line in lines if line.color == REST_COLOR]
    if len(rest) < 2:
        return [*own, *rest]
    counts = tuple(map(sum, zip(*(line.counts for line in rest), strict=True)))
    return [*own, Line(rest_name, REST_COLOR, counts)]


def volume(buckets: Sequence[Bucket], lines: Sequence[Line], parameter: str = "keyword") -> dict[str, object]:
    """Stacked bars, one a bucket. A click on a bar opens the bucket's url with `parameter` set to the line's key."""
    return {
        "type": "bar",
        "data": {
            "labels": [bucket.label for bucket in buckets],
            "datasets": [
                {"label": line.name, "data": list(line.counts), "color": line.color, "key": line.key} for line in lines
            ],
        },
        "titles": [bucket.title for bucket in buckets],
        "links": [bucket.url for bucket in buckets],
        "notes": [bucket.note for bucket in buckets],
        "parameter": parameter,
    }


def sentiment(buckets: Sequence[Bucket], bands: Sequence[Line]) -> dict[str, object]:
    """Stacked shares: each bar is 100 % of what is judged or uncertain in its bucket. Counts come along for the
    tooltip. A click opens the bucket's url with the label of the band. The last band, uncertain, is hatched.
    """
    percents = [shares(counts) for counts in zip(*(band.counts for band in bands), strict=True)]
    config = volume(buckets, bands, parameter="sentiment")
    for place, dataset in enumerate(config["data"]["datasets"]):
        dataset |= {"data": [bar[place] for bar in percents], "counts": list(bands[place].counts)}
    config["data"]["datasets"][-1]["hatched"] = True
    return config | {"unit": "percent"}


def spark_points(values: Sequence[int]) -> str:
    """The `points` of an SVG polyline over a box of 100 by 26: zero is the floor, so that quiet looks quiet."""
    if len(values) < 2:
        return ""
    highest = max(max(values), 1)
    step = SPARK_WIDTH / (len(values) - 1)
    return " ".join(
        f"{place * step:.1f},{SPARK_HEIGHT - 2 - value / highest * (SPARK_HEIGHT - 4):.1f}"
        for place, value in enumerate(values)
    )


def shares(counts: Sequence[int]) -> list[int]:
    """Whole percentages that add up to 100 (largest remainder); all 0 where there is nothing to share."""
    total = sum(counts)
    if not total:
        return [0] * len(counts)
    exact = [count * 100 / total for count in counts]
    whole = [int(value) for value in exact]
    by_remainder = sorted(range(len(counts)), key=lambda place: (whole[place] - exact[place], place))
    for place in by_remainder[: 100 - sum(whole)]:
        whole[place] += 1
    return whole
