"""Celery tasks of the pipeline up to an analyzed mention: each calls one function and has no logic of its own."""

import logging
from typing import Any

from celery import Task, shared_task
from django.core.cache import cache
from django.utils import timezone
from kombu.exceptions import OperationalError
from redis import RedisError

from monitoring.enrichment import fit_layers, fit_relevance, model_status, score_mentions, score_relevance
from monitoring.ingest import (
    author_refresh,
    authors,
    backfill,
    erasure,
    expiry,
    mutes,
    retention,
    search_index,
    stories,
    themes,
    vector_index,
)
from monitoring.polling import poller, rechecks, renewals

log = logging.getLogger(__name__)

EXPIRES_S = 60


def send(task: Task, **options: Any) -> None:
    """Queue a task. If Redis doesn't respond, the next beat tick finds the same work in Postgres."""
    try:
        task.apply_async(retry=False, expires=EXPIRES_S, **options)
    except OperationalError:
        log.warning("event=redis_unreachable task=%s", task.name)


def continue_later(task: Task, is_more: bool, is_continuation: bool) -> None:
    """Queue a task again if it has more work.

    A task has one such chain at a time: otherwise each beat tick would start its own, and delay all other tasks.
    """
    key = f"continued:{task.name}"
    try:
        if not is_more:
            cache.delete(key)
        elif is_continuation or cache.add(key, 1, EXPIRES_S):
            cache.set(key, 1, EXPIRES_S)
            send(task, kwargs={"is_continuation": True})
    except RedisError:
        log.warning("event=redis_unreachable task=%s", task.name)


@shared_task
def poll_due() -> None:
    poller.poll_due(on_more=lambda: send(poll_due))


@shared_task
def renew_credentials() -> None:
    renewals.renew_ending(timezone.now())


@shared_task
def backfill_keywords(is_continuation: bool = False) -> None:
    continue_later(backfill_keywords, backfill.backfill_all(), is_continuation)


@shared_task
def walk_mutes(is_continuation: bool = False) -> None:
    continue_later(walk_mutes, mutes.walk_mutes(), is_continuation)


@shared_task
def fill_authors(is_continuation: bool = False) -> None:
    continue_later(fill_authors, authors.fill_authors(), is_continuation)


@shared_task
def refresh_authors(is_continuation: bool = False) -> None:
    continue_later(refresh_authors, author_refresh.refresh_authors(), is_continuation)


@shared_task
def walk_authors(is_continuation: bool = False) -> None:
    continue_later(walk_authors, author_refresh.walk_authors(), is_continuation)


@shared_task
def erase_items(is_continuation: bool = False) -> None:
    continue_later(erase_items, erasure.erase_items(timezone.now()), is_continuation)


@shared_task
def recheck_items() -> None:
    rechecks.recheck_items()


@shared_task
def index_documents() -> None:
    search_index.index_documents()


@shared_task
def group_documents(is_continuation: bool = False) -> None:
    continue_later(group_documents, stories.group_documents(), is_continuation)


@shared_task
def group_themes(is_continuation: bool = False) -> None:
    continue_later(group_themes, themes.group_due(), is_continuation)


@shared_task
def prepare_vector_search() -> None:
    vector_index.prepare_search()


@shared_task
def analyze_mentions() -> None:
    if model_status.is_ready():
        score_mentions.analyze_mentions()


@shared_task
def encode_mentions() -> None:
    if model_status.is_ready():
        score_mentions.encode_mentions()


@shared_task
def encode_backlog(is_continuation: bool = False) -> None:
    is_more = model_status.is_ready() and score_mentions.encode_mentions(score_mentions.RESCORE_S, is_backlog=True)
    continue_later(encode_backlog, is_more, is_continuation)


@shared_task
def rescore_mentions(is_continuation: bool = False) -> None:
    continue_later(rescore_mentions, model_status.is_ready() and score_mentions.rescore_mentions(), is_continuation)


@shared_task
def refit_layers() -> None:
    if model_status.is_ready():
        fit_layers.refit_layers()


@shared_task
def refit_relevance(is_continuation: bool = False) -> None:
    continue_later(refit_relevance, fit_relevance.refit_relevance(timezone.now()), is_continuation)


@shared_task
def score_relevance_of_waiting(is_continuation: bool = False) -> None:
    is_more = score_relevance.score_waiting(timezone.now())
    continue_later(score_relevance_of_waiting, is_more, is_continuation)


@shared_task
def blank_expired_documents() -> None:
    expiry.blank_expired(timezone.now())


@shared_task
def delete_expired_documents() -> None:
    retention.delete_expired_documents()
    retention.delete_old_periods()
    retention.delete_old_raw_items()
    stories.delete_old_signatures(timezone.now())
    author_refresh.delete_unused_authors()
    themes.delete_old_themes(timezone.now())
