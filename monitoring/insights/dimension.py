"""The base class of the dimensions that a list of mentions can be filtered by.

A dimension states its parameter, how a query string gives its values, its SQL condition, its facet, its labels and its
API field. Its subclasses are in dimensions.py, which registers them, and triage_dimensions.py.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from django.db.models import Expression, F, Q
from django.db.models.expressions import RawSQL
from django.utils.functional import Promise

from accounts.models import Project
from monitoring.insights.filter_parser import QueryReader

if TYPE_CHECKING:
    from monitoring.insights.filters import MentionFilter

Key = int | str
Selection = tuple[Key, ...] | str
Condition = Q | RawSQL
GroupKey = F | Expression


class Dimension:
    """One property of mentions to filter by.

    `name` is the attribute of a MentionFilter, `parameter` the name in query strings, `label` the name in filter bar
    and facets, `description` the documentation of the API parameter. Where `is_many`, the filter has a tuple of values
    and matches any of them; otherwise it has one text. () and "" match everything.
    """

    name: str
    parameter: str
    label: str | Promise
    description: str = ""
    is_many: bool = True
    # Whether it decides which mentions a list has; otherwise how it shows them, which "Clear filters" leaves.
    is_filter: bool = True
    # Position among the facets of the mentions page, None if it has none there.
    facet_order: int | None = None
    # Keys that the facet always has, in this order and with zeros; otherwise the most frequent keys.
    fixed_keys: tuple[Key, ...] = ()
    # Whether the facet is in the order of its keys instead of the most frequent first.
    is_sorted: bool = False
    # Whether a document has at most one mention per key, so mentions need no DISTINCT to count documents.
    has_unique_documents: bool = False
    # Whether all mentions of a document have the same key, and few keys exist: such facets are read together.
    is_of_document: bool = False
    # Whether the mentions of a document can have different ones of the `fixed_keys`, which `choice_column` has.
    is_of_mention: bool = False
    choice_column: str = ""

    def read(self, reader: QueryReader, project: Project) -> Selection:
        """Return the values in a query string; those that cannot be used become problems of the reader."""
        raise NotImplementedError

    def condition(self, f: "MentionFilter") -> Condition | None:
        """Return the condition on Mention under this filter, None if it has none."""
        raise NotImplementedError

    def facet_key(self) -> GroupKey | None:
        """Return the expression on Mention that a facet groups by; rows where it is null are not counted."""
        return None

    def labels(self, keys: Iterable[Key]) -> Mapping[Key, str]:
        """Return names for people by key; a key without one is shown as it is."""
        return {}

    @property
    def empty(self) -> Selection:
        return () if self.is_many else ""

    def normalize(self, selection: Iterable[Key] | str) -> Selection:
        """Return a selection in its only form, so equal filters compare equal."""
        if self.is_many:
            return tuple(sorted(set(selection)))
        return str(selection)

    def selected(self, f: "MentionFilter") -> tuple[Key, ...]:
        """Return the values that a filter selects, () if it selects none."""
        selection = getattr(f, self.name)
        return selection if self.is_many else (selection,) if selection else ()

    def select(self, f: "MentionFilter", key: Key) -> "MentionFilter":
        """Return the filter with a value added, or replaced if it has only one."""
        return f.replace(**{self.name: (*self.selected(f), key) if self.is_many else key})

    def deselect(self, f: "MentionFilter", key: Key) -> "MentionFilter":
        """Return the filter without a value."""
        rest = tuple(other for other in self.selected(f) if other != key)
        return f.replace(**{self.name: rest if self.is_many else ""})
