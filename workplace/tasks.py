"""Celery tasks of workplace. Each may be lost or run twice: the next run continues from the state in Postgres."""

from celery import shared_task
from django.utils import timezone

from monitoring.tasks import continue_later
from workplace import (
    bulk_changes,
    due,
    escalation,
    outgoing,
    own_accounts,
    post_engagement,
    post_reminders,
    publishing,
)
from workplace.curation import newsletter, schedule
from workplace.goals import read as goals

RECOMPUTE_S = 20
READ_GOALS_S = 20
COUNT_FOLLOWERS_S = 60


@shared_task
def recompute_due_times() -> None:
    due.recompute_changed(RECOMPUTE_S)


@shared_task
def escalate_overdue_items() -> None:
    escalation.escalate_all(timezone.now())


@shared_task
def send_replies() -> None:
    outgoing.send_due()


@shared_task
def publish_posts() -> None:
    publishing.begin_due(timezone.now())
    publishing.send_due()


@shared_task
def read_post_engagement() -> None:
    post_engagement.read_due(timezone.now())


@shared_task
def count_followers() -> None:
    own_accounts.read_due(timezone.now(), COUNT_FOLLOWERS_S)


@shared_task
def read_goals() -> None:
    goals.read_due(timezone.now(), READ_GOALS_S)


@shared_task
def remind_of_posts() -> None:
    post_reminders.remind(timezone.now())


@shared_task
def continue_bulk_changes(is_continuation: bool = False) -> None:
    continue_later(continue_bulk_changes, bulk_changes.continue_all(), is_continuation)


@shared_task
def send_newsletters() -> None:
    schedule.publish_due(timezone.now())
    newsletter.send_requested(timezone.now())
