"""The numbers of one report, read once for all of its sections, by the functions that pages read by.

In: a project, a query string, a window, a time zone. Out: what the files in reports/sections/ ask for. The subject is
that of the overview: the selected keywords, else the brands; so the overview of the same days has the same numbers.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.http import QueryDict
from django.urls import reverse

from accounts.models import Project
from delivery.message import Window
from monitoring.insights.breakdown import Breakdown, Subject, breakdown, subject_of
from monitoring.insights.filters import MentionFilter
from monitoring.insights.volume import history_start
from monitoring.models import Keyword


@dataclass(frozen=True)
class Reader:
    """`person_id` is who is "me" in the query; `comment` is the text of the report's own section."""

    project: Project
    window: Window
    zone: ZoneInfo
    now: datetime
    query: str = ""
    person_id: int | None = None
    comment: str = ""

    @cached_property
    def keywords(self) -> list[Keyword]:
        return list(Keyword.objects.filter(project=self.project).order_by("id"))

    @cached_property
    def subject(self) -> Subject:
        f = MentionFilter.from_query(
            self.project, QueryDict(self.query), self.now, self.zone, person_id=self.person_id
        )
        f = f.replace(since=self.window.start, until=self.window.end, order="")
        f.set_project_keywords(one.pk for one in self.keywords)
        return subject_of(f, self.keywords)

    @property
    def f(self) -> MentionFilter:
        """The mentions of the subject in the period."""
        return self.subject.f

    @cached_property
    def found(self) -> Breakdown:
        return breakdown(self.f)

    @cached_property
    def history_start(self) -> datetime | None:
        """When the project began to collect, if that was after the start of the previous period."""
        return history_start(self.f)

    def list_path(self, **selection: Any) -> str:
        """Return the path of the list of mentions behind a number."""
        path = reverse("mentions", args=[self.project.pk])
        return f"{path}?{self.f.replace(**selection).to_query()}"
