"""Facets: for one dimension, how many documents (or stories, if folded) each value would leave in the list.

In: a MentionFilter and names of dimensions. Out: rows of key, label and count under the filter without the dimension's
own selection, so selecting a row gives a list of exactly that many documents. Selected values are always among the
rows, even with a count of 0. Called by the mentions, overview and keyword pages.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet, Value

from monitoring.insights.dimension import Dimension, Key
from monitoring.insights.dimensions import DIMENSIONS
from monitoring.insights.filters import MentionFilter
from monitoring.insights.shared_facets import shared_counts
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
    """Return the rows of several facets by name. Those of few keys share one reading, which counts the list too."""
    dimensions = list(dimensions)
    shared = shared_counts(f, [one for one in dimensions if one.is_of_document and not one.selected(f)])
    f.set_document_count(shared.total, shared.all_statuses)
    return {
        one.name: _rows(one, counts, one.selected(f), limit)
        if (counts := shared.by_name.get(one.name)) is not None
        else facet_rows(f, one.name, limit)
        for one in dimensions
    }


def facets_of_few(f: MentionFilter, names: Iterable[str], limit: int = LIMIT) -> dict[str, list[FacetRow]]:
    """Return facets of a filter that finds few mentions, such as those of an author, and selects none of their values.

    All are counted from one reading, with the list; stories are not folded.
    """
    dimensions = [DIMENSIONS[name] for name in names]
    columns: dict[str, Any] = {f"key_{number}": one.facet_key() for number, one in enumerate(dimensions)}
    rows = f.mentions().annotate(**columns, key_all=Value(1)).values(*columns, "key_all", "document_id")
    *found, whole = count_each_group(rows.order_by(), [*columns, "key_all"], of="DISTINCT document_id")
    f.set_document_count(whole.get(1, 0))
    facets = {}
    for one, counts in zip(dimensions, found, strict=True):
        counts.pop(None, None)
        facets[one.name] = _rows(one, counts, (), limit)
    return facets


def _rows(dimension: Dimension, counts: Mapping[Key, int], selected: tuple[Key, ...], limit: int) -> list[FacetRow]:
    keys = dimension.fixed_keys or _most_frequent(counts, selected, limit)
    if dimension.is_sorted:
        keys = sorted(keys)
    labels = dimension.labels(keys)
    return [FacetRow(key, str(labels.get(key, key)), counts.get(key, 0), key in selected) for key in keys]


def _counts(f: MentionFilter, dimension: Dimension, selected: tuple[Key, ...], limit: int) -> dict[Key, int]:
    """Return the number of documents for the selected and the `limit` most frequent keys."""
    mentions = f.mentions(skip=dimension.name).annotate(key=dimension.facet_key()).filter(key__isnull=False)
    if dimension.has_unique_documents and f.is_folded:
        documents = Count("pk", filter=Q(story_id=None)) + Count("story_id", distinct=True)
        return dict(mentions.values_list("key").annotate(documents=documents).order_by())
    rows = mentions.values("key") if dimension.has_unique_documents else _of_documents(f, mentions, ["key"])
    return dict(count_groups(rows.order_by(), "key", first=selected, limit=limit + len(selected)))


def _of_documents(f: MentionFilter, mentions: QuerySet[Mention], keys: list[str]) -> QuerySet[Mention, dict]:
    """Return the keys of each document once, or of each story if the filter folds them."""
    if f.is_folded:
        return mentions.annotate(row=f.row_key).values(*keys, "row").distinct()
    # Within one keyword a document has one mention: without DISTINCT the covering index alone is read, in its order.
    return mentions.values(*keys) if len(f.scope) == 1 else mentions.values(*keys, "document_id").distinct()


def _most_frequent(counts: Mapping[Key, int], selected: tuple[Key, ...], limit: int) -> list[Key]:
    ranked = sorted(counts, key=lambda key: (-counts[key], key))
    frequent = [key for number, key in enumerate(ranked) if number < limit or key in selected]
    return frequent + [key for key in selected if key not in counts]
