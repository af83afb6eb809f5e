"""MentionFilter: which mentions a page, chart, rule, digest, export or API call is about.

In: a query string, a project, the current time and the person's time zone. Out: a frozen filter whose `mentions()`
every read of this package starts from, so all numbers agree. Ignored mentions are excluded unless the filter selects
that status; mentions of paused keywords are included; rows of other projects are never reached.
"""

import dataclasses
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce

from accounts.models import Project
from monitoring.insights import periods
from monitoring.insights.dimension import GroupKey, Key, Selection
from monitoring.insights.dimensions import DIMENSIONS, FOLD
from monitoring.insights.filter_parser import Problem, QueryReader
from monitoring.insights.search import Search
from monitoring.models import Keyword, Mention


@dataclass(frozen=True, init=False)
class MentionFilter:
    """A period and the selected values of each dimension in dimensions.py. Times are UTC; `until` is excluded.

    Every dimension is an attribute: `f.keywords`, `f.statuses`, `f.author`. Empty tuples and texts match everything,
    except that empty `statuses` match everything but ignored. `by` is the time that `since` and `until` compare:
    "published", or "found" (when Vigie stored the mention, without backlog) for digests. `zone` is the person's, and
    `person_id` the id of the person who is "me", None for nobody.
    """

    project_id: int
    since: datetime
    until: datetime
    period: str
    by: str
    zone: tzinfo
    person_id: int | None
    selections: tuple[tuple[str, Selection], ...]
    problems: tuple[Problem, ...] = field(compare=False)

    def __init__(
        self,
        *,
        project_id: int,
        since: datetime,
        until: datetime,
        period: str = periods.CUSTOM,
        by: str = "published",
        zone: tzinfo = UTC,
        person_id: int | None = None,
        problems: tuple[Problem, ...] = (),
        **selections: Selection,
    ) -> None:
        """Dimensions are keyword arguments by name, in any order. Raises TypeError for a name that is none."""
        if unknown := selections.keys() - DIMENSIONS.keys():
            raise TypeError(f"unknown dimensions: {', '.join(sorted(unknown))}")
        values: dict[str, object] = {
            "project_id": project_id,
            "since": since,
            "until": until,
            "period": period,
            "by": by,
            "zone": zone,
            "person_id": person_id,
            "problems": problems,
            "selections": tuple(
                (name, dimension.normalize(selections[name]))
                for name, dimension in DIMENSIONS.items()
                if selections.get(name)
            ),
        }
        for name, value in values.items():
            object.__setattr__(self, name, value)

    def __getattr__(self, name: str) -> Any:
        """Return the selection of a dimension; Python calls this for attributes that are not fields."""
        if name not in DIMENSIONS:
            raise AttributeError(f"MentionFilter has no attribute {name!r}")
        return dict(self.selections).get(name, DIMENSIONS[name].empty)

    @classmethod
    def from_query(
        cls,
        project: Project,
        params: Mapping[str, object],
        now: datetime,
        zone: tzinfo,
        known: Mapping[str, Collection[int]] | None = None,
        person_id: int | None = None,
    ) -> "MentionFilter":
        """Read a query string (a QueryDict or a plain mapping). Values that cannot be used become `problems`.

        `known` is that of QueryReader.
        """
        reader = QueryReader(params, known)
        period, since, until = reader.period(now, zone)
        by = reader.one_of("by", ("published", "found"))
        selections = {name: dimension.read(reader, project) for name, dimension in DIMENSIONS.items()}
        return cls(
            project_id=project.pk,
            since=since,
            until=until,
            period=period,
            by=by,
            zone=zone,
            person_id=person_id,
            problems=tuple(reader.problems),
            **selections,
        )

    def to_query(self) -> str:
        """Return the query string that `from_query` reads as this filter; equal filters have equal strings."""
        pairs: list[tuple[str, Key]] = [("period", self.period)]
        if self.period == periods.CUSTOM:
            pairs = list(zip(("from", "to"), periods.write_period(self.since, self.until, self.zone), strict=True))
        if self.by != "published":
            pairs.append(("by", self.by))
        for dimension in DIMENSIONS.values():
            pairs += [(dimension.parameter, value) for value in dimension.selected(self)]
        return urlencode(pairs)

    def replace(self, **changes: Any) -> "MentionFilter":
        """Return a copy with changes. A named period ends where this filter ends; new bounds make it custom."""
        period = changes.get("period")
        if period in periods.PERIODS and period != periods.CUSTOM:
            since, until = periods.named_period(str(period), self.until, self.zone)
            changes |= {"since": since, "until": until}
        elif {"since", "until"} & changes.keys():
            changes["period"] = periods.CUSTOM
        present = {one.name: getattr(self, one.name) for one in dataclasses.fields(self)}
        selections = dict(present.pop("selections"))
        return MentionFilter(**(present | selections | changes))

    def previous(self) -> "MentionFilter":
        """Return the same filter over the previous period."""
        since, until = periods.previous_period(self.period, self.since, self.until, self.zone)
        return self.replace(since=since, until=until)

    @property
    def clock(self) -> str:
        """The column of Mention that the period compares."""
        return "found_at" if self.by == "found" else "published"

    @cached_property
    def scope(self) -> tuple[int, ...]:
        """The ids of the selected keywords, or of all keywords of the project."""
        ids = Keyword.objects.filter(project_id=self.project_id).order_by("id").values_list("id", flat=True)
        return tuple(keyword_id for keyword_id in ids if not self.keywords or keyword_id in self.keywords)

    def set_scope(self, project_keywords: Iterable[int]) -> None:
        """Set `scope` from the ids of all keywords of the project, to save its query."""
        self.__dict__["scope"] = tuple(pk for pk in project_keywords if not self.keywords or pk in self.keywords)

    @cached_property
    def search(self) -> Search | None:
        """The search over the documents' words, None without one. It runs once for all reads of this filter."""
        return Search(self.project_id, self.q, self.since, self.until, self.clock) if self.q else None

    @property
    def is_folded(self) -> bool:
        """Whether a story is one row, counted once."""
        return self.stories == FOLD

    @property
    def row_key(self) -> GroupKey:
        """The expression on Mention that says which row of the list a mention is part of."""
        return Coalesce(F("story_id"), -F("document_id")) if self.is_folded else F("document_id")

    @cached_property
    def document_count(self) -> int:
        """The number of documents with a mention under this filter, each story once if folded; queried once."""
        rows = self.mentions()
        if not self.is_folded:
            return self._count_documents(rows)
        stories = rows.filter(story_id__isnull=False).values("story_id").distinct().count()
        return stories + self._count_documents(rows.filter(story_id__isnull=True))

    def _count_documents(self, rows: QuerySet[Mention]) -> int:
        # Within one keyword a document has one mention: a plain count reads the covering index alone.
        return rows.count() if len(self.scope) == 1 else rows.values("document_id").distinct().count()

    @property
    def capped(self) -> bool:
        """Whether a search matches more documents than are counted: numbers are then "at least"."""
        return bool(self.search and self.search.capped)

    def mentions(self, *, skip: str = "") -> QuerySet[Mention]:
        """Return the mentions under this filter, unordered. `skip` names a dimension whose selection is ignored."""
        wide = self.replace(keywords=()) if skip == "keywords" and self.keywords else self
        return self.conditions(skip=skip).filter(keyword_id__in=wide.scope)

    def conditions(self, *, skip: str = "") -> QuerySet[Mention]:
        """Return the mentions under this filter in all projects and keywords; callers add the keywords."""
        rows = Mention.objects.filter(**{f"{self.clock}__gte": self.since, f"{self.clock}__lt": self.until})
        if self.by == "found":
            rows = rows.filter(is_backlog=False)
        for name, dimension in DIMENSIONS.items():
            condition = None if name == skip else dimension.condition(self)
            if condition is not None:
                rows = rows.filter(condition)
        return rows
