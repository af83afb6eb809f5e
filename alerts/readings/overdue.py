"""Items whose reply is overdue now; the time window does not matter."""

from collections import Counter

from django.db.models import Count, F, Q

from alerts.readings.base import Counts, Request
from alerts.scope import EPOCH
from monitoring.models import Mention

NEEDS_REPLY = Mention.Status.NEEDS_REPLY


def overdue(request: Request) -> Counts:
    """Count the items that need a reply and are past their due time, snoozed ones left out."""
    scope = request.filter(EPOCH).replace(by="published", statuses=(NEEDS_REPLY,))
    waiting = scope.conditions().filter(
        Q(document__triage__snoozed_until=None) | Q(document__triage__snoozed_until__lte=request.now),
        keyword_id__in=request.keywords,
        document__triage__due_at__lt=request.now,
        document__triage__first_replied_at=None,
    )
    rows = waiting.annotate(group=request.group).values("group").annotate(rows=Count(F("document_id"), distinct=True))
    return {(group, 0): Counter({1: number}) for group, number in rows.order_by().values_list("group", "rows")}
