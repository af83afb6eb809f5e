"""Ask the assistant: one row per request, which a worker answers (assistant/runs.py).

In: a project, a person, what is asked. Out: the row, whose progress and answer the page shows. A person who asks for
what is being asked already gets that row. Raises `NotAllowed` where the assistant is off, `TooManyRequests` above
a limit.
"""

from collections.abc import Collection, Mapping
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import Project, User
from assistant.endpoint import is_configured
from assistant.models import AssistantRequest, AssistantRules

Kind, State = AssistantRequest.Kind, AssistantRequest.State

HOUR = timedelta(hours=1)
# A request costs a minute of a local model, or money.
MAX_PER_PERSON, MAX_PER_PROJECT = 20, 60  # per hour
MAX_OPEN_PER_PERSON = 3


class NotAllowed(Exception):
    """The server has no assistant, or the project doesn't allow it."""


class TooManyRequests(Exception):
    """A limit is reached. `limit` is the number of requests, `is_hourly` false for those in progress."""

    def __init__(self, limit: int, *, is_hourly: bool = True) -> None:
        super().__init__(limit)
        self.limit, self.is_hourly = limit, is_hourly


def ask(
    project: Project, user: User, kind: str, key: str, about: Mapping[str, object], language: str
) -> AssistantRequest:
    """Store a request and wake a worker, or return the open one that is about the same."""
    from assistant.tasks import run_requests
    from monitoring.tasks import send

    with transaction.atomic():
        # The locks close the races of counting: of a project's requests, and of a person's in several projects.
        rules = AssistantRules.objects.select_for_update(no_key=True).filter(project=project).first()
        if not is_configured() or rules is None or not rules.is_allowed:
            raise NotAllowed
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        same = AssistantRequest.objects.filter(
            project=project, kind=kind, about_key=key, state__in=AssistantRequest.OPEN
        )
        if found := same.first():
            return found
        _check_limits(project, user)
        request = AssistantRequest.objects.create(
            project=project, user=user, kind=kind, about_key=key, about=dict(about), language=language
        )
        transaction.on_commit(lambda: send(run_requests))
    return request


def request_of(project: Project, request_id: int) -> AssistantRequest | None:
    """Return a request of a project with its person."""
    return AssistantRequest.objects.select_related("user").filter(project=project, pk=request_id).first()


def latest(project: Project, kind: str, key: str) -> AssistantRequest | None:
    """Return the newest request about something, with its person."""
    rows = AssistantRequest.objects.filter(project=project, kind=kind, about_key=key)
    return rows.select_related("user").order_by("-pk").first()


def latest_of(project: Project, kind: str, keys: Collection[str]) -> list[AssistantRequest]:
    """Return the newest request in each state about each of some things, with their people."""
    rows = AssistantRequest.objects.filter(project=project, kind=kind, about_key__in=keys).select_related("user")
    return list(rows.order_by("about_key", "state", "-pk").distinct("about_key", "state"))


def _check_limits(project: Project, user: User) -> None:
    own = AssistantRequest.objects.filter(user=user)
    if own.filter(state__in=AssistantRequest.OPEN).count() >= MAX_OPEN_PER_PERSON:
        raise TooManyRequests(MAX_OPEN_PER_PERSON, is_hourly=False)
    since = timezone.now() - HOUR
    if own.filter(created_at__gt=since).count() >= MAX_PER_PERSON:
        raise TooManyRequests(MAX_PER_PERSON)
    if AssistantRequest.objects.filter(project=project, created_at__gt=since).count() >= MAX_PER_PROJECT:
        raise TooManyRequests(MAX_PER_PROJECT)
