"""MentionFilter: which mentions a page, chart, rule, digest, export or API call is about.

In: a query string, a project, the current time and the person's time zone. Out: a frozen filter whose `mentions()`
every read of this package starts from, so all numbers agree. Ignored mentions are excluded unless the filter selects
that status; mentions of paused keywords are included; rows of other projects are never reached.
"""

import dataclasses
from collections.abc import Iterable, Mapping
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
from monitoring.insights.meaning import MeaningSearch, search_for, split
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
        self.__dict__["_selected"] = dict(self.selections)

    def __getattr__(self, name: str) -> Any:
        """Return the selection of a dimension; Python calls this for attributes that are not fields."""
        if name not in DIMENSIONS:
            raise AttributeError(f"MentionFilter has no attribute {name!r}")
        return self.__dict__["_selected"].get(name, DIMENSIONS[name].empty)

    @classmethod
    def from_query(
        cls,
        project: Project,
        params: Mapping[str, object],
        now: datetime,
        zone: tzinfo,
        known: Mapping[str, Mapping[int, int]] | None = None,
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
        for name, _selection in self.selections:  # in the order of DIMENSIONS
            dimension = DIMENSIONS[name]
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
        present = {name: self.__dict__[name] for name in _FIELDS}
        selections = dict(present.pop("selections"))
        copy = MentionFilter(**(present | selections | changes))
        if "project_keywords" in self.__dict__ and copy.project_id == self.project_id:
            copy.__dict__["project_keywords"] = self.project_keywords
        if self.phrase and all(getattr(copy, name) == getattr(self, name) for name in _SEARCHED):
            copy.__dict__["search"] = self.search  # found once for all reads
        return copy

    def previous(self) -> "MentionFilter":
        """Return the same filter over the previous period."""
        since, until = periods.previous_period(self.period, self.since, self.until, self.zone)
        return self.replace(since=since, until=until)

    @property
    def clock(self) -> str:
        """The column of Mention that the period compares."""
        return "found_at" if self.by == "found" else "published"

    @cached_property
    def project_keywords(self) -> tuple[int, ...]:
        """The ids of all keywords of the project. Copies of this filter have them too."""
        ids = Keyword.objects.filter(project_id=self.project_id).order_by("id")
        return tuple(ids.values_list("id", flat=True))

    def set_project_keywords(self, ids: Iterable[int]) -> None:
        """Set the ids of all keywords of the project where they have been read, to save the query."""
        self.__dict__["project_keywords"] = tuple(ids)

    @cached_property
    def scope(self) -> tuple[int, ...]:
        """The ids of the selected keywords, or of all keywords of the project."""
        return tuple(pk for pk in self.project_keywords if not self.keywords or pk in self.keywords)

    @cached_property
    def search(self) -> Search | MeaningSearch | None:
        """The search over the documents, None without one. It runs once for all reads of this filter."""
        return search_for(self.project_id, self.q, self.since, self.until, self.clock)

    @property
    def phrase(self) -> str:
        """The part of the search that is found by meaning, "" if there is none."""
        return split(self.q).phrase if "~" in self.q else ""

    @property
    def words(self) -> str:
        """The part of the search that is a boolean query."""
        return split(self.q).words if "~" in self.q else self.q

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

    @cached_property
    def all_statuses_count(self) -> int:
        """The `document_count` without the selection of statuses: of every status but ignored."""
        if not self.statuses:
            return self.document_count
        wide = self.replace(statuses=())
        wide.__dict__["search"] = self.search  # which has run
        return wide.document_count

    def set_document_count(self, count: int, all_statuses: int | None = None) -> None:
        """Set `document_count`, and `all_statuses_count`, where the same rows have been counted, to save queries."""
        self.__dict__["document_count"] = count
        if all_statuses is not None:
            self.__dict__["all_statuses_count"] = all_statuses

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


_SEARCHED = ("project_id", "q", "since", "until", "by")
_FIELDS = tuple(one.name for one in dataclasses.fields(MentionFilter))
