"""The filter bar: the periods to choose from, and the applied filters as chips with a link that removes each.

In: a MentionFilter and the project's keywords. Out: a frozen FilterBar for components/_filter_bar.html.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import parse_qsl

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from monitoring.insights.dimensions import DIMENSIONS, facet_dimensions
from monitoring.insights.filter_parser import Problem
from monitoring.insights.filters import MentionFilter
from monitoring.models import Keyword

PERIODS = [
    ("24h", gettext_lazy("24h")),
    ("7d", gettext_lazy("7d")),
    ("30d", gettext_lazy("30d")),
    ("90d", gettext_lazy("90d")),
]
PERIOD_PARAMETERS = ("period", "from", "to")


@dataclass(frozen=True)
class Choice:
    label: str
    query: str
    is_current: bool


@dataclass(frozen=True)
class Chip:
    """An applied filter, or order; `query` is the query string without it."""

    name: str
    value: str
    query: str
    is_filter: bool = True


@dataclass(frozen=True)
class FilterBar:
    """`period_fields`, `search_fields` and `form_fields` are the hidden fields of the forms for the period, for the
    search, and for the dimensions that have a facet.
    """

    periods: list[Choice]
    chips: list[Chip]
    period_fields: list[tuple[str, str]]
    search_fields: list[tuple[str, str]]
    form_fields: list[tuple[str, str]]
    is_custom: bool
    first_day: str
    last_day: str
    q: str
    unfiltered_query: str
    problems: tuple[Problem, ...]

    @property
    def filters(self) -> int:
        """The number of chips that `unfiltered_query` removes."""
        return sum(chip.is_filter for chip in self.chips)


def filter_bar(f: MentionFilter, keywords: Iterable[Keyword]) -> FilterBar:
    """Return the filter bar, with one query if the filter has sources."""
    pairs = parse_qsl(f.to_query())
    in_form = {dimension.parameter for dimension in facet_dimensions()}
    no_filters = {name: dimension.empty for name, dimension in DIMENSIONS.items() if dimension.is_filter}
    return FilterBar(
        periods=[Choice(str(label), f.replace(period=name).to_query(), f.period == name) for name, label in PERIODS],
        chips=_chips(f, {"keywords": {keyword.pk: keyword.name for keyword in keywords}}),
        period_fields=[pair for pair in pairs if pair[0] not in PERIOD_PARAMETERS],
        search_fields=[pair for pair in pairs if pair[0] != "q"],
        form_fields=[pair for pair in pairs if pair[0] not in in_form],
        is_custom=f.period not in dict(PERIODS),
        first_day=f.since.astimezone(f.zone).date().isoformat(),
        last_day=(f.until - timedelta(microseconds=1)).astimezone(f.zone).date().isoformat(),
        q=f.q,
        unfiltered_query=f.replace(**no_filters).to_query(),
        problems=f.problems,
    )


def _chips(f: MentionFilter, loaded: Mapping[str, Mapping]) -> list[Chip]:
    """`loaded` has labels by dimension name that the page has read already, which saves their query."""
    chips = []
    if f.by == "found":
        chips.append(Chip(_("Date"), _("found by Vigie"), f.replace(by="published").to_query()))
    for name, dimension in DIMENSIONS.items():
        selected = dimension.selected(f)
        labels = (loaded.get(name) or dimension.labels(selected)) if selected else {}
        chips += [
            Chip(
                str(dimension.label),
                str(labels.get(key, key)),
                dimension.deselect(f, key).to_query(),
                dimension.is_filter,
            )
            for key in selected
        ]
    return chips
