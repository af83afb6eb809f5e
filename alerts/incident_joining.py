"""Simultaneous rules on the same items are one incident: which one a rule joins, and when the whole is over.

Each rule keeps its own row, with its count, its peak and its calm; the rows of further rules point to the first one
(`Incident.joined`). Called by alerts/incidents.py.
"""

from datetime import datetime, timedelta

from django.db.models import IntegerField, Q, Value

from alerts.conditions.episodes import CALM
from alerts.incident_filters import during, filter_of_peak, filters_of_peaks, is_falling
from alerts.models import Incident

# A rule joins if at least this share of its items, or stories, is among those of the open incident.
SHARED = 0.5
MAX_ITEMS = 5000  # newest items of the rule that are compared


def incident_to_join(incident: Incident, now: datetime) -> Incident | None:
    """Return the open incident of the project with most of the items that triggered a new one, if there is one.

    It is locked: it stays open until the transaction of the caller ends. What is missing shares nothing with others,
    so a rule on too few mentions never joins.
    """
    if is_falling(incident):
        return None
    found = Incident.objects.filter(rule__project=incident.rule.project_id, closed_at=None).exclude(pk=incident.pk)
    related = found.select_related("rule__keyword", "rule__project", "rule__view")
    candidates = [one for one in related if not is_falling(one)]
    items = _items(incident) if candidates else set()
    if not items:
        return None
    shared = _shared(candidates, items, now)
    lead_id, number = max(shared.items(), key=lambda pair: (pair[1], -pair[0]), default=(0, 0))
    if number < SHARED * len(items):
        return None
    return Incident.objects.select_for_update().filter(pk=lead_id, closed_at=None).first()


def lead_of(incident: Incident) -> Incident:
    """Return the incident that pages and messages are about."""
    return incident.joined or incident


def locked_lead(incident: Incident) -> Incident:
    """Lock the incident that pages and messages are about, before any of its rows, and return it as it is now."""
    return Incident.objects.select_for_update().get(pk=incident.joined_id or incident.pk)


def rows_of(lead: Incident) -> list[Incident]:
    """Return an incident with those that joined it, in the order in which they opened."""
    rows = Incident.objects.filter(Q(pk=lead.pk) | Q(joined=lead.pk)).select_related(
        "rule__keyword", "rule__project", "rule__view"
    )
    return list(rows.order_by("opened_at", "pk"))


def is_calm_without(rows: list[Incident], incident: Incident, now: datetime) -> bool:
    """Return whether all other open rows have been resolved for long enough."""
    others = [one for one in rows if one.closed_at is None and one.pk != incident.pk]
    return all(one.calm_since is not None and now - one.calm_since >= CALM for one in others)


def _items(incident: Incident) -> set[int]:
    f = filter_of_peak(incident)
    rows = f.mentions().annotate(item=f.replace(stories="fold").row_key).order_by("-found_at")
    return set(rows.values_list("item", flat=True)[:MAX_ITEMS])


def _shared(candidates: list[Incident], items: set[int], now: datetime) -> dict[int, int]:
    """Return by leading incident how many of the items its mentions have, in one query."""
    queries, peaks = [], filters_of_peaks(candidates)
    for one in candidates:
        f = during(peaks[one.pk], one, now + timedelta(seconds=1))
        rows = f.mentions().annotate(
            item=f.replace(stories="fold").row_key, lead=Value(one.joined_id or one.pk, IntegerField())
        )
        queries.append(rows.filter(item__in=items).order_by().values_list("lead", "item").distinct())
    pairs = queries[0].union(*queries[1:]) if len(queries) > 1 else queries[0]
    found: dict[int, set[int]] = {}
    for lead, item in pairs:
        found.setdefault(lead, set()).add(item)
    return {lead: len(shared) for lead, shared in found.items()}
