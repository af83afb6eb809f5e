"""The progress of a new project: sources read, items stored, mentions found.

In: a project. Out: a `SetupProgress`, in a fixed number of queries with capped counts. Called by views/setup.py.
"""

from dataclasses import dataclass

from accounts.models import Project
from dashboards.presenters.coverage import FailingSource, coverage
from monitoring.models import Keyword, Mention

MAX_COUNT = 1000  # counts stop there: this page is about the first ones


@dataclass(frozen=True)
class SetupProgress:
    """Counts so far; those of items and mentions are capped at MAX_COUNT."""

    sources: int
    read: int
    failing: tuple[FailingSource, ...]
    items: int
    mentions: int
    keywords: int

    @property
    def is_done(self) -> bool:
        """Return whether every source was read once, or there is something to see."""
        return self.sources > 0 and (self.mentions > 0 or self.read + len(self.failing) == self.sources)


def setup_progress(project: Project) -> SetupProgress:
    """Return the progress of a project now."""
    sources = coverage(project)
    keywords = list(Keyword.objects.filter(project=project).values_list("pk", flat=True))
    return SetupProgress(
        sources=sources.total,
        read=sources.active,
        failing=sources.failing,
        items=project.documents.order_by("-id")[:MAX_COUNT].count(),
        mentions=Mention.objects.filter(keyword__in=keywords)[:MAX_COUNT].count(),
        keywords=len(keywords),
    )
