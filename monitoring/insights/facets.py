"""Facets: for one dimension, how many documents (or stories, if folded) each value would leave in the list.

In: a MentionFilter and names of dimensions. Out: rows of key, label and count under the filter without the dimension's
own selection, so selecting a row gives a list of exactly that many documents. Selected values are always among the
rows, even with a count of 0. Called by the mentions, overview and keyword pages.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from monitoring.insights.dimension import Dimension, Key
from monitoring.insights.dimensions import DIMENSIONS
from monitoring.insights.filters import MentionFilter
from monitoring.insights.sql import count_each_group, count_groups
from monitoring.models import Mention

LIMIT = 20


@dataclass(frozen=True)
class FacetRow:
    """One value: `key` goes into the filter, `label` is shown, `count` is in documents."""

    key: Key
    label: str
    count: int
    is_selected: bool = False


def facet_rows(f: MentionFilter, name: str, limit: int = LIMIT) -> list[FacetRow]:
    """Return the fixed values of a dimension in their order, else its most frequent values and the selected ones."""
    dimension = DIMENSIONS[name]
    selected = dimension.selected(f)
    return _rows(dimension, _counts(f, dimension, selected, max(limit, len(dimension.fixed_keys))), selected, limit)


def facets(f: MentionFilter, dimensions: Iterable[Dimension], limit: int = LIMIT) -> dict[str, list[FacetRow]]:
    """Return the rows of several facets by name. Those that count the same rows share one reading of them."""
    dimensions = list(dimensions)
    # The items of a story can have several keys.
    shared = [] if f.is_folded else [one for one in dimensions if one.is_of_document and not one.selected(f)]
    counts = dict(zip([one.name for one in shared], _shared_counts(f, shared), strict=True))
    return {
        one.name: _rows(one, counts[one.name], (), limit) if one.name in counts else facet_rows(f, one.name, limit)
        for one in dimensions
    }


def _rows(dimension: Dimension, counts: dict[Key, int], selected: tuple[Key, ...], limit: int) -> list[FacetRow]:
    keys = dimension.fixed_keys or _most_frequent(counts, selected, limit)
    if dimension.is_sorted:
        keys = sorted(keys)
    labels = dimension.labels(keys)
    return [FacetRow(key, str(labels.get(key, key)), counts.get(key, 0), key in selected) for key in keys]


def _counts(f: MentionFilter, dimension: Dimension, selected: tuple[Key, ...], limit: int) -> dict[Key, int]:
    """Return the number of documents for the selected and the `limit` most frequent keys."""
    mentions = f.mentions(skip=dimension.name).annotate(key=dimension.facet_key()).filter(key__isnull=False)
    is_unique = dimension.has_unique_documents and not f.is_folded
    rows = mentions.values("key") if is_unique else _of_documents(f, mentions, ["key"])
    return dict(count_groups(rows.order_by(), "key", first=selected, limit=limit + len(selected)))


def _shared_counts(f: MentionFilter, dimensions: list[Dimension]) -> list[dict[Key, int]]:
    """Return the number of documents by key for dimensions that the filter selects nothing of."""
    if not dimensions:
        return []
    keys = {f"key_{number}": one.facet_key() for number, one in enumerate(dimensions)}
    counts = count_each_group(_of_documents(f, f.mentions().annotate(**keys), list(keys)).order_by(), list(keys))
    return [{key: count for key, count in one.items() if key is not None} for one in counts]


def _of_documents(f: MentionFilter, mentions: QuerySet[Mention], keys: list[str]) -> QuerySet[Mention, dict]:
    """Return the keys of each document once, or of each story if the filter folds them."""
    if f.is_folded:
        return mentions.annotate(row=f.row_key).values(*keys, "row").distinct()
    # Within one keyword a document has one mention: without DISTINCT the covering index alone is read, in its order.
    return mentions.values(*keys) if len(f.scope) == 1 else mentions.values(*keys, "document_id").distinct()


def _most_frequent(counts: dict[Key, int], selected: tuple[Key, ...], limit: int) -> list[Key]:
    ranked = sorted(counts, key=lambda key: (-counts[key], key))
    frequent = [key for number, key in enumerate(ranked) if number < limit or key in selected]
    return frequent + [key for key in selected if key not in counts]
