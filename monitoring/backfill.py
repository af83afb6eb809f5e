"""Matches a new or changed topic against the kept documents, newest first, in batches that can stop anywhere.

`Topic.backfilled_to` is the progress: every document with that id or a higher one has been judged by the topic's
present version. What it finds is backlog, never announced as new. Mentions that no longer match go, except those
on which somebody has worked.
"""

import logging
import time

from django.db import connection, transaction
from django.db.models import Max

from monitoring.discoveries import share_discoveries
from monitoring.ingest import insert_mentions
from monitoring.matching import Watched
from monitoring.models import Document, Mention, Topic
from monitoring.query import Doc, QueryError, compile_query
from monitoring.searchable import make_searchable

log = logging.getLogger(__name__)

BATCH = 1000  # about 50 ms of matching: short transactions, and a first answer while the person waits


def start_backfill(topic: Topic) -> None:
    """Set the topic to be matched against every kept document of its project. The caller saves it."""
    newest = Document.objects.filter(project_id=topic.project_id).aggregate(newest=Max("id"))["newest"]
    topic.backfilled_to = None if newest is None else newest + 1


def backfill_some(topic: Topic) -> None:
    """Judge the next batch. Does nothing where there is none left, or where the topic changed in the meantime."""
    with transaction.atomic():
        share_discoveries([topic.project_id])
        if topic.backfilled_to is None:
            return
        documents = list(
            Document.objects.filter(project_id=topic.project_id, id__lt=topic.backfilled_to)
            .order_by("-id")
            .values_list("id", "title", "text", "url", "author", "language", "platform")[:BATCH]
        )
        moved_to = documents[-1][0] if len(documents) == BATCH else None
        here = Topic.objects.filter(
            pk=topic.pk, version=topic.version, backfilled_to=topic.backfilled_to, is_paused=False
        )
        if not here.update(backfilled_to=moved_to):
            return
        _judge(topic, documents)
    topic.backfilled_to = moved_to


def _judge(topic: Topic, documents: list[tuple]) -> None:
    watched = Watched(topic.pk, topic.version, topic.query, frozenset(topic.languages), frozenset(topic.platforms))
    query = compile_query(topic.query)
    matching = [
        (document_id, title, text)
        for document_id, title, text, url, author, language, platform in documents
        if watched.wants(language, platform)
        and query.match(Doc(title, text, url=url, author=author, language=language, platform=platform))
    ]
    with connection.cursor() as cursor:
        make_searchable(cursor, matching)
        insert_mentions(cursor, [(topic.pk, document_id, True) for document_id, _, _ in matching])
    others = {row[0] for row in documents} - {row[0] for row in matching}
    Mention.objects.filter(topic=topic, document_id__in=others, status=Mention.Status.TO_REVIEW).delete()


def backfill_all(budget_s: float = 20) -> None:
    """Go on with what is unfinished, for about `budget_s` seconds: the worker that does this also sends alerts, and
    the next tick goes on where the last batch ended.
    """
    deadline = time.monotonic() + budget_s
    for topic in Topic.objects.filter(backfilled_to__isnull=False, is_paused=False).order_by("id"):
        before = None
        while topic.backfilled_to != before and time.monotonic() < deadline:
            before = topic.backfilled_to
            try:
                backfill_some(topic)
            except QueryError:
                log.exception("event=query_unreadable topic=%s", topic.pk)
