"""The subjects of summaries: the mentions under a filter, or an incident.

In: a filter or an incident. Out: a `Subject` to ask about, and later, by the worker, its `Scope`: the same mentions as
a filter, with a title for the prompt. Another subject is one more class in SUBJECTS.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.http import QueryDict
from django.utils import timezone

from accounts.models import Project, User
from alerts.incident_filters import filter_of_incident
from alerts.incident_list import leads_of
from alerts.incident_messages import sentence_at_opening
from alerts.models import Incident
from assistant.models import AssistantRequest
from monitoring.insights.filters import MentionFilter
from monitoring.insights.periods import CUSTOM
from monitoring.models import Keyword

OWN = "me"  # the value of filters that each person reads differently


@dataclass(frozen=True, slots=True)
class Subject:
    """A subject to ask about: `key` is the same for the same subject, `about` what the worker needs."""

    key: str
    about: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Scope:
    """The mentions of a subject, and its title for the model."""

    f: MentionFilter
    title: str


class Kind(ABC):
    """A kind of subject, by its name in `AssistantRequest.about`."""

    name: str

    @abstractmethod
    def scope(self, request: AssistantRequest, now: datetime) -> Scope | None:
        """Return the scope of a request in the active language; None if its subject no longer exists."""


class Period(Kind):
    """The mentions under the filter of a page, over its period as it was when the person asked."""

    name = "period"

    def scope(self, request: AssistantRequest, now: datetime) -> Scope | None:
        zone = request.user.zone if request.user else timezone.get_default_timezone()
        params = QueryDict(request.about["query"])
        f = MentionFilter.from_query(request.project, params, request.created_at, zone, person_id=request.user_id)
        names = Keyword.objects.filter(pk__in=f.scope).order_by("pk").values_list("name", flat=True)
        return Scope(f, ", ".join(names))


class OfIncident(Kind):
    """The mentions of a whole incident."""

    name = "incident"

    def scope(self, request: AssistantRequest, now: datetime) -> Scope | None:
        incident = leads_of(request.project).filter(pk=request.about["incident_id"]).first()
        if incident is None:
            return None
        zone = request.user.zone if request.user else timezone.get_default_timezone()
        return Scope(filter_of_incident(incident, now, zone), sentence_at_opening(incident))


SUBJECTS: dict[str, Kind] = {kind.name: kind for kind in (Period(), OfIncident())}


def subject_of_filter(f: MentionFilter) -> Subject:
    """Return the mentions under a filter as a subject. A filter on what is one's own is a subject per person."""
    query = f.to_query()
    owner = f.person_id if any(OWN in values for _name, values in QueryDict(query).lists()) else ""
    zone = f.zone if f.period == CUSTOM else ""  # its bounds are written on the person's clock
    key = sha256(f"{query} {owner} {zone}".encode()).hexdigest()
    return Subject(f"p{key[:40]}", {"subject": Period.name, "query": query})


def subject_of_query(project: Project, query: str, user: User) -> Subject:
    """Return what a query string selects as a subject. What cannot be used of it is left out, as on the pages."""
    params = QueryDict(query)
    return subject_of_filter(MentionFilter.from_query(project, params, timezone.now(), user.zone, person_id=user.pk))


def subject_of_incident(incident: Incident) -> Subject:
    """Return an incident as a subject."""
    return Subject(f"incident:{incident.pk}", {"subject": OfIncident.name, "incident_id": incident.pk})


def summary_key(subject: Subject, language: str) -> str:
    """Return the key of the summaries of a subject in a language."""
    return f"{subject.key}:{language}"


def scope_of(request: AssistantRequest, now: datetime) -> Scope | None:
    """Return the mentions that a summary is about; None if its subject no longer exists."""
    return SUBJECTS[request.about["subject"]].scope(request, now)
