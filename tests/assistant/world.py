"""Requests to the assistant for the tests: asked by a person, answered by the worker."""

from datetime import timedelta

from django.utils import timezone

from assistant import runs
from assistant.models import AssistantRequest
from assistant.subjects import subject_of_filter
from assistant.summaries import request_summary
from monitoring.insights.filters import MentionFilter
from tests.factories import make_keyword, make_mentions


def ago(**parts):
    return timezone.now() - timedelta(**parts)


def make_period(project, texts, **fields):
    """Mentions of a brand in the last days, one per text, the newest first."""
    keyword = make_keyword(project, "Lumen", type="brand")
    rows = [
        {"title": "", "text": text, "published": ago(hours=number + 1), "author": "Karim B.", **fields}
        for number, text in enumerate(texts)
    ]
    return make_mentions(keyword, rows)


def last_week(project):
    now = timezone.now()
    return MentionFilter(project_id=project.pk, since=now - timedelta(days=7), until=now)


def ask_for_summary(project, person, f=None):
    return request_summary(
        project,
        person,
        subject_of_filter(f or MentionFilter.from_query(project, {"period": "7d"}, timezone.now(), person.zone)),
    )


def answered(request):
    """Let the worker answer, and return the request."""
    runs.run_pending()
    request.refresh_from_db()
    return request


def summarized(project, person):
    return answered(ask_for_summary(project, person))


def only_request():
    return AssistantRequest.objects.get()
