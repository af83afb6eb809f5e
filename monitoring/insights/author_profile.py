"""Counts of the page of an author: reach, followers over time, engagement, and the items with the most of it.

In: the MentionFilter of one author (`filter_of`). Out: frozen counts of documents, each that of the list behind it.
Called by pages and the API.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from django.db.models import Avg, Count, Exists, Max, OuterRef, Sum
from django.utils import timezone

from monitoring.insights.facets import FacetRow, facets_of_few
from monitoring.insights.filters import MentionFilter
from monitoring.insights.mentions import MentionRow, rows_of_documents
from monitoring.insights.periods import start_of_day
from monitoring.insights.volume import bucket_number
from monitoring.models import Author, Document, Mention

BEST = 5
FACETS = ("keywords", "sources", "sentiments", "statuses")


@dataclass(frozen=True)
class AuthorCounts:
    """Numbers of documents: of all, and by keyword, source, sentiment and status, as the facets of the list."""

    total: int
    facets: Mapping[str, Sequence[FacetRow]]

    def of_status(self, status: str) -> int:
        return next(row.count for row in self.facets["statuses"] if row.key == status)


@dataclass(frozen=True, slots=True)
class Engagement:
    """The mean of the items that have a value, and their number; `best` are the rows of those with the most, most
    first, without those that have none.
    """

    mean: float
    known: int
    best: Sequence[MentionRow]


@dataclass(frozen=True, slots=True)
class MentionReach:
    """The followers that the author had, added up over the `known` items whose source gives them."""

    followers: int
    known: int


def filter_of(author: Author, zone: tzinfo) -> MentionFilter:
    """Return the filter of all mentions of an author that are not ignored, in whole days."""
    documents = Document.objects.filter(Exists(Mention.objects.filter(document=OuterRef("pk"))), written_by=author)
    return whole_history(author, documents.order_by("published").values_list("published", flat=True).first(), zone)


def whole_history(author: Author, first: datetime | None, zone: tzinfo) -> MentionFilter:
    """Return the filter of the mentions of an author from the day of the first one until today."""
    today = timezone.now().astimezone(zone).date()
    return MentionFilter(
        project_id=author.project_id,
        since=start_of_day(first.astimezone(zone).date() if first else today, zone),
        until=start_of_day(today + timedelta(days=1), zone),
        zone=zone,
        authors=(author.pk,),
    )


def first_mention(f: MentionFilter) -> Mention | None:
    """Return the oldest mention under the filter of an author, None without any, by the index of authors."""
    listed = f.mentions(skip="authors").filter(document=OuterRef("pk"))
    documents = Document.objects.filter(Exists(listed), written_by__in=f.authors).order_by("published", "id")
    first = documents.values_list("pk", flat=True).first()
    return f.mentions(skip="authors").filter(document=first).order_by("keyword_id").first() if first else None


def counts_of(f: MentionFilter) -> AuthorCounts:
    """Return the numbers of documents under a filter, in one reading."""
    facets = facets_of_few(f, FACETS)
    return AuthorCounts(f.document_count, facets)


def engagement_of(f: MentionFilter) -> Engagement | None:
    """Return the engagement of the items under a filter, None if no platform gives it."""
    items = f.mentions().filter(engagement__isnull=False).values("document_id").annotate(number=Max("engagement"))
    found = items.aggregate(mean=Avg("number"), known=Count("document_id"))
    if not found["known"]:
        return None
    most = items.filter(engagement__gt=0).order_by("-number", "-document_id")
    ids = [row["document_id"] for row in most[:BEST]]
    rows = {row.document.pk: row for row in rows_of_documents(f, ids)}
    return Engagement(found["mean"], found["known"], [rows[pk] for pk in ids if pk in rows])


def reach_of(f: MentionFilter) -> MentionReach:
    """Return the reach of the items under a filter, as far as it is known."""
    documents = Document.objects.filter(pk__in=f.mentions().values("document_id"), followers__isnull=False)
    found = documents.aggregate(followers=Sum("followers"), known=Count("pk"))
    return MentionReach(found["followers"] or 0, found["known"])


def followers_by_bucket(f: MentionFilter, starts: Sequence[datetime]) -> dict[int, int]:
    """Return the followers that the newest item of each bucket gives, by the bucket's position from 0.

    An item has the number of its last reading: that of an old item can be from up to a week later.
    """
    rows = f.mentions().filter(document__followers__isnull=False).annotate(number=bucket_number(f, list(starts)))
    newest = rows.order_by("number", "-published", "-document_id").distinct("number")
    counts = newest.values_list("number", "document__followers")
    return {number - 1: count for number, count in counts if count is not None}
