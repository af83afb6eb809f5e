"""The parts of the compare page that load later: the visibility score with its calculation, and shared authors.

In: parts and weights of monitoring/insights/visibility.py, sides and rows. Out: frozen rows. Called by
dashboards/views/compare_parts.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from accounts.formats import number
from dashboards.presenters.compare import side_name
from monitoring.insights.authors import authors_by_name
from monitoring.insights.comparison import Side
from monitoring.insights.comparison_posts import SharedAuthor
from monitoring.insights.visibility import PARTS, Parts, SideParts, Weights, scores
from monitoring.messages.labels import platform_name

PART_NAMES = {
    "mentions": _("Mentions"),
    "reach": _("Known reach"),
    "authors": _("Different authors"),
    "pickups": _("Pick-ups of stories"),
}


@dataclass(frozen=True)
class ScoreRow:
    """A side with its score overall, and by platform in the order of the table."""

    name: str
    who: int
    score: int
    platforms: list[int]


@dataclass(frozen=True)
class PartRow:
    """A part of the score: the parameter of its weight, and its value for each side."""

    field: str
    label: str
    weight: int
    values: list[int]


@dataclass(frozen=True)
class Visibility:
    """`platforms` are the names of the columns; `sum` is the calculation of the first side, "" without any part."""

    rows: list[ScoreRow]
    platforms: list[str]
    parts: list[PartRow]
    sum: str


@dataclass(frozen=True)
class SharedAuthorRow:
    """An author; `cells` are (side, number of its color, mentions, query of their list)."""

    name: str
    author_id: int | None
    cells: list[tuple[str, int, int, str]]


def visibility_rows(sides: Sequence[Side], read: Sequence[SideParts], weights: Weights) -> Visibility:
    """Return the scores of all sides, overall and for each platform."""
    overall = [parts for parts, _platforms in read]
    own, by_platform = scores(read, weights)
    rows = [
        ScoreRow(side_name(side), place + 1, own[place], [column[place] for column in by_platform.values()])
        for place, side in enumerate(sides)
    ]
    parts = [
        PartRow(
            f"{name}_weight", str(PART_NAMES[name]), getattr(weights, name), [getattr(one, name) for one in overall]
        )
        for name in PARTS
    ]
    return Visibility(rows, [platform_name(name) for name in by_platform], parts, _sum(overall, weights))


def _sum(sides: Sequence[Parts], weights: Weights) -> str:
    """Return the calculation of the first score: (40 × 1.00 + 30 × 0.62) / 70."""
    tops = {name: max(getattr(one, name) for one in sides) for name in PARTS} if sides else {}
    used = [name for name in PARTS if tops.get(name) and getattr(weights, name)]
    terms = [f"{number(getattr(weights, name))} × {number(getattr(sides[0], name) / tops[name], 2)}" for name in used]
    whole = sum(getattr(weights, name) for name in used)
    return f"100 × ({' + '.join(terms)}) / {number(whole)}" if terms else ""


def shared_author_rows(sides: Sequence[Side], found: Sequence[SharedAuthor]) -> list[SharedAuthorRow]:
    """Return the authors, each with (side, who, number, query of its list) of the sides that have items."""
    ids = authors_by_name(sides[0].f.project_id, [author.name for author in found]) if found else {}
    return [
        SharedAuthorRow(
            author.name,
            ids.get(author.name),
            [
                (side_name(side), place + 1, count, side.f.replace(author=author.name).to_query())
                for place, (side, count) in enumerate(zip(sides, author.counts, strict=True))
                if count
            ],
        )
        for author in found
    ]
