"""The Muted page: a mute, its count in words, the query of the list of what it hides; and the words of new mutes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta, tzinfo

from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

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


def muted_words(mutes: Sequence[Mute]) -> str:
    """Return what was muted as a sentence."""
    names = get_text_list([_("“%(text)s”") % {"text": one} for one in mutes], _("and"))
    return _("Muted: %(names)s.") % {"names": names}


def undo_tag(project: Project, mutes: Sequence[Mute]) -> str:
    """Return the tag of a message that undoes new mutes, "" if there are none: those that existed before stay."""
    new = [one.pk for one in mutes if one.is_new]
    if new and len(mutes) == 1:
        return f"undo:{reverse('mute_end', args=[project.pk, *new])}"
    query = urlencode([("mute", pk) for pk in new])
    return f"undo:{reverse('mutes_end', args=[project.pk])}?{query}" if new else ""


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
