"""Matches a new or changed keyword against the kept documents, newest first, in batches that can stop anywhere.

`Keyword.backfilled_to` is the progress: every document with that id or a higher one has been judged by the keyword's
present version. What it finds is backlog, never announced as new. Mentions that no longer match go, except those
on which somebody has worked. Called by keywords.py for the first batch and by the task for the rest.
"""

import logging
import time
from collections.abc import Iterable

from django.db import connection, transaction
from django.db.models import Max, Min

from monitoring.ingest.mentions import insert_mentions
from monitoring.ingest.project_lock import lock_project_shared
from monitoring.ingest.search_index import make_searchable
from monitoring.matching.candidates import CandidateQuery, candidate_query
from monitoring.matching.keyword_index import TrackedKeyword
from monitoring.matching.scan import candidate_documents, read_docs
from monitoring.models import Document, Keyword, Mention
from monitoring.query import QueryError

log = logging.getLogger(__name__)

BATCH = 1000  # candidates, about 100 ms of matching: short transactions, and a first answer while the person waits
# Documents of which the index is asked for the candidates at once: of a rare word there are few, in milliseconds.
REACH = 20_000
# A batch holds up who stores mentions or waits for a page; hundreds of clauses take 10 ms a document.
BATCH_S = 0.5
BUDGET_S = 3  # new mentions and alerts wait no longer


def start_backfill(keyword: Keyword) -> None:
    """Set the keyword to be matched against every kept document of its project. The caller saves it."""
    newest = Document.objects.filter(project_id=keyword.project_id).aggregate(newest=Max("id"))["newest"]
    keyword.backfilled_to = None if newest is None else newest + 1


def backfill_some(keyword: Keyword) -> bool:
    """Judge the next batch. False where there is none left, or somebody else is at it.

    The row of the keyword is held until the batch is stored: of two workers one goes on and the other leaves it, and
    a change of the keyword, its pause or its deletion comes before or after.
    """
    with transaction.atomic():
        lock_project_shared([keyword.project_id])
        # FOR NO KEY UPDATE: pollers that store mentions of the keyword meanwhile are not kept waiting.
        rows = Keyword.objects.select_for_update(skip_locked=True, no_key=True)
        mine = rows.filter(pk=keyword.pk, backfilled_to__isnull=False, is_paused=False).first()
        if mine is None:
            return False
        asked = candidate_query(TrackedKeyword.of(mine))
        candidates, reached = _next(mine, asked)
        matching, reached = _judged(asked, candidates, reached)
        _store(mine, reached, matching)
        Keyword.objects.filter(pk=mine.pk).update(backfilled_to=reached)
    keyword.backfilled_to = reached
    return True


def _next(keyword: Keyword, asked: CandidateQuery) -> tuple[list[tuple[int, bool]], int | None]:
    """The next candidates as (id, whether the index alone has decided), and the progress once they are judged."""
    ids = Document.objects.filter(project_id=keyword.project_id, id__lt=keyword.backfilled_to).order_by("-id")
    reached = ids.values_list("id", flat=True)[REACH - 1 : REACH].first()
    candidates = candidate_documents(keyword.project_id, asked.candidates).order_by("-id")
    window = candidates.filter(id__gte=reached or 0, id__lt=keyword.backfilled_to)
    found = list(window.values_list("id", "is_sure")[:BATCH])
    return found, found[-1][0] if len(found) == BATCH else reached


def _judged(
    asked: CandidateQuery, candidates: list[tuple[int, bool]], reached: int | None
) -> tuple[list[int], int | None]:
    """The ids of those that match, made searchable where they were not; and the progress, less where time was up."""
    latest = time.monotonic() + BATCH_S
    unsure = [document_id for document_id, is_sure in candidates if not is_sure]
    found = []
    for stored in read_docs(unsure):
        if asked.match(stored.doc):
            found.append((stored.id, stored.doc.title, stored.doc.text))
        if time.monotonic() >= latest:
            reached = stored.id
            break
    with connection.cursor() as cursor:
        make_searchable(cursor, found)
    sure = [document_id for document_id, is_sure in candidates if is_sure and document_id >= (reached or 0)]
    return sure + [document_id for document_id, _, _ in found], reached


def _store(keyword: Keyword, reached: int | None, matching: list[int]) -> None:
    with connection.cursor() as cursor:
        insert_mentions(cursor, [(keyword.pk, document_id, True) for document_id in matching])
    here = Mention.objects.filter(
        keyword=keyword,
        document_id__gte=reached or 0,
        document_id__lt=keyword.backfilled_to,
        status=Mention.Status.TO_REVIEW,
    )
    # Locked, in the order of triage, before they go: what somebody decides meanwhile is no longer to review.
    gone = here.exclude(document_id__in=matching).order_by("pk").select_for_update()
    Mention.objects.filter(pk__in=list(gone.values_list("pk", flat=True))).delete()


def backfill_all(budget_s: float = BUDGET_S) -> bool:
    """Go on with what is unfinished, a batch of each keyword in turn, for about `budget_s` seconds: the worker that
    does this has other work too. True where the time ended it: there is more.
    """
    deadline = time.monotonic() + budget_s
    unreadable: set[int] = set()
    while True:
        moved = False
        unfinished = Keyword.objects.filter(backfilled_to__isnull=False, is_paused=False)
        for keyword in unfinished.exclude(pk__in=unreadable).order_by("-id"):
            if time.monotonic() >= deadline:
                return True
            try:
                moved |= backfill_some(keyword)
            except QueryError:
                log.exception("event=query_unreadable keyword=%s", keyword.pk)
                unreadable.add(keyword.pk)
        if not moved:
            return False


def progress(project_id: int, keywords: Iterable[Keyword]) -> dict[int, int]:
    """How much of the kept documents each unfinished keyword has been matched against, in percent.

    By ids, which two looks at an index tell; counting the documents would take longer than the batches.
    """
    unfinished = [keyword for keyword in keywords if keyword.backfilled_to is not None]
    if not unfinished:
        return {}
    ends = Document.objects.filter(project_id=project_id).aggregate(first=Min("id"), last=Max("id"))
    if ends["last"] is None:
        return {keyword.pk: 99 for keyword in unfinished}
    whole = ends["last"] + 1 - ends["first"]
    # What is unfinished is never shown as complete.
    return {
        keyword.pk: min(max(100 * (ends["last"] + 1 - keyword.backfilled_to) // whole, 0), 99)
        for keyword in unfinished
    }
