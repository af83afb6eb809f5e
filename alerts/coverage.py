"""Tell whether the sources of projects could be read in a time window, so a rule takes no gap for a low count.

In: projects and a time. Out: a frozen Coverage per project, from two queries. Called by alerts/counting.py.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q

from alerts.scope import Scope
from monitoring.insights.gaps import Failure, is_many, many_failing
from monitoring.models import Source, SourcePeriod

# After that, the past counts lack the items of the source, too; otherwise no incident would ever close.
LASTING = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Coverage:
    """The sources of a project: how many, the failures since a time, and when the first source was added."""

    sources: int = 0
    failures: tuple[Failure, ...] = ()
    began: datetime | None = None

    def is_known(self, start: datetime, end: datetime, began: datetime | None = None) -> bool:
        """Return whether fewer than a tenth of the sources failed for half of a window or longer.

        If `began` is given, it also has to lie after that and after the first source was added.
        """
        if began and (not self.began or start < max(self.began, began)):
            return False
        return not many_failing(self.failures, self.sources, start, end)

    def stretch(self, start: datetime, end: datetime) -> float:
        """Return how many times as long as the window the time is whose items were found in it.

        It is above 1 if a tenth of the sources or more work again after a failure that began before the window.
        """
        ended = [one for one in self.failures if start < one.end < end]
        if not is_many(len({one.source_id for one in ended}), self.sources):
            return 1.0
        return 1 + max((start - min(one.start for one in ended)) / (end - start), 0.0)


def read_scope_coverage(scopes: Collection[Scope], since: datetime, now: datetime) -> dict[Scope, Coverage]:
    """Return the coverage of the scopes of rules: that of their project, or of the sources that their filter selects.

    One query more if a filter selects sources or platforms.
    """
    projects = read_coverage({scope.project_id for scope in scopes}, since, now)
    narrow = {scope for scope in scopes if scope.f and (scope.f.sources or scope.f.platforms)}
    sources: dict[int, list[tuple[int, str]]] = {}
    if narrow:
        rows = Source.objects.filter(project__in={scope.project_id for scope in narrow}).exclude(
            state=Source.State.PAUSED
        )
        for project_id, source_id, platform in rows.values_list("project_id", "pk", "platform"):
            sources.setdefault(project_id, []).append((source_id, platform))
    return {
        scope: _narrowed(projects[scope.project_id], scope, sources.get(scope.project_id, []))
        if scope in narrow
        else projects[scope.project_id]
        for scope in scopes
    }


def _narrowed(coverage: Coverage, scope: Scope, sources: Iterable[tuple[int, str]]) -> Coverage:
    """Return the coverage by the selected sources alone."""
    selected = {source_id for source_id, platform in sources if scope.selects_source(source_id, platform)}
    failures = tuple(one for one in coverage.failures if one.source_id in selected)
    return replace(coverage, sources=len(selected), failures=failures)


def read_coverage(project_ids: Iterable[int], since: datetime, now: datetime) -> dict[int, Coverage]:
    """Return the coverage of projects from a time (UTC) on, without lasting failures. One that goes on ends now."""
    sources = Source.objects.filter(project_id__in=project_ids)
    polled = Count("pk", filter=~Q(state=Source.State.PAUSED))
    totals = {
        project_id: (number, began)
        for project_id, number, began in sources.values("project_id")
        .annotate(number=polled, began=Min("created_at"))
        .values_list("project_id", "number", "began")
    }
    failures: dict[int, list[Failure]] = {}
    rows = SourcePeriod.objects.filter(
        Q(ended_at=None, started_at__gt=now - LASTING) | Q(ended_at__gt=since),
        source__project_id__in=project_ids,
        state=SourcePeriod.State.FAILING,
        started_at__lt=now,
    ).exclude(source__state=Source.State.PAUSED)
    for project_id, source_id, code, started_at, ended_at in rows.values_list(
        "source__project_id", "source_id", "error_code", "started_at", "ended_at"
    ):
        failures.setdefault(project_id, []).append(Failure(source_id, "", code, started_at, min(ended_at or now, now)))
    return {
        project_id: Coverage(number, tuple(failures.get(project_id, ())), began)
        for project_id in project_ids
        for number, began in [totals.get(project_id, (0, None))]
    }
