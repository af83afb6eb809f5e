"""The interface of readings: what the database has in the time windows of rules, read once for all that share it.

A reading is one function `(Request) -> Counts`, listed in registry.py.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import BooleanField, F, IntegerField, QuerySet, Value
from django.db.models.expressions import RawSQL

from alerts.first_polls import FirstPolls
from alerts.scope import Scope
from alerts.windows import Windows
from monitoring.insights.filters import MentionFilter
from monitoring.models import Mention

AGE = "extract(epoch FROM %s - monitoring_mention.found_at)::float8"
_WINDOWS = "unnest(%s::int[], %s::timestamptz[], %s::timestamptz[]) AS w(number, since, until)"
Params = tuple[Any, ...]
# By group and number of the window (0 is the current one): numbers by key.
Counts = Mapping[tuple[int, int], Counter[int]]


@dataclass(frozen=True)
class Request:
    """Scopes that are read together: any number of keywords without a filter, or one filter.

    The group of a keyword is its id, that of a filter 0, or also the keyword if it reads `by_keyword`.
    """

    scopes: tuple[Scope, ...]
    windows: Windows
    now: datetime
    first_polls: FirstPolls = field(default_factory=FirstPolls)
    by_keyword: bool = False

    @property
    def is_shared(self) -> bool:
        return self.scopes[0].is_shared

    @property
    def since(self) -> datetime:
        return self.now - self.windows.span

    @property
    def keywords(self) -> list[int]:
        return sorted({pk for scope in self.scopes for pk in scope.keywords})

    @property
    def project_ids(self) -> list[int]:
        return sorted({scope.project_id for scope in self.scopes})

    @property
    def has_single_rows(self) -> bool:
        """Whether each document has at most one mention per group."""
        return self.is_shared or self.by_keyword or len(self.keywords) == 1

    def filter(self, since: datetime) -> MentionFilter:
        """Return the filter of the scopes, without their keywords, over what was found since a time."""
        if self.is_shared:
            return MentionFilter(project_id=0, since=since, until=self.now, by="found")
        return self.scopes[0].filter(since, self.now)

    def mentions(self) -> QuerySet[Mention]:
        """Return the mentions of all windows, with their `group` and the `number` of their window."""
        return self.in_windows(self.filter(self.since).conditions().filter(keyword_id__in=self.keywords))

    def in_windows(self, found: QuerySet[Mention]) -> QuerySet[Mention]:
        """Return those of these mentions that a window has, not found by the first poll of a source."""
        exclusion = self.first_polls.exclusion(self.since)
        found = found.filter(exclusion) if exclusion else found
        if self.has_gaps:
            in_window = "monitoring_mention.found_at >= w.since AND monitoring_mention.found_at < w.until"
            found = found.filter(RawSQL(in_window, [], BooleanField()))
            return found.annotate(group=self.group, number=RawSQL("w.number", [], IntegerField()))
        step = self.windows.step.total_seconds()
        number = RawSQL(f"ceil({AGE} / %s)::int - 1", [self.now, step], IntegerField())
        return found.annotate(group=self.group, number=number)

    @property
    def has_gaps(self) -> bool:
        """Whether the windows leave out what was found between them: each is then a range of the index."""
        return self.windows.length < self.windows.step

    def table(self, sql: str, params: Params) -> tuple[str, Params]:
        """Return the rows of a query over `mentions` as the table `rows` of a statement, once for each window."""
        if not self.has_gaps:
            return f"({sql}) AS rows", params
        numbers = range(self.windows.number)
        ends = [self.windows.end(number, self.now) for number in numbers]
        starts = [end - self.windows.length for end in ends]
        return f"{_WINDOWS} CROSS JOIN LATERAL ({sql}) AS rows", ([*numbers], starts, ends, *params)

    @property
    def group(self) -> F | Value:
        """The expression on Mention for its group."""
        return F("keyword_id") if self.is_shared or self.by_keyword else Value(0)


Reading = Callable[[Request], Counts]


def count(sql: str, params: Params) -> Counts:
    """Return the counts of a statement that selects group, number of the window, key and count."""
    counts: dict[tuple[int, int], Counter[int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        for group, number, key, value in cursor.fetchall():
            counts.setdefault((group, number), Counter())[key] += value
    return counts
