"""What of a project can be heard, and what cannot: the truth about listening that stands beside every number.

In: a project. Out: a frozen Listening, in one query. Called by the overview, the keyword page and the charts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import ngettext

from accounts.models import Project
from monitoring.models import Source

# A chart is hatched where this share of the sources was deaf: one broken feed in three hundred changes no picture.
HATCHED_SHARE = 0.1


@dataclass(frozen=True)
class Deaf:
    """A source that cannot be heard, and the last moment (UTC) at which it could."""

    id: int
    name: str
    since: datetime


@dataclass(frozen=True)
class Listening:
    """`total` counts the sources that nobody paused."""

    total: int
    deaf: tuple[Deaf, ...]
    waiting: int = 0

    @property
    def heard(self) -> int:
        return self.total - len(self.deaf) - self.waiting

    @property
    def hatching(self) -> tuple[Deaf, ...]:
        """The deaf sources, where they are too many to be passed over in a chart."""
        return self.deaf if len(self.deaf) >= HATCHED_SHARE * self.total else ()


def listening(project: Project) -> Listening:
    """Sources that are heard, that fail, and that wait for their first poll."""
    sources = Source.objects.filter(project=project).exclude(state=Source.State.PAUSED).order_by("title", "id")
    fields = ("id", "title", "url", "state", "error_code", "created_at", "last_success_at")
    total, waiting, deaf = 0, 0, []
    for source in sources.only(*fields):
        total += 1
        if source.is_failing:
            deaf.append(Deaf(source.pk, str(source), source.last_success_at or source.created_at))
        elif source.last_success_at is None:
            waiting += 1
    return Listening(total, tuple(deaf), waiting)


def unheard(deaf: Sequence[Deaf], end: datetime) -> str:
    """What to say of a bucket that ends at `end`: how many of the sources were deaf by then; "" where none was."""
    count = sum(source.since < end for source in deaf)
    if not count:
        return ""
    return ngettext("%d failing source", "%d failing sources", count) % count
