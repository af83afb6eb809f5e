"""Chart.js configurations and sparkline points from counts. Pure: texts, links and dates arrive ready to show.

Called by the presenters and views; static/js/charts.js draws the configurations. Colors are custom properties of
static/css/tokens.css, so the charts follow the theme.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from monitoring.insights.shares import shares

SERIES_COLORS = 7  # --who-1 to --who-7; people do not distinguish more, so further keywords are merged
REST_COLOR = "--who-8"
SPARKLINE_WIDTH, SPARKLINE_HEIGHT = 100, 26


@dataclass(frozen=True, slots=True)
class Dataset:
    """A keyword or a sentiment on a chart, with one count per bucket.

    `color` is the name of a custom property. `key` is the value that a bar's link adds to the filter.
    """

    name: str
    color: str
    counts: tuple[int, ...]
    key: str = ""

    @property
    def total(self) -> int:
        return sum(self.counts)


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket of the time axis: `label` below it, `title` in full, `url` of exactly its mentions.

    `note` says how many sources were failing in it; "" for none.
    """

    label: str
    title: str
    url: str
    note: str = ""


def keyword_colors(keyword_ids: Iterable[int]) -> dict[int, str]:
    """Return a color per keyword id, by age: a new keyword does not change the colors of the others."""
    return {
        keyword_id: f"--who-{index + 1}" if index < SERIES_COLORS else REST_COLOR
        for index, keyword_id in enumerate(sorted(keyword_ids))
    }


def merge_rest(datasets: Sequence[Dataset], rest_name: str) -> list[Dataset]:
    """Return the datasets with their own color, and the rest merged into one without a key."""
    own = [dataset for dataset in datasets if dataset.color != REST_COLOR]
    rest = [dataset for dataset in datasets if dataset.color == REST_COLOR]
    if len(rest) < 2:
        return [*own, *rest]
    counts = tuple(map(sum, zip(*(dataset.counts for dataset in rest), strict=True)))
    return [*own, Dataset(rest_name, REST_COLOR, counts)]


def volume(buckets: Sequence[Bucket], datasets: Sequence[Dataset], parameter: str = "keyword") -> dict[str, Any]:
    """Return stacked bars. A click opens the bucket's URL with `parameter` set to the dataset's key."""
    return {
        "type": "bar",
        "data": {
            "labels": [bucket.label for bucket in buckets],
            "datasets": [
                {"label": dataset.name, "data": list(dataset.counts), "color": dataset.color, "key": dataset.key}
                for dataset in datasets
            ],
        },
        "titles": [bucket.title for bucket in buckets],
        "links": [bucket.url for bucket in buckets],
        "notes": [bucket.note for bucket in buckets],
        "parameter": parameter,
    }


def sentiment(buckets: Sequence[Bucket], bands: Sequence[Dataset], percent_pattern: str) -> dict[str, Any]:
    """Return stacked shares: each bar is 100% of the bucket's analyzed mentions, with the counts for the tooltip.

    `percent_pattern` is a percentage with "{}" for the number. The last band, uncertain, is hatched.
    """
    percents = [shares(counts) for counts in zip(*(band.counts for band in bands), strict=True)]
    config = volume(buckets, bands, parameter="sentiment")
    for index, dataset in enumerate(config["data"]["datasets"]):
        dataset |= {"data": [bar[index] for bar in percents], "counts": list(bands[index].counts)}
    config["data"]["datasets"][-1]["hatched"] = True
    return config | {"percent": percent_pattern}


def sparkline_points(values: Sequence[int]) -> str:
    """Return the `points` of an SVG polyline in a box of 100 by 26, with zero at the bottom."""
    if len(values) < 2:
        return ""
    highest = max(max(values), 1)
    step = SPARKLINE_WIDTH / (len(values) - 1)
    return " ".join(
        f"{index * step:.1f},{SPARKLINE_HEIGHT - 2 - value / highest * (SPARKLINE_HEIGHT - 4):.1f}"
        for index, value in enumerate(values)
    )
