"""What Celery runs of the road up to a stored mention. Each task looks nothing up that its function does not."""

import logging

from celery import Task, shared_task
from kombu.exceptions import OperationalError

from monitoring import backfill, enrich, learning, poll, retention, searchable

log = logging.getLogger(__name__)


def send(task: Task, **options: object) -> None:
    """Have a task run soon. Where Redis does not answer, the next tick of beat finds the same work in Postgres."""
    try:
        task.apply_async(retry=False, expires=60, **options)
    except OperationalError:
        log.warning("event=redis_unreachable task=%s", task.name)


@shared_task
def poll_due() -> None:
    poll.poll_due(on_more=lambda: send(poll_due))


@shared_task
def backfill_topics() -> None:
    if backfill.backfill_all():
        send(backfill_topics)


@shared_task
def make_documents_searchable() -> None:
    searchable.make_documents_searchable()


@shared_task
def judge_mentions() -> None:
    enrich.judge_mentions()


@shared_task
def rescore_mentions() -> None:
    enrich.rescore_mentions()


@shared_task
def refit_layers() -> None:
    learning.refit_layers()


@shared_task
def drop_expired_documents() -> None:
    retention.drop_expired_documents()
