"""Count the documents by value of several dimensions from one reading of the mentions.

In: a MentionFilter and dimensions with few keys: those whose key is a property of the document, and those of each
mention (status and sentiment), which a document of several keywords can have several of. Out: numbers of documents, or
of stories if folded, as facets.py counts them one by one. Called by facets.py.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from typing import Any

from django.contrib.postgres.aggregates import BitOr
from django.db.models import BooleanField, Case, IntegerField, Min, Q, QuerySet, Value, When

from monitoring.insights.dimension import Dimension, Key
from monitoring.insights.dimensions import DIMENSIONS, SHOWN_STATUSES
from monitoring.insights.filters import MentionFilter
from monitoring.insights.sql import count_combinations, count_each_group
from monitoring.models import Mention

ALWAYS = Q(pk__isnull=False)
STATUSES = DIMENSIONS["statuses"]


@dataclass(frozen=True)
class SharedCounts:
    """Numbers of documents by dimension and key, of the whole list, and of the list with every status but ignored."""

    by_name: dict[str, Counter[Key]]
    total: int
    all_statuses: int


def shared_counts(f: MentionFilter, dimensions: Sequence[Dimension]) -> SharedCounts:
    """Return the counts of these `is_of_document` dimensions, of which the filter selects nothing, and of status and
    sentiment. Two statements if the filter folds stories, else one.
    """
    return _Reading(f, dimensions).counts()


class _Reading:
    """The mentions under a filter without its statuses and sentiments, which are columns instead."""

    def __init__(self, f: MentionFilter, dimensions: Sequence[Dimension]) -> None:
        self.f = f
        self.of_document = dimensions
        self.of_mention = [one for one in DIMENSIONS.values() if one.is_of_mention]
        conditions = {one.name: one.condition(f) or ALWAYS for one in self.of_mention}
        self.all = _both(conditions.values())
        # A facet counts what is under the filter without the selection of its own dimension.
        self.others = {
            name: _both(condition for other, condition in conditions.items() if other != name) for name in conditions
        }
        wide = f.replace(statuses=DIMENSIONS["statuses"].fixed_keys, sentiments=())
        if f.search:
            wide.__dict__["search"] = f.search  # which has run
        # A mention that every one of these conditions leaves out is in no facet.
        self.rows = wide.mentions().filter(reduce(or_, self.others.values()))

    def counts(self) -> SharedCounts:
        names = [one.name for one in (*self.of_document, *self.of_mention)]
        found = SharedCounts({name: Counter() for name in names}, 0, 0)
        if self.f.is_folded:
            found = self._add_stories(found)
        return self._add_documents(self.rows.filter(story_id__isnull=True) if self.f.is_folded else self.rows, found)

    def _add_documents(self, rows: QuerySet[Mention], found: SharedCounts) -> SharedCounts:
        """Return the counts with those of these mentions' documents. One row per document, then per combination."""
        keys = [f"key_{number}" for number in range(len(self.of_document))]
        masks = [f"mask_{number}" for number in range(len(self.of_mention))]
        columns: dict[str, Any] = {
            **{key: one.facet_key() for key, one in zip(keys, self.of_document, strict=True)},
            **{mask: self._bits(one) for mask, one in zip(masks, self.of_mention, strict=True)},
        }
        if len(self.f.scope) > 1:
            merge = {**dict.fromkeys(keys, Min), **dict.fromkeys(masks, BitOr)}
            grouped = rows.values("document_id").annotate(**{name: merge[name](one) for name, one in columns.items()})
        else:  # one mention per document
            grouped = rows.annotate(**columns).values(*columns)
        total, all_statuses = found.total, found.all_statuses
        place = self.of_mention.index(STATUSES)
        listed, shown = _bits_of(self.f.statuses or SHOWN_STATUSES), _bits_of(SHOWN_STATUSES)
        for *values, count in count_combinations(grouped.order_by(), [*columns]):
            of_document, of_mention = values[: len(keys)], values[len(keys) :]
            all_statuses += count if of_mention[place] & shown else 0
            if of_mention[place] & listed:
                total += count
                for one, key in zip(self.of_document, of_document, strict=True):
                    found.by_name[one.name].update({} if key is None else {key: count})
            for one, mask in zip(self.of_mention, of_mention, strict=True):
                for bit, key in enumerate(one.fixed_keys):
                    found.by_name[one.name][key] += count if mask >> bit & 1 else 0
        return SharedCounts(found.by_name, total, all_statuses)

    def _add_stories(self, found: SharedCounts) -> SharedCounts:
        """Return the counts with those of the stories, whose items can have different keys."""
        listed = {
            f"key_{number}": Case(When(self.all, then=one.facet_key())) for number, one in enumerate(self.of_document)
        }
        others = {
            f"mask_{number}": Case(When(self.others[one.name], then=one.facet_key()))
            for number, one in enumerate(self.of_mention)
        }
        shown = self.others[STATUSES.name] & Q(status__in=SHOWN_STATUSES)
        columns = {
            **listed,
            **others,
            "is_listed": Case(When(self.all, then=True), output_field=BooleanField()),
            "is_shown": Case(When(shown, then=True), output_field=BooleanField()),
        }
        rows = self.rows.filter(story_id__isnull=False).annotate(**columns).values("story_id", *columns).order_by()
        *counts, listed_stories, shown_stories = count_each_group(rows, [*columns], of="DISTINCT story_id")
        for one, by_key in zip((*self.of_document, *self.of_mention), counts, strict=True):
            found.by_name[one.name].update({key: count for key, count in by_key.items() if key is not None})
        return SharedCounts(found.by_name, listed_stories.get(True, 0), shown_stories.get(True, 0))

    def _bits(self, dimension: Dimension) -> Case:
        """Return the expression for the bit of a mention's key, 0 where the other dimensions leave it out."""
        whens = [
            When(**{dimension.choice_column: key}, then=Value(1 << bit))
            for bit, key in enumerate(dimension.fixed_keys)
        ]
        bit = Case(*whens, default=Value(0), output_field=IntegerField())
        return Case(When(self.others[dimension.name], then=bit), default=Value(0), output_field=IntegerField())


def _bits_of(statuses: Iterable[Key]) -> int:
    return sum(1 << STATUSES.fixed_keys.index(key) for key in statuses)


def _both(conditions: Iterable[Any]) -> Q:
    return reduce(and_, conditions, ALWAYS)
