"""Answer "is anything wrong?" for a project: its open incidents, unusual numbers without a rule, failing sources.

In: a project and the time now. Out: a frozen Status with the parts of one sentence, which the overview and the API
write.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import StrEnum

from django.db.models import Count, Min, Q

from accounts.models import Project
from alerts.incident_filters import filter_of_peak, settings_at_opening
from alerts.incident_list import open_incidents
from alerts.models import Incident
from alerts.watch import late_since
from monitoring.insights import signals
from monitoring.insights.breakdown import subject_of
from monitoring.insights.filters import MentionFilter
from monitoring.insights.gaps import failures_of
from monitoring.insights.signals import Day, Signal
from monitoring.insights.terms import Term, distinctive_terms
from monitoring.insights.urgency import Queue, queue
from monitoring.models import Keyword, Mention, Source
from monitoring.models.sources import IS_FAILING

ABOUT = 3  # distinctive terms in the sentence


class Tone(StrEnum):
    """ALARM: negative mentions. NOTICE: another open incident or unusual number. WARN: only failing sources or late
    alerts.
    """

    ALARM = "alarm"
    NOTICE = "notice"
    WARN = "warn"
    CALM = "calm"


@dataclass(frozen=True)
class Status:
    """`incident` is the most severe of the open ones, `about` the terms of its mentions or of the day's signal.

    `queue` is what needs a reply in the whole project; `history_start` is when the first source was added. Rules were
    last evaluated at `late_since`, None if that is recent.
    """

    tone: Tone
    incident: Incident | None
    incidents: int
    day: Day
    about: tuple[Term, ...]
    queue: Queue
    failing: int
    late_since: datetime | None
    history_start: datetime | None

    @property
    def signal(self) -> Signal | None:
        return self.day.signal


def status(project: Project, keywords: Sequence[Keyword], now: datetime, zone: tzinfo) -> Status:
    """Return the status of a project now; it does not depend on the filter of a page. `keywords` are all it has."""
    sources = Source.objects.filter(project=project).aggregate(
        first=Min("created_at"),
        polled=Count("pk", filter=~Q(state=Source.State.PAUSED)),
        failing=Count("pk", filter=IS_FAILING),
    )
    since = signals.first_window(now, zone)
    everything = MentionFilter(project_id=project.pk, since=since, until=now, zone=zone)
    everything.set_project_keywords(one.pk for one in keywords)
    brand = subject_of(everything, keywords).f
    day = signals.last_day(brand, now, sources["first"], failures_of(project, since, now), sources["polled"])
    incidents = open_incidents(project)
    incident = incidents[0] if incidents else None
    late = late_since(now)
    return Status(
        tone=_tone(incident, day.signal, is_hindered=bool(sources["failing"] or late)),
        incident=incident,
        incidents=len(incidents),
        day=day,
        about=_about(incident, day.signal, zone),
        queue=queue(everything.replace(since=datetime(1970, 1, 1, tzinfo=zone)), now),
        failing=sources["failing"],
        late_since=late,
        history_start=sources["first"],
    )


def is_about_negative(incident: Incident) -> bool:
    """Return whether the rule of an incident counts negative mentions only."""
    return settings_at_opening(incident).sentiment == Mention.Sentiment.NEGATIVE


def _tone(incident: Incident | None, signal: Signal | None, *, is_hindered: bool) -> Tone:
    if (incident and is_about_negative(incident)) or (signal and signal.is_negative):
        return Tone.ALARM
    if incident or signal:
        return Tone.NOTICE
    return Tone.WARN if is_hindered else Tone.CALM


def _about(incident: Incident | None, signal: Signal | None, zone: tzinfo) -> tuple[Term, ...]:
    """Return the distinctive terms of the incident or the signal, read only if there is one."""
    if incident:
        terms = distinctive_terms(filter_of_peak(incident, zone).replace(statuses=()))
    elif signal:
        terms = distinctive_terms(signal.f, signal.usual)
    else:
        return ()
    return terms.words[:ABOUT]
