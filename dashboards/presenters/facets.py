"""The facets at the left of a list: what it can be narrowed to, each choice an address.

In: a MentionFilter. Out: frozen lists; choosing what is chosen takes it off again.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from monitoring.insights import facets
from monitoring.insights.facets import FacetRow
from monitoring.insights.filters import MANY, MentionFilter

SHOWN = 8


@dataclass(frozen=True)
class FacetChoice:
    label: str
    count: int
    query: str
    is_chosen: bool


@dataclass(frozen=True)
class FacetList:
    name: str
    choices: list[FacetChoice]


FACETS: list[tuple[str, str, Callable[..., list[FacetRow]]]] = [
    ("statuses", _("Status"), lambda f: facets.by_status(f)),
    ("sentiments", _("Sentiment"), lambda f: facets.by_sentiment(f)),
    ("keywords", _("Keyword"), lambda f: facets.by_keyword(f, SHOWN)),
    ("sources", _("Source"), lambda f: facets.by_source(f, SHOWN)),
    ("languages", _("Language"), lambda f: facets.by_language(f, SHOWN)),
    ("author", _("Author"), lambda f: facets.by_author(f, SHOWN)),
]


def facet_lists(f: MentionFilter) -> list[FacetList]:
    return [FacetList(str(name), [_choice(f, dimension, row) for row in read(f)]) for dimension, name, read in FACETS]


def _choice(f: MentionFilter, dimension: str, row: FacetRow) -> FacetChoice:
    if dimension in MANY:
        chosen = getattr(f, dimension)
        value = tuple(key for key in chosen if key != row.key) if row.is_chosen else (*chosen, row.key)
    else:
        value = "" if row.is_chosen else row.key
    return FacetChoice(row.label, row.count, f.replace(**{dimension: value}).to_query(), row.is_chosen)
