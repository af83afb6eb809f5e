"""Read the numbers of the overview in one pass over the covering index: documents by time and sentiment.

In: a MentionFilter of the subject, usually the brand. Out: frozen counts of documents: each equals the length of the
list behind it, that of a bucket with a label, of a bucket, of the period. Called by the overview and the API.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from django.contrib.postgres.aggregates import BitOr
from django.db.models import Case, Count, Expression, F, IntegerField, Min, Q, QuerySet, Value, When

from accounts.models import Project
from monitoring.insights.filters import MentionFilter
from monitoring.insights.periods import bucket_starts, fitting_bucket
from monitoring.insights.sentiment import Split
from monitoring.insights.sql import count_combinations
from monitoring.insights.volume import bucket_number
from monitoring.models import Keyword, Mention

# In the order of the bits of a document's labels; a document of several keywords can have several.
LABELS = ("negative", "neutral", "positive", "uncertain", "pending")
BEFORE = 0  # the number that width_bucket gives to what is before the first bucket: the previous period


@dataclass(frozen=True, slots=True)
class Tally:
    """Documents of one bucket or period: their number, and how many have each label."""

    documents: int = 0
    split: Split = field(default_factory=Split)

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.documents + other.documents, self.split + other.split)


@dataclass(frozen=True)
class Breakdown:
    """Documents by bucket, and in the previous period. `starts` are in the person's zone, as in volume.Series."""

    bucket: str
    starts: tuple[datetime, ...]
    tallies: tuple[Tally, ...]
    before: Tally

    @cached_property
    def total(self) -> Tally:
        return sum(self.tallies, Tally())


@dataclass(frozen=True)
class KeywordLine:
    """Mentions of one keyword by bucket, and in the previous period."""

    keyword: Keyword
    counts: tuple[int, ...]
    before: int

    @property
    def total(self) -> int:
        return sum(self.counts)


@dataclass(frozen=True)
class Subject:
    """The subject of the overview: `f` has its keywords, `rivals` are the competitors to compare with."""

    f: MentionFilter
    keywords: tuple[Keyword, ...]
    rivals: tuple[Keyword, ...]


def subject_of(f: MentionFilter, keywords: Sequence[Keyword]) -> Subject:
    """Return the selected keywords, else the brands, else all but the competitors, with the other competitors.

    The clock is that of publication: the overview shows when something was said, not when it was found. Its numbers
    count items, so stories are not folded.
    """
    types = Keyword.Type
    chosen = [one for one in keywords if one.pk in f.keywords]
    chosen = chosen or [one for one in keywords if one.type == types.BRAND]
    chosen = chosen or [one for one in keywords if one.type != types.COMPETITOR] or list(keywords)
    ids = {one.pk for one in chosen}
    rivals = tuple(one for one in keywords if one.type == types.COMPETITOR and one.pk not in ids)
    return Subject(f.replace(keywords=tuple(ids), by="published", stories=""), tuple(chosen), rivals)


def project_subject(project: Project, since: datetime, until: datetime) -> MentionFilter:
    """Return the brands of a project in a time window; without a brand, what `subject_of` chooses."""
    keywords = list(Keyword.objects.filter(project=project).order_by("id"))
    return subject_of(MentionFilter(project_id=project.pk, since=since, until=until), keywords).f


def breakdown(f: MentionFilter, bucket: str | None = None) -> Breakdown:
    """Return documents by bucket and label, of the period and of the previous one, from one reading."""
    bucket = fitting_bucket(f.since, f.until, bucket)
    starts = bucket_starts(f.since, f.until, f.zone, bucket)
    rows = document_rows(f, with_previous(f), number=period_bucket(f, starts))
    found: dict[int, list[tuple[int, int]]] = {}
    for number, labels, count in count_combinations(rows, ["number", "labels"]):
        found.setdefault(number, []).append((labels, count))
    tallies = [tally(found.get(number, [])) for number in range(len(starts) + 1)]
    local = tuple(start.astimezone(f.zone) for start in starts)
    return Breakdown(bucket, local, tuple(tallies[1:]), tallies[BEFORE])


def keyword_lines(f: MentionFilter, keywords: Sequence[Keyword]) -> list[KeywordLine]:
    """Return mentions by bucket for several keywords, in their order, with those of the previous period."""
    if not keywords:
        return []
    starts = bucket_starts(f.since, f.until, f.zone, fitting_bucket(f.since, f.until))
    f = f.replace(keywords=tuple(keyword.pk for keyword in keywords), by="published")
    counts = {keyword.pk: [0] * (len(starts) + 1) for keyword in keywords}
    rows = with_previous(f).annotate(number=period_bucket(f, starts)).values_list("keyword_id", "number")
    for keyword_id, number, count in rows.annotate(rows=Count("*")).order_by():
        counts[keyword_id][number] = count
    return [KeywordLine(keyword, tuple(counts[keyword.pk][1:]), counts[keyword.pk][BEFORE]) for keyword in keywords]


def document_rows(f: MentionFilter, mentions: QuerySet[Mention], **columns: Expression | F) -> QuerySet[Mention, dict]:
    """Return one row per document of a query over the keywords of `f`: its columns, and its `labels` as bits.

    The columns are properties of the document, the same in all its mentions.
    """
    return labeled_rows(mentions, columns, has_one_mention=len(f.scope) == 1)


def labeled_rows(
    mentions: QuerySet[Mention],
    columns: Mapping[str, Expression | F],
    *,
    has_one_mention: bool,
    group: Sequence[str] = (),
) -> QuerySet[Mention, dict]:
    """Return `document_rows`, for several groups of keywords one row per document and group.

    If each has one mention, the rows come in the order of the index, without a hash table.
    """
    if has_one_mention:
        return mentions.annotate(**columns, labels=label_bits()).values(*group, *columns, "labels").order_by()
    grouped = mentions.values(*group, "document_id").annotate(**{name: Min(one) for name, one in columns.items()})
    return grouped.annotate(labels=BitOr(label_bits())).order_by()


def tally(counts: Sequence[tuple[int, int]]) -> Tally:
    """Return the tally of (labels, number of documents) pairs."""
    by_label = {label: sum(count for labels, count in counts if labels >> bit & 1) for bit, label in enumerate(LABELS)}
    return Tally(sum(count for _, count in counts), Split(**by_label))


def label_bits() -> Case:
    """Return the expression for the bit of a mention's label."""
    whens = [When(sentiment=label, then=Value(1 << bit)) for bit, label in enumerate(LABELS[:-1])]
    return Case(*whens, default=Value(1 << LABELS.index("pending")), output_field=IntegerField())


def with_previous(f: MentionFilter) -> QuerySet[Mention]:
    """Return the mentions of the period and of the previous one, which may end before the period begins."""
    previous = f.previous()
    rows = f.replace(since=previous.since).mentions()
    return rows.filter(Q(published__lt=previous.until) | Q(published__gte=f.since))


def period_bucket(f: MentionFilter, starts: Sequence[datetime]) -> Expression:
    """Return the expression for the number of a bucket of the period, from 1; BEFORE for the previous period."""
    # The first bucket may begin before the period: it is cut, and number 0 is the previous period.
    return bucket_number(f, [f.since, *starts[1:]])
