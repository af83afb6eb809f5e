"""How the counts of items developed. In: document ids. Out: frozen points, and the growth within a time.

Read by the page of a mention and the API; `growth` is for conditions of alert rules: posts that grow fast.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import OuterRef, Subquery

from monitoring.models import Document, EngagementPoint

# Polls may add a point every half hour for as long as they see the item.
MAX_POINTS = 200


@dataclass(frozen=True, slots=True)
class Growth:
    """The engagement of an item `hours` ago, or when it was found if that is later, and now."""

    document_id: int
    before: int
    now: int
    since: datetime

    @property
    def gained(self) -> int:
        return self.now - self.before


def points_of(document: Document) -> list[EngagementPoint]:
    """Return the last MAX_POINTS of an item's series, oldest first; empty while its counts have not changed."""
    points = EngagementPoint.objects.filter(document=document).order_by("-at", "-pk")[:MAX_POINTS]
    return list(reversed(points))


def growth(document_ids: Iterable[int], now: datetime, within: timedelta) -> list[Growth]:
    """Return how much items have gained in this time, the most first. Those without a series have gained nothing."""
    points = EngagementPoint.objects.filter(document=OuterRef("pk"), engagement__isnull=False)
    # The last point before the time began is what the item had then; the series of a younger one begins later.
    earlier = points.filter(at__lte=now - within).order_by("-at")
    later = points.filter(at__gt=now - within, at__lte=now).order_by("at")
    rows = Document.objects.filter(pk__in=list(document_ids), engagement__isnull=False, deleted_at=None).annotate(
        earlier=Subquery(earlier.values("engagement")[:1]),
        earlier_at=Subquery(earlier.values("at")[:1]),
        later=Subquery(later.values("engagement")[:1]),
        later_at=Subquery(later.values("at")[:1]),
    )
    found = []
    for pk, engagement, *values in rows.values_list("pk", "engagement", "earlier", "earlier_at", "later", "later_at"):
        earlier_value, earlier_at, later_value, later_at = values
        before, since = (earlier_value, earlier_at) if earlier_at else (later_value, later_at)
        if since is not None and engagement is not None:
            found.append(Growth(pk, before, engagement, since))
    return sorted(found, key=lambda one: (-one.gained, one.document_id))
