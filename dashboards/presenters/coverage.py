"""The coverage of a project: how many of its sources are active, failing or pending.

In: a project. Out: a frozen Coverage, in one query. Called by the overview, keyword and incident pages, which mark the
times on their charts at which sources were failing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import ngettext

from accounts.formats import number
from accounts.models import Project
from monitoring.insights.gaps import is_many
from monitoring.models import Source


@dataclass(frozen=True)
class FailingSource:
    """A failing source and its last successful check, or when it was added (UTC)."""

    id: int
    name: str
    since: datetime


@dataclass(frozen=True)
class Coverage:
    """The sources that are not paused: `total`, those that fail, and the number that await their first check."""

    total: int
    failing: tuple[FailingSource, ...]
    pending: int = 0

    @property
    def active(self) -> int:
        return self.total - len(self.failing) - self.pending

    @property
    def marked(self) -> tuple[FailingSource, ...]:
        """Return the failing sources if charts should mark them, else none."""
        return self.failing if is_many(len(self.failing), self.total) else ()


def coverage(project: Project) -> Coverage:
    """Return the project's coverage now."""
    sources = Source.objects.filter(project=project).exclude(state=Source.State.PAUSED).order_by("title", "id")
    fields = ("id", "title", "url", "state", "error_code", "created_at", "last_success_at")
    total, pending, failing = 0, 0, []
    for source in sources.only(*fields):
        total += 1
        if source.is_failing:
            failing.append(FailingSource(source.pk, str(source), source.last_success_at or source.created_at))
        elif source.last_success_at is None:
            pending += 1
    return Coverage(total, tuple(failing), pending)


def outage_note(failing: Sequence[FailingSource], end: datetime) -> str:
    """Return how many sources were failing in a bucket that ends at `end`; "" if none was."""
    count = sum(source.since < end for source in failing)
    if not count:
        return ""
    text = ngettext("%(number)s failing source", "%(number)s failing sources", count)
    return text % {"number": number(count)}
