"""What Celery runs of the road up to a stored mention. Each task looks nothing up that its function does not."""

import logging

from celery import Task, shared_task
from django.core.cache import cache
from kombu.exceptions import OperationalError
from redis import RedisError

from monitoring.enrichment import fit_layers, model_status, score_mentions
from monitoring.ingest import backfill, retention, search_index
from monitoring.polling import poller

log = logging.getLogger(__name__)

EXPIRES_S = 60


def send(task: Task, **options: object) -> None:
    """Have a task run soon. Where Redis does not answer, the next tick of beat finds the same work in Postgres."""
    try:
        task.apply_async(retry=False, expires=EXPIRES_S, **options)
    except OperationalError:
        log.warning("event=redis_unreachable task=%s", task.name)


def go_on(task: Task, is_more: bool, goes_on: bool) -> None:
    """Have a task that has not finished run again. It is sent by itself once at a time: each tick of beat would else
    begin a chain of its own, and the many of one task would keep the others waiting.
    """
    key = f"goes-on:{task.name}"
    try:
        if not is_more:
            cache.delete(key)
        elif goes_on or cache.add(key, 1, EXPIRES_S):
            cache.set(key, 1, EXPIRES_S)
            send(task, kwargs={"goes_on": True})
    except RedisError:
        log.warning("event=redis_unreachable task=%s", task.name)


@shared_task
def poll_due() -> None:
    poller.poll_due(on_more=lambda: send(poll_due))


@shared_task
def backfill_keywords(goes_on: bool = False) -> None:
    go_on(backfill_keywords, backfill.backfill_all(), goes_on)


@shared_task
def make_documents_searchable() -> None:
    search_index.make_documents_searchable()


@shared_task
def analyze_mentions() -> None:
    if model_status.is_ready():
        score_mentions.analyze_mentions()


@shared_task
def rescore_mentions(goes_on: bool = False) -> None:
    go_on(rescore_mentions, model_status.is_ready() and score_mentions.rescore_mentions(), goes_on)


@shared_task
def refit_layers() -> None:
    if model_status.is_ready():
        fit_layers.refit_layers()


@shared_task
def drop_expired_documents() -> None:
    retention.drop_expired_documents()
