"""Count what a team did in a week, by person: for the team, no ranking.

In: a project and a week. Out: frozen counts, each from one query. Who may see which is decided by the callers: the
page and the API show a member their own counts and the sums, and admins those of everybody.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from django.db.models import Count, Q

from accounts.models import ActivityEntry, Project, User
from monitoring.insights.periods import start_of_day
from monitoring.models import DocumentActivity, Triage
from workplace.models import Post

WEEK = timedelta(days=7)
REPLIES, DECISIONS, NOTES, GREETINGS, INCIDENTS, POSTS = (
    *("replies", "decisions", "notes"),
    *("greetings", "incidents", "posts"),
)
KINDS = (REPLIES, DECISIONS, NOTES, GREETINGS, INCIDENTS, POSTS)
UNDONE = "mention.undone"
# An entry of the log is one action, except for those about documents, which count each.
ENTRIES = {
    NOTES: Q(action__in=("note.created", "author.note_added")),
    GREETINGS: Q(action="author.greeted"),
    INCIDENTS: Q(action__in=("incident.acknowledged", "incident.resolved", "incident.commented")),
}


@dataclass(frozen=True, slots=True)
class Week:
    """A week from Monday to Sunday; `since` and `until` are UTC, `until` is not included."""

    monday: date
    since: datetime
    until: datetime

    @property
    def before(self) -> date:
        return self.monday - WEEK

    @property
    def after(self) -> date:
        return self.monday + WEEK


@dataclass(frozen=True)
class Habits:
    """Counts by kind, by the id of the person."""

    people: Mapping[int, Counter[str]]

    def of(self, person: User) -> Counter[str]:
        return self.people.get(person.pk, Counter())

    @property
    def total(self) -> Counter[str]:
        return sum(self.people.values(), Counter())


def week_of(day: date, zone: tzinfo) -> Week:
    """Return the week of a day in a time zone."""
    monday = day - timedelta(days=day.weekday())
    return Week(monday, start_of_day(monday, zone), start_of_day(monday + WEEK, zone))


def habits(project: Project, week: Week) -> Habits:
    """Count what people did in a week, in four queries.

    A decision is an item that a person changed, however often.
    """
    found: dict[int, Counter[str]] = {}

    def add(kind: str, rows: Sequence[tuple[int, int]]) -> None:
        for user_id, count in rows:
            found.setdefault(user_id, Counter())[kind] += count

    replied = Triage.objects.filter(project=project, first_replied_at__gte=week.since, first_replied_at__lt=week.until)
    by_replier = replied.exclude(replied_by=None).values("replied_by").annotate(rows=Count("pk")).order_by()
    add(REPLIES, list(by_replier.values_list("replied_by", "rows")))
    entries = ActivityEntry.objects.filter(project=project, at__gte=week.since, at__lt=week.until, user__isnull=False)
    about = DocumentActivity.objects.filter(entry__in=entries, entry__action__startswith="mention.")
    decided = about.exclude(entry__action=UNDONE).values("entry__user").annotate(rows=Count("document", distinct=True))
    add(DECISIONS, list(decided.order_by().values_list("entry__user", "rows")))
    posts = Post.objects.filter(project=project, status=Post.Status.PUBLISHED, owner__isnull=False)
    published = posts.filter(published_at__gte=week.since, published_at__lt=week.until).values("owner")
    add(POSTS, list(published.annotate(rows=Count("pk")).order_by().values_list("owner", "rows")))
    counts = {kind: Count("pk", filter=condition) for kind, condition in ENTRIES.items()}
    for row in entries.values("user").annotate(**counts).order_by():
        user_id = row.pop("user")
        for kind, count in row.items():
            if count:
                add(kind, [(user_id, count)])
    return Habits(found)
