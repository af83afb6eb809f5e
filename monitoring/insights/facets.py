"""What a list could be narrowed to, and how many documents each choice would leave.

In: a MentionFilter. Out: for one dimension, rows of key, label and count under the filter with that dimension left
open: choosing a row (putting its key into the filter) gives a list of exactly that many. What is chosen now is always
among the rows, even with a count of 0.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Case, CharField, Expression, F, Func, Value, When
from django.db.models.functions import NullIf
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from monitoring.insights.filters import UNKNOWN_LANGUAGE, MentionFilter
from monitoring.insights.sql import count_groups
from monitoring.models import Keyword, Mention, Source

LIMIT = 20


@dataclass(frozen=True)
class FacetRow:
    """`key` goes into the filter, `label` is for people, `count` is in documents."""

    key: int | str
    label: str
    count: int
    is_chosen: bool = False


def by_keyword(f: MentionFilter, limit: int = LIMIT) -> list[FacetRow]:
    return _rows(f, "keywords", F("keyword_id"), limit, lambda keys: _names(Keyword, keys))


def by_source(f: MentionFilter, limit: int = LIMIT) -> list[FacetRow]:
    """By the source that a document was first found in; what came from sources deleted since is in no row."""
    return _rows(f, "sources", F("source_id"), limit, lambda keys: _names(Source, keys))


def by_platform(f: MentionFilter, limit: int = LIMIT) -> list[FacetRow]:
    return _rows(f, "platforms", F("platform"), limit, lambda keys: {"feed": _("Feeds")})


def by_language(f: MentionFilter, limit: int = LIMIT) -> list[FacetRow]:
    spoken = Func(F("language"), Value("-"), Value(1), function="split_part")
    code = Case(When(language="", then=Value(UNKNOWN_LANGUAGE)), default=spoken, output_field=CharField())
    return _rows(f, "languages", code, limit, lambda keys: {key: _language_name(key) for key in keys})


def by_status(f: MentionFilter) -> list[FacetRow]:
    """All statuses, ignored included, in the order of work and with their zeros."""
    counts = {row.key: row.count for row in _rows(f, "statuses", F("status"), LIMIT, lambda keys: {})}
    return [
        FacetRow(status.value, str(status.label), counts.get(status.value, 0), status.value in f.statuses)
        for status in Mention.Status
    ]


def by_sentiment(f: MentionFilter) -> list[FacetRow]:
    """All labels with their zeros; a document that two keywords judge differently counts under both."""
    judged = NullIf(F("sentiment"), Value(""))
    counts = {row.key: row.count for row in _rows(f, "sentiments", judged, LIMIT, lambda keys: {})}
    return [
        FacetRow(label.value, str(label.label), counts.get(label.value, 0), label.value in f.sentiments)
        for label in Mention.Sentiment
    ]


def by_author(f: MentionFilter, limit: int = LIMIT) -> list[FacetRow]:
    """Documents without an author are in no row."""
    return _rows(f, "author", NullIf(F("author"), Value("")), limit, lambda keys: {})


def _rows(
    f: MentionFilter, dimension: str, key: Expression, limit: int, labels: Callable[[list], dict]
) -> list[FacetRow]:
    """The most frequent values of a dimension, and the chosen ones however rare."""
    value = getattr(f, dimension)
    chosen = list(value) if isinstance(value, tuple) else [value] if value else []
    rows = f.mentions(without=dimension).annotate(key=key).filter(key__isnull=False)
    # Within one keyword a document is one mention, and the covering index is counted as it is read.
    is_plain = dimension == "keywords" or len(f.scope) == 1
    rows = rows.values("key") if is_plain else rows.values("key", "document_id").distinct()
    counts = dict(count_groups(rows.order_by(), "key", first=chosen, limit=limit + len(chosen)))
    ranked = sorted(counts, key=lambda key: (-counts[key], key))
    kept = [key for number, key in enumerate(ranked) if number < limit or key in chosen]
    kept += [key for key in chosen if key not in counts]
    names = labels(kept)
    return [FacetRow(key, str(names.get(key, key)), counts.get(key, 0), key in chosen) for key in kept]


def _names(model: type[Keyword] | type[Source], keys: list[int]) -> dict[int, str]:
    return {pk: str(row) for pk, row in model.objects.in_bulk(keys).items()}


def _language_name(code: str) -> str:
    try:
        return get_language_info(code)["name_translated"] if code != UNKNOWN_LANGUAGE else _("Unknown")
    except KeyError:
        return code
