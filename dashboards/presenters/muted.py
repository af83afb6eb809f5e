"""The rows of the Muted page: a mute, its count in words, and the query of the list of what it hides."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta, tzinfo

from django.utils import timezone

from accounts.formats import number
from accounts.models import Project
from monitoring.insights.filters import MentionFilter
from monitoring.insights.mutes import MuteRow
from monitoring.insights.periods import start_of_day
from monitoring.messages.labels import platform_name
from monitoring.models import Mention, Mute


@dataclass(frozen=True)
class MutedRow:
    """`detail` says more about the kind: the platform of an author. `query` is that of the list, "" if it is empty."""

    mute: Mute
    kind: str
    detail: str
    count: int
    shown_count: str
    query: str

    @property
    def is_in_progress(self) -> bool:
        return self.mute.walked_to is not None


def muted_rows(project: Project, rows: Iterable[MuteRow], zone: tzinfo) -> list[MutedRow]:
    """Return the rows as the page shows them."""
    return [
        MutedRow(
            mute=row.mute,
            kind=str(Mute.Kind(row.mute.kind).label),
            detail=platform_name(row.mute.platform) if row.mute.platform else "",
            count=row.count,
            shown_count=f"{number(row.count)}{'+' if row.capped else ''}",
            query=_query(project, row, zone),
        )
        for row in rows
    ]


def _query(project: Project, row: MuteRow, zone: tzinfo) -> str:
    """Return the query of the list of exactly the hidden items: from the day of the earliest one."""
    if row.first_published is None:
        return ""
    first_day, today = (each.astimezone(zone).date() for each in (row.first_published, timezone.now()))
    f = MentionFilter(
        project_id=project.pk,
        since=start_of_day(first_day, zone),
        until=start_of_day(today + timedelta(days=1), zone),
        zone=zone,
        statuses=(Mention.Status.IGNORED,),
        mutes=(row.mute.pk,),
    )
    return f.to_query()
