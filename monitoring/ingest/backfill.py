"""Match a new or changed keyword against the stored documents, newest first, in batches that can be interrupted.

`Keyword.backfilled_to` is the progress: the keyword's current version has been matched against every document with
that id or a higher one. New mentions are backlog, so nobody is notified; mentions that no longer match are deleted,
except those that somebody has triaged. services/keywords.py runs the first batch, a task the others.
"""

import logging
import time
from collections.abc import Iterable

from django.db import connection, transaction
from django.db.models import Max, Min

from monitoring.ingest.mentions import insert_mentions
from monitoring.ingest.project_lock import lock_edits_exclusive, lock_project_shared
from monitoring.ingest.rechecks import wake_unchecked
from monitoring.ingest.search_index import index_rows
from monitoring.matching.candidates import CandidateQuery, candidate_query
from monitoring.matching.keyword_index import TrackedKeyword
from monitoring.matching.scan import candidate_documents, read_docs
from monitoring.models import Document, Keyword, Mention
from monitoring.query import QueryError

log = logging.getLogger(__name__)

BATCH = 1000  # candidates: about 100 ms of matching, so transactions are short and first results quick
# Documents per index query: a rare word has few candidates among them, found in milliseconds.
WINDOW = 20_000
# A batch blocks exclusive locks on the project, and a person may be waiting for it. A query of hundreds of terms takes
# 10 ms per document.
BATCH_S = 0.5
BUDGET_S = 3  # the longest delay for new mentions and alerts, which the same worker handles


def start_backfill(keyword: Keyword) -> None:
    """Reset the keyword's progress to match it against every stored document. The caller saves the keyword."""
    newest = Document.objects.filter(project_id=keyword.project_id).aggregate(newest=Max("id"))["newest"]
    keyword.backfilled_to = None if newest is None else newest + 1


def backfill_batch(keyword: Keyword) -> bool:
    """Match the next batch. Return False if none is left or another worker has it.

    Locks the keyword's row until the batch is stored: a second worker skips it, and an edit, a pause or a deletion of
    the keyword happens before the batch or after it.
    """
    with transaction.atomic():
        lock_project_shared([keyword.project_id])
        lock_edits_exclusive(keyword.project_id)
        # FOR NO KEY UPDATE doesn't block workers that insert mentions of the keyword.
        rows = Keyword.objects.select_for_update(skip_locked=True, no_key=True)
        locked = rows.filter(pk=keyword.pk, backfilled_to__isnull=False, is_paused=False).first()
        if locked is None:
            return False
        query = candidate_query(TrackedKeyword.of(locked))
        candidates, reached = _next_candidates(locked, query)
        matching, reached = _matching(query, candidates, reached)
        _store(locked, reached, matching)
        Keyword.objects.filter(pk=locked.pk).update(backfilled_to=reached)
    keyword.backfilled_to = reached
    return True


def _next_candidates(keyword: Keyword, query: CandidateQuery) -> tuple[list[tuple[int, bool]], int | None]:
    """Return the next candidates as (id, whether the index alone is sure), and the progress after matching them."""
    ids = Document.objects.filter(project_id=keyword.project_id, id__lt=keyword.backfilled_to).order_by("-id")
    reached = ids.values_list("id", flat=True)[WINDOW - 1 : WINDOW].first()
    candidates = candidate_documents(keyword.project_id, query.candidates).order_by("-id")
    window = candidates.filter(id__gte=reached or 0, id__lt=keyword.backfilled_to)
    rows = list(window.values_list("id", "is_sure")[:BATCH])
    return rows, rows[-1][0] if len(rows) == BATCH else reached


def _matching(
    query: CandidateQuery, candidates: list[tuple[int, bool]], reached: int | None
) -> tuple[list[int], int | None]:
    """Return the ids of the candidates that match, and the progress: less than `reached` if BATCH_S ran out.

    Adds the matching documents to the search index if they aren't in it yet.
    """
    deadline = time.monotonic() + BATCH_S
    unsure = [document_id for document_id, is_sure in candidates if not is_sure]
    matching = []
    for stored in read_docs(unsure):
        if query.match(stored.doc):
            matching.append((stored.id, stored.doc.title, stored.doc.text))
        if time.monotonic() >= deadline:
            reached = stored.id
            break
    with connection.cursor() as cursor:
        index_rows(cursor, matching)
    sure = [document_id for document_id, is_sure in candidates if is_sure and document_id >= (reached or 0)]
    return sure + [document_id for document_id, _, _ in matching], reached


def _store(keyword: Keyword, reached: int | None, matching: list[int]) -> None:
    """Insert the mentions of the batch, and delete its earlier ones that no longer match and aren't triaged."""
    with connection.cursor() as cursor:
        insert_mentions(cursor, [(keyword.pk, document_id, True) for document_id in matching])
        wake_unchecked(cursor, matching)
    again = Mention.objects.filter(keyword=keyword, document_id__in=matching, unmatched_at__isnull=False)
    if ids := list(again.order_by("pk").select_for_update().values_list("pk", flat=True)):
        Mention.objects.filter(pk__in=ids).update(unmatched_at=None)
    untriaged = Mention.objects.filter(
        keyword=keyword,
        document_id__gte=reached or 0,
        document_id__lt=keyword.backfilled_to,
        status=Mention.Status.TO_REVIEW,
        # Nobody can tell whether a deleted item would match.
        document__deleted_at=None,
    )
    # Locked before the deletion, in the order of triage: a mention that somebody triages meanwhile is kept.
    outdated = untriaged.exclude(document_id__in=matching).order_by("pk").select_for_update()
    Mention.objects.filter(pk__in=list(outdated.values_list("pk", flat=True))).delete()


def backfill_all(budget_s: float = BUDGET_S) -> bool:
    """Continue all unfinished backfills for about `budget_s` seconds, one batch per keyword in turn.

    Return True if the time ran out before they were finished.
    """
    deadline = time.monotonic() + budget_s
    unreadable: set[int] = set()
    while True:
        has_progressed = False
        unfinished = Keyword.objects.filter(backfilled_to__isnull=False, is_paused=False)
        for keyword in unfinished.exclude(pk__in=unreadable).order_by("-id"):
            if time.monotonic() >= deadline:
                return True
            try:
                has_progressed |= backfill_batch(keyword)
            except QueryError:
                log.exception("event=query_unreadable keyword=%s", keyword.pk)
                unreadable.add(keyword.pk)
        if not has_progressed:
            return False


def backfill_progress(project_id: int, keywords: Iterable[Keyword]) -> dict[int, int]:
    """Return the progress of each unfinished backfill in percent, by keyword id.

    Estimated from document ids, which takes two index lookups: counting documents would take longer than the batches.
    """
    unfinished = [keyword for keyword in keywords if keyword.backfilled_to is not None]
    if not unfinished:
        return {}
    bounds = Document.objects.filter(project_id=project_id).aggregate(first=Min("id"), last=Max("id"))
    if bounds["last"] is None:
        return {keyword.pk: 99 for keyword in unfinished}
    total = bounds["last"] + 1 - bounds["first"]
    # An unfinished backfill never shows 100%.
    return {
        keyword.pk: min(max(100 * (bounds["last"] + 1 - keyword.backfilled_to) // total, 0), 99)
        for keyword in unfinished
    }
