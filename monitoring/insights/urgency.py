"""Order what needs a reply by urgency: the queue of the overview, and the inbox when it is sorted by urgency.

In: a MentionFilter and the time now. Out: a frozen Queue of document ids, or documents for mentions.py. Candidates are
bounded: the newest, the oldest and the first due MAX_CANDIDATES documents, so a neglected queue of thousands costs no
more. `urgency` is pure.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import QuerySet

from monitoring.insights.cursors import EPOCH
from monitoring.insights.filters import MentionFilter
from monitoring.models import Mention, Triage

MAX_CANDIDATES = 500
MAX_COUNTED = 200
NEEDS_REPLY = Mention.Status.NEEDS_REPLY
# An item that is not analyzed may be negative: it comes before those that are certain not to be.
NEGATIVITY = {"negative": 0, "uncertain": 1, "": 1, "neutral": 2, "positive": 3}
_NO_DUE_TIME = 10**9  # hours: after everything that has one


@dataclass(frozen=True, slots=True)
class Waiting:
    """A document that needs a reply. `negativity` is from 0 (negative) to 3 (positive); unknown numbers are 0."""

    document_id: int
    published: datetime
    negativity: int
    followers: int
    engagement: int
    due_at: datetime | None
    assignee_id: int | None
    story_id: int | None = None

    def is_overdue(self, now: datetime) -> bool:
        return self.due_at is not None and self.due_at <= now


@dataclass(frozen=True, slots=True)
class Queue:
    """`waiting` is the most urgent first; `total` and `overdue` count all, not only the candidates."""

    waiting: tuple[Waiting, ...] = ()
    total: int = 0
    overdue: int = 0
    oldest: datetime | None = None


def urgency(one: Waiting, now: datetime) -> tuple[int, int, int, int, datetime, int]:
    """Return the sort key: due time in whole hours, negativity, followers, engagement, age.

    Whole hours let what is negative or widely read come first among what is due at about the same time.
    """
    hours = int((one.due_at - now).total_seconds() // 3600) if one.due_at else _NO_DUE_TIME
    return hours, one.negativity, -one.followers, -one.engagement, one.published, one.document_id


def queue(f: MentionFilter, now: datetime) -> Queue:
    """Return the documents under a filter that need a reply and are not snoozed."""
    rows = waiting_mentions(f, now)
    candidates = _first_values(rows, ("-published", "-document_id"), MAX_CANDIDATES + 1)
    is_bounded = len(candidates) > MAX_CANDIDATES
    if is_bounded:
        due = rows.filter(document__triage__due_at__isnull=False).order_by("document__triage__due_at", "document_id")
        candidates += _first_values(rows, ("published", "document_id"), MAX_CANDIDATES)
        candidates += _values(due[:MAX_CANDIDATES])
    found = list(_documents(candidates).values())
    total, overdue = _counts(rows, now) if is_bounded else (len(found), sum(one.is_overdue(now) for one in found))
    return Queue(
        waiting=tuple(sorted(found, key=lambda one: urgency(one, now))),
        total=total,
        overdue=overdue,
        oldest=min((one.published for one in found), default=None),
    )


def count_waiting(project_id: int, now: datetime) -> tuple[int, bool]:
    """Return how many documents of a project need a reply now, and whether there may be more.

    At most MAX_COUNTED mentions are read: the navigation shows the number, also that of a neglected queue.
    """
    f = MentionFilter(project_id=project_id, since=EPOCH, until=now)
    ids = list(waiting_mentions(f, now).values_list("document_id", flat=True)[:MAX_COUNTED])
    return len(set(ids)), len(ids) == MAX_COUNTED


def most_urgent(f: MentionFilter, now: datetime, ids: Iterable[int]) -> list[Waiting]:
    """Return these documents and the first due ones under a filter of any statuses, the most urgent first.

    `ids` are the newest and the oldest documents of the list. What has been replied to is not due any more.
    """
    rows = f.mentions()
    is_due = {"document__triage__due_at__isnull": False, "document__triage__first_replied_at": None}
    due = rows.filter(**is_due).order_by("document__triage__due_at", "document_id")
    found = _documents([*_values(due[:MAX_CANDIDATES]), *_values(rows.filter(document_id__in=list(ids)))])
    return sorted(found.values(), key=lambda one: urgency(one, now))


def waiting_mentions(f: MentionFilter, now: datetime) -> QuerySet[Mention]:
    """Return the mentions under a filter that need a reply and are not snoozed."""
    rows = f.replace(statuses=(NEEDS_REPLY,)).mentions()
    snoozed = Triage.objects.filter(project_id=f.project_id, snoozed_until__gt=now)
    return rows.exclude(document_id__in=snoozed.values("document_id"))


def _counts(rows: QuerySet[Mention], now: datetime) -> tuple[int, int]:
    """Return the number of documents of these mentions, and of those that are overdue."""
    ids = rows.values("document_id").distinct()
    overdue = Triage.objects.filter(due_at__lte=now).values("document_id")
    return ids.count(), ids.filter(document_id__in=overdue).count()


def _first_values(rows: QuerySet[Mention], order: tuple[str, ...], limit: int) -> list[tuple]:
    """Return `_values` of the documents of the first mentions. A limit after the join would read all documents."""
    return _values(rows.filter(document_id__in=rows.order_by(*order).values("document_id")[:limit]))


def _values(mentions: QuerySet[Mention]) -> list[tuple]:
    """Return what `_documents` needs of each mention."""
    fields = ("followers", "engagement", "triage__due_at", "triage__first_replied_at", "triage__assignee_id")
    names = ("document_id", "published", "sentiment", "story_id", *(f"document__{field}" for field in fields))
    return list(mentions.values_list(*names))


def _documents(rows: Iterable[tuple]) -> dict[int, Waiting]:
    """Return the documents of `_values` by id; of several labels, the most negative one counts."""
    found: dict[int, Waiting] = {}
    for document_id, published, sentiment, story_id, followers, engagement, due_at, replied_at, assignee_id in rows:
        one = Waiting(
            document_id,
            published,
            NEGATIVITY[sentiment],
            followers or 0,
            engagement or 0,
            None if replied_at else due_at,
            assignee_id,
            story_id,
        )
        before = found.get(document_id)
        found[document_id] = replace(one, negativity=min(one.negativity, before.negativity)) if before else one
    return found
