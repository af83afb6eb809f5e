"""Answer "is anything wrong?" for a project: its open incidents, unusual numbers without a rule, failing sources.

In: a project and the time now. Out: a frozen Status with the parts of one sentence, which the overview and the API
write.
"""

from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import StrEnum

from accounts.models import Project
from alerts.incident_messages import filter_of_peak, settings_at_opening
from alerts.incidents import incidents_of
from alerts.models import Incident
from monitoring.insights import signals
from monitoring.insights.breakdown import subject_of
from monitoring.insights.filters import MentionFilter
from monitoring.insights.gaps import failures_of
from monitoring.insights.signals import Day, Signal
from monitoring.insights.terms import Term, distinctive_terms
from monitoring.insights.urgency import Queue, queue
from monitoring.models import Keyword, Mention, Source

ABOUT = 3  # distinctive terms in the sentence


class Tone(StrEnum):
    """ALARM: negative mentions. NOTICE: another open incident or unusual number. WARN: failing sources only."""

    ALARM = "alarm"
    NOTICE = "notice"
    WARN = "warn"
    CALM = "calm"


@dataclass(frozen=True)
class Status:
    """`incident` is the gravest of the open ones, `about` the terms of its mentions or of the day's signal.

    `queue` is what needs a reply in the whole project; `history_start` is when the first source was added.
    """

    tone: Tone
    incident: Incident | None
    incidents: int
    day: Day
    about: tuple[Term, ...]
    queue: Queue
    failing: int
    history_start: datetime | None

    @property
    def signal(self) -> Signal | None:
        return self.day.signal


def status(project: Project, now: datetime, zone: tzinfo) -> Status:
    """Return the status of a project now; it does not depend on the filter of a page."""
    sources = Source.objects.filter(project=project)
    created = sorted(sources.values_list("created_at", "state"))
    history_start = created[0][0] if created else None
    polled = sum(state != Source.State.PAUSED for _, state in created)
    keywords = list(Keyword.objects.filter(project=project).order_by("id"))
    since = signals.first_window(now, zone)
    everything = MentionFilter(project_id=project.pk, since=since, until=now, zone=zone)
    brand = subject_of(everything, keywords).f
    day = signals.last_day(brand, now, history_start, failures_of(project, since, now), polled)
    incidents = incidents_of(project, is_open=True)
    incident = min(incidents, key=_gravity, default=None)
    failing = sources.failing().count()
    return Status(
        tone=_tone(incident, day.signal, failing),
        incident=incident,
        incidents=len(incidents),
        day=day,
        about=_about(incident, day.signal, zone),
        queue=queue(everything.replace(since=datetime(1970, 1, 1, tzinfo=zone)), now),
        failing=failing,
        history_start=history_start,
    )


def is_about_negative(incident: Incident) -> bool:
    """Return whether the rule of an incident counts negative mentions only."""
    return settings_at_opening(incident).sentiment == Mention.Sentiment.NEGATIVE


def _gravity(incident: Incident) -> tuple[bool, bool, float, datetime]:
    """Return the sort key: negative ones, then those that nobody acknowledged, then the steepest, then the oldest."""
    rise = incident.peak / max(incident.baseline, 1)
    return not is_about_negative(incident), incident.acknowledged_at is not None, -rise, incident.opened_at


def _tone(incident: Incident | None, signal: Signal | None, failing: int) -> Tone:
    if (incident and is_about_negative(incident)) or (signal and signal.is_negative):
        return Tone.ALARM
    if incident or signal:
        return Tone.NOTICE
    return Tone.WARN if failing else Tone.CALM


def _about(incident: Incident | None, signal: Signal | None, zone: tzinfo) -> tuple[Term, ...]:
    """Return the distinctive terms of the incident or the signal, read only if there is one."""
    if incident:
        terms = distinctive_terms(filter_of_peak(incident, zone).replace(statuses=()))
    elif signal:
        terms = distinctive_terms(signal.f, signal.usual)
    else:
        return ()
    return terms.words[:ABOUT]
