"""The measure of the welcome queue: how many new authors were greeted within a day, and how many came back.

In: a project and the time. Out: frozen counts, in two queries. Called by the page of the queue and the API.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, F, OuterRef, Q

from monitoring.models import Author, Mention

GREETED_WITHIN = timedelta(days=1)
RETURNED_WITHIN = timedelta(days=30)
# Later posts of the same conversation are no return.
NOT_BEFORE = timedelta(days=1)
WINDOW = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Newcomers:
    """Counts of authors. Those `welcomed` came onto the queue 1 to 31 days ago, `greeted` of them within a day.

    Those `old` wrote for the first time 30 to 60 days ago; `returned` of them wrote again 1 to 30 days later.
    `greeted_old` and `greeted_returned` are those of both that somebody greeted.
    """

    welcomed: int
    greeted: int
    old: int
    returned: int
    greeted_old: int
    greeted_returned: int


def newcomers(project_id: int, now: datetime) -> Newcomers:
    """Count the authors of the last weeks, erased ones and official accounts left out."""
    known = Author.objects.filter(project_id=project_id, erased_at=None, speaks_for=None)
    last = now - GREETED_WITHIN
    recent = known.filter(welcome_at__gte=last - WINDOW, welcome_at__lt=last)
    in_time = Q(greeted_at__gte=F("welcome_at"), greeted_at__lte=F("welcome_at") + GREETED_WITHIN)
    welcomed = recent.aggregate(welcomed=Count("pk"), greeted=Count("pk", filter=in_time))
    until = now - RETURNED_WITHIN
    again = Mention.objects.filter(
        document__written_by=OuterRef("pk"),
        published__gt=OuterRef("first_at") + NOT_BEFORE,
        published__lte=OuterRef("first_at") + RETURNED_WITHIN,
    ).exclude(status=Mention.Status.IGNORED)
    # Authors that never were on the queue, such as media, were nobody to welcome.
    first = known.filter(first_at__gte=until - WINDOW, first_at__lt=until, welcome_at__isnull=False)
    was_greeted = Q(greeted_at__isnull=False)
    counts = first.annotate(is_back=Exists(again)).aggregate(
        old=Count("pk"),
        returned=Count("pk", filter=Q(is_back=True)),
        greeted_old=Count("pk", filter=was_greeted),
        greeted_returned=Count("pk", filter=was_greeted & Q(is_back=True)),
    )
    return Newcomers(**welcomed, **counts)
