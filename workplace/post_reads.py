"""Read the posts of an editorial calendar: a period, the rhythm around today, and lists in pages.

In: a project and days or a place in a list. Out: posts with their platforms and people, in a fixed number of queries.
Called by the pages, the API and the exports.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from accounts.models import Project
from monitoring.insights.cursors import read_cursor, write_cursor
from monitoring.matching.scan import Position
from workplace.calendar.statuses import OPEN
from workplace.models import Post

MAX_SHOWN = 1000  # posts of one month or week
PAGE_SIZE = 50
UPCOMING, PAST, UNDATED = "upcoming", "past", "undated"
LISTS = (UPCOMING, PAST, UNDATED)


@dataclass(frozen=True)
class PostFilter:
    """Which posts a list has; "" for any."""

    status: str = ""
    kind: str = ""
    platform: str = ""
    campaign: str = ""

    def condition(self) -> Q:
        found = Q()
        for name in ("status", "kind", "campaign"):
            if value := getattr(self, name):
                found &= Q(**{name: value})
        return found & Q(variants__platform=self.platform) if self.platform else found


@dataclass(frozen=True)
class PostPage:
    """A page of a list; `cursor` leads to the next one, "" on the last."""

    posts: list[Post]
    cursor: str


def posts_of(project: Project) -> QuerySet[Post]:
    """Return the posts of a project with what pages show of them."""
    return Post.objects.filter(project=project).select_related("owner").prefetch_related("variants")


def between(project: Project, start: datetime, end: datetime) -> list[Post]:
    """Return the posts of a period, the earliest first."""
    rows = posts_of(project).filter(due_at__gte=start, due_at__lt=end)
    return list(rows.order_by("due_at", "pk")[:MAX_SHOWN])


def undated(project: Project, limit: int) -> list[Post]:
    """Return open posts without a date, the newest first."""
    return list(posts_of(project).filter(due_at=None, status__in=OPEN).order_by("-pk")[:limit])


def late(project: Project, now: datetime) -> QuerySet[Post]:
    """Return the scheduled posts whose time has passed."""
    return Post.objects.filter(project=project, status=Post.Status.SCHEDULED, due_at__lte=now)


def page(
    project: Project, which: str, f: PostFilter, now: datetime, cursor: str = "", size: int = PAGE_SIZE
) -> PostPage:
    """Return a page of a list: upcoming posts by time, past ones from the newest, undated ones from the newest."""
    rows = posts_of(project).filter(f.condition())
    position = read_cursor(cursor)[0]
    if which == UNDATED:
        rows = _after_id(rows.filter(due_at=None), position).order_by("-pk")
    elif which == PAST:
        rows = _before(rows.filter(due_at__lt=now), position).order_by("-due_at", "-pk")
    else:
        rows = _after(rows.filter(due_at__gte=now), position).order_by("due_at", "pk")
    found = list(rows[: size + 1])
    return PostPage(found[:size], _cursor(found[:size]) if len(found) > size else "")


def _cursor(posts: Sequence[Post]) -> str:
    last = posts[-1]
    return write_cursor((last.due_at or last.created_at, last.pk))


def _after(rows: QuerySet[Post], position: Position | None) -> QuerySet[Post]:
    if position is None:
        return rows
    at, pk = position
    return rows.filter(due_at__gte=at).exclude(due_at=at, pk__lte=pk)


def _before(rows: QuerySet[Post], position: Position | None) -> QuerySet[Post]:
    if position is None:
        return rows
    at, pk = position
    return rows.filter(due_at__lte=at).exclude(due_at=at, pk__gte=pk)


def _after_id(rows: QuerySet[Post], position: Position | None) -> QuerySet[Post]:
    return rows if position is None else rows.filter(pk__lt=position[1])
