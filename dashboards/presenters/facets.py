"""The facets of the mention list: values to filter by, each with its count and a link.

In: a MentionFilter. Out: frozen lists for templates/mentions/_views.html and
templates/components/_filter_bar.html; the link of a selected value removes it.
"""

from dataclasses import dataclass

from monitoring.insights.dimension import Dimension, Key
from monitoring.insights.dimensions import UNKNOWN_KIND, facet_dimensions
from monitoring.insights.facets import FacetRow, facets
from monitoring.insights.filters import MentionFilter

SHOWN = 8


@dataclass(frozen=True)
class FacetChoice:
    """A value of a facet; `query` is the query string that selects it, or removes it if it is selected."""

    key: Key
    label: str
    count: int
    query: str
    is_selected: bool


@dataclass(frozen=True)
class FacetList:
    """A dimension with its values; `parameter` is its name in query strings."""

    name: str
    parameter: str
    is_many: bool
    choices: list[FacetChoice]

    @property
    def selected(self) -> list[FacetChoice]:
        return [choice for choice in self.choices if choice.is_selected]


def facet_lists(f: MentionFilter) -> list[FacetList]:
    """Return the facets of all dimensions that have one, except those that could only say "Unknown"."""
    dimensions = facet_dimensions()
    rows = facets(f, dimensions, SHOWN)
    return [
        FacetList(
            str(dimension.label),
            dimension.parameter,
            dimension.is_many,
            [_choice(f, dimension, row) for row in rows[dimension.name]],
        )
        for dimension in dimensions
        if [(row.key, row.is_selected) for row in rows[dimension.name]] != [(UNKNOWN_KIND, False)]
    ]


def _choice(f: MentionFilter, dimension: Dimension, row: FacetRow) -> FacetChoice:
    target = dimension.deselect(f, row.key) if row.is_selected else dimension.select(f, row.key)
    return FacetChoice(row.key, row.label, row.count, target.to_query(), row.is_selected)
