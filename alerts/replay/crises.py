"""The crises of the past, past incidents of the keywords and peaks, and which of them a rule would have missed.

In: a rule, its past and what it would have done. Out: frozen crises in the order of time. Peaks are those that the
overview's detection (monitoring/insights/peaks.py) finds in the mentions per day, by the time when they were found.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise

import numpy as np
from django.db.models import Q

from alerts.conditions.base import Settings
from alerts.incident_filters import FALLING
from alerts.models import Incident, Rule
from alerts.replay.read import Past
from alerts.replay.run import Firing
from alerts.replay.series import labels_of
from alerts.replay.timeline import micros
from monitoring.insights.breakdown import LABELS
from monitoring.insights.peaks import peaks

MAX_INCIDENTS = 200
NEGATIVE = 1 << LABELS.index("negative")


@dataclass(frozen=True, slots=True)
class Crisis:
    """A time in which an alert is right. `incident_id` is None for a peak, whose day had `count` mentions.

    `is_negative` says that only negative mentions are counted. `alerted_at` is when the rule would have been open
    first, None if it would have missed the crisis.
    """

    start: datetime
    end: datetime
    count: int
    incident_id: int | None = None
    is_negative: bool = False
    alerted_at: datetime | None = None

    def overlaps(self, start: datetime, end: datetime) -> bool:
        return start < self.end and self.start <= end


def crises_of(
    rule: Rule, settings: Settings, past: Past, firings: Sequence[Firing], days: Sequence[datetime], until: datetime
) -> tuple[Crisis, ...]:
    """Return the crises between the starts of `days` and `until`; none for a rule on what falls."""
    if settings.condition in FALLING:
        return ()
    found = list(_incidents(rule, past, days[0], until))
    for peak in _peaks(past, settings, [*days, until]):
        if not any(one.overlaps(peak.start, peak.end) for one in found):
            found.append(peak)
    return tuple(_with_alert(one, firings) for one in sorted(found, key=lambda one: one.start))


def is_about(firing: Firing, crises: Iterable[Crisis]) -> bool:
    """Return whether an incident that a rule would have opened falls in a crisis."""
    return any(one.overlaps(firing.opened_at, firing.closed_at or one.end) for one in crises)


def _incidents(rule: Rule, past: Past, since: datetime, until: datetime) -> Iterable[Crisis]:
    """Return the incidents of all rules on the keywords, without false alarms; those that overlap are one crisis."""
    about = Q(rule__keyword__in=past.scope.keywords) | Q(rule=rule.pk)
    rows = Incident.objects.filter(about, rule__project=rule.project_id, opened_at__gte=since, opened_at__lt=until)
    rows = rows.exclude(Q(settings__condition__in=FALLING) | Q(usefulness=Incident.Usefulness.FALSE_ALARM))
    merged: list[Crisis] = []
    for one in sorted(rows.order_by("-opened_at")[:MAX_INCIDENTS], key=lambda incident: incident.opened_at):
        end = min(one.closed_at or until, until)
        if merged and merged[-1].end >= one.opened_at:
            last = merged[-1]
            merged[-1] = replace(last, end=max(last.end, end), count=max(last.count, one.peak))
        else:
            merged.append(Crisis(one.opened_at, end, one.peak, one.joined_id or one.pk))
    return merged


def _peaks(past: Past, settings: Settings, edges: Sequence[datetime]) -> Iterable[Crisis]:
    """Return the peaks of negative mentions, then those of the mentions that the rule counts."""
    seen: set[int] = set()
    for labels in dict.fromkeys((NEGATIVE, labels_of(settings, settings))):
        rows = past.rows.labeled(labels)
        keys = rows.stories if settings.counts_stories else rows.documents
        cuts = np.searchsorted(rows.found, [micros(edge) for edge in edges])
        counts = [len(np.unique(keys[start:end])) for start, end in pairwise(cuts)]
        for place in peaks(counts):
            if place not in seen:
                seen.add(place)
                yield Crisis(edges[place], edges[place + 1], counts[place], is_negative=labels == NEGATIVE)


def _with_alert(crisis: Crisis, firings: Sequence[Firing]) -> Crisis:
    alerted = [one.opened_at for one in firings if crisis.overlaps(one.opened_at, one.closed_at or crisis.end)]
    return replace(crisis, alerted_at=min(alerted, default=None))
