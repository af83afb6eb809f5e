"""Facets: for one dimension, how many documents each value would leave in the list.

In: a MentionFilter and the name of a dimension. Out: rows of key, label and count under the filter without that
dimension's own selection, so selecting a row gives a list of exactly that many documents. Selected values are always
among the rows, even with a count of 0. Called by the mentions, overview and keyword pages.
"""

from dataclasses import dataclass

from monitoring.insights.dimensions import DIMENSIONS, Dimension, Key
from monitoring.insights.filters import MentionFilter
from monitoring.insights.sql import count_groups

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
    counts = _counts(f, dimension, selected, max(limit, len(dimension.fixed_keys)))
    keys = dimension.fixed_keys or _most_frequent(counts, selected, limit)
    labels = dimension.labels(keys)
    return [FacetRow(key, str(labels.get(key, key)), counts.get(key, 0), key in selected) for key in keys]


def _counts(f: MentionFilter, dimension: Dimension, selected: tuple[Key, ...], limit: int) -> dict[Key, int]:
    """Return the number of documents for the selected and the `limit` most frequent keys."""
    mentions = f.mentions(skip=dimension.name).annotate(key=dimension.facet_key()).filter(key__isnull=False)
    # Within one keyword a document has one mention: without DISTINCT the covering index alone is read, in its order.
    is_plain = dimension.has_unique_documents or len(f.scope) == 1
    rows = mentions.values("key") if is_plain else mentions.values("key", "document_id").distinct()
    return dict(count_groups(rows.order_by(), "key", first=selected, limit=limit + len(selected)))


def _most_frequent(counts: dict[Key, int], selected: tuple[Key, ...], limit: int) -> list[Key]:
    ranked = sorted(counts, key=lambda key: (-counts[key], key))
    frequent = [key for number, key in enumerate(ranked) if number < limit or key in selected]
    return frequent + [key for key in selected if key not in counts]
