"""The team page: what waits now, and what was done in a week by the team and by those whom the reader may see.

In: counts of workplace/team_habits.py. Out: frozen rows for templates/team/. Called by dashboards/views/team.py.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from accounts.formats import number
from accounts.models import Project, User
from dashboards.presenters.overview_tiles import Tile
from monitoring.insights.authors import MAX_QUEUE, welcome_count
from monitoring.insights.cursors import EPOCH
from monitoring.insights.filters import MentionFilter
from monitoring.insights.mentions import count
from monitoring.insights.triage_dimensions import NOBODY
from monitoring.models import Mention
from workplace.goals.read import count_behind
from workplace.team_habits import DECISIONS, GREETINGS, INCIDENTS, KINDS, NOTES, POSTS, REPLIES, Habits

KIND_LABELS: dict[str, str | Promise] = {
    REPLIES: gettext_lazy("First replies"),
    DECISIONS: gettext_lazy("Items sorted"),
    NOTES: gettext_lazy("Notes"),
    GREETINGS: gettext_lazy("Authors greeted"),
    INCIDENTS: gettext_lazy("Actions on incidents"),
    POSTS: gettext_lazy("Published posts"),
}
KIND_HELP: dict[str, str | Promise] = {
    DECISIONS: gettext_lazy("Items whose status, assignee, tags, or sentiment somebody changed."),
}


@dataclass(frozen=True)
class HabitRow:
    """A person or the team, with the counts in the order of KINDS."""

    name: str
    counts: tuple[int, ...]
    is_total: bool = False

    @property
    def named(self) -> list[tuple[str, int]]:
        """Return the counts with their labels."""
        return list(zip((str(KIND_LABELS[kind]) for kind in KINDS), self.counts, strict=True))


def habit_rows(found: Habits, people: Iterable[User], me: User, *, shows_all: bool) -> list[HabitRow]:
    """Return the sums of the team, then the reader, then the others by name if they may be shown."""
    rows = [HabitRow(_("The team"), _counts(found.total), is_total=True)]
    rows.append(HabitRow(_("You"), _counts(found.of(me))))
    if shows_all:
        others = [person for person in people if person.pk != me.pk]
        rows += [HabitRow(person.name, _counts(found.of(person))) for person in others]
    return rows


@dataclass(frozen=True)
class Waiting:
    """Waiting work: one sentence about replies, and tiles, each with its list."""

    sentence: str
    is_late: bool
    tiles: list[Tile]


def waiting_now(project: Project, now: datetime, me: User) -> Waiting:
    """Return what waits for the team."""
    f = MentionFilter(project_id=project.pk, since=EPOCH, until=now, zone=me.zone, person_id=me.pk)
    open_items = f.replace(statuses=(Mention.Status.NEEDS_REPLY,), snoozed="no")
    lists = (
        ("needs-reply", _("Need a reply"), open_items, ""),
        ("overdue", _("Overdue"), open_items.replace(due="overdue"), "neg"),
        ("unassigned", pgettext("items", "Unassigned"), open_items.replace(assignees=(NOBODY,)), ""),
        ("approval", _("To approve"), f.replace(approval="any"), ""),
    )
    tiles, waiting = [], {}
    for name, label, part, tone in lists:
        found = count(part)
        waiting[name] = found.value
        text = number(found.value) + ("+" if found.capped else "")
        url = f"{reverse('mentions', args=[project.pk])}?{part.to_query()}"
        tiles.append(Tile(f"tile-{name}", label, text, url, tone=tone if found.value else ""))
    newcomers = welcome_count(project.pk, now)
    text = number(newcomers) + ("+" if newcomers >= MAX_QUEUE else "")
    tiles.append(Tile("tile-welcome", _("To greet"), text, reverse("welcome", args=[project.pk])))
    behind = count_behind([project.pk], now)[project.pk]
    goals_url = reverse("goals", args=[project.pk])
    tiles.append(Tile("tile-goals", _("Goals behind"), number(behind), goals_url, tone="neg" if behind else ""))
    return Waiting(_sentence(waiting["needs-reply"], waiting["overdue"]), bool(waiting["overdue"]), tiles)


def _sentence(needs_reply: int, overdue: int) -> str:
    if overdue:
        text = ngettext("%(count)s reply is overdue.", "%(count)s replies are overdue.", overdue)
        return text % {"count": number(overdue)}
    if needs_reply:
        text = ngettext(
            "%(count)s item needs a reply. None is overdue.",
            "%(count)s items need a reply. None is overdue.",
            needs_reply,
        )
        return text % {"count": number(needs_reply)}
    return _("No item needs a reply.")


def _counts(found: Counter[str]) -> tuple[int, ...]:
    return tuple(found[kind] for kind in KINDS)
