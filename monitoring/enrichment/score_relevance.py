"""Score the documents that await review by the relevance version that their project uses.

In: the versions in use. Out: `RelevanceScore`s, each with the most similar examples. Called by Celery every 15 s.

The progress is a time per project. A search begins before it, as a mention can become visible after one that was found
later, and its vector later still. Once an hour a search covers the whole history, for documents without a score after
an edit, or whose decision was undone.
"""

import logging
import time
from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet

from monitoring.enrichment.relevance_lesson import read_documents
from monitoring.models import (
    DocumentVector,
    Keyword,
    Mention,
    RelevanceScore,
    RelevanceState,
    RelevanceVersion,
)
from monitoring.models.relevance import HEAVY
from monitoring.models.vectors import HAS_SAME_TEXT
from monitoring.relevance.features import Features
from monitoring.relevance.model import RelevanceModel
from monitoring.relevance.nearest import nearest

log = logging.getLogger(__name__)

SCORE_S = 3
BATCH = 500
HISTORY = timedelta(days=30)  # of what awaits review when a version is new
OVERLAP = timedelta(hours=1)  # between a mention's time and the end of its transaction, or until it has a vector
HOUR_S = 3600

# As vectors are stored: a text that was edited since it was read, or deleted, gets no score.
_STORE = f"""
WITH new AS (
    SELECT * FROM unnest(%s::bigint[], %s::bytea[], %s::real[], %s::boolean[], %s::bigint[], %s::bigint[])
        AS new (id, hash, score, is_noise, like_noise, like_kept)
), current AS (
    SELECT d.id, d.project_id, new.score, new.is_noise, new.like_noise, new.like_kept
    FROM new JOIN monitoring_document d ON d.id = new.id
    WHERE {HAS_SAME_TEXT}
    ORDER BY d.id FOR SHARE OF d SKIP LOCKED
)
INSERT INTO monitoring_relevancescore (document_id, project_id, version_id, score, is_noise, like_noise, like_kept)
SELECT id, project_id, %s, score, is_noise, like_noise, like_kept FROM current ORDER BY id
ON CONFLICT (document_id) DO UPDATE SET version_id = excluded.version_id, score = excluded.score,
    is_noise = excluded.is_noise, like_noise = excluded.like_noise, like_kept = excluded.like_kept
"""


def score_waiting(now: datetime, budget_s: float = SCORE_S) -> bool:
    """Score what awaits review in each project, for about `budget_s` seconds. Return whether there is more."""
    deadline = time.monotonic() + budget_s
    states = RelevanceState.objects.filter(learns=True, version__isnull=False, project__deleted_at=None)
    states = states.select_related("version").defer(*(f"version__{name}" for name in HEAVY))
    for state in states.order_by("scored_until", "pk"):
        assert state.version
        scorer, stored = None, 1
        while stored and (ids := list(_waiting(state, now)[:BATCH])):
            scorer = scorer or _Scorer(state.version)
            stored = scorer.score(ids)
            if time.monotonic() >= deadline:
                return True
        if stored:  # otherwise other transactions have locked what is left, and the next run finds it
            _finish(state, now)
    return False


def _finish(state: RelevanceState, now: datetime) -> None:
    """Store the progress, unless another version is in use meanwhile, and delete scores by other versions.

    Their documents have a newer one, or don't await review anymore.
    """
    same = RelevanceState.objects.filter(pk=state.pk, version=state.version, scored_until=state.scored_until)
    if same.update(scored_until=now) and _covers_history(state, now):
        RelevanceScore.objects.filter(project_id=state.project_id).exclude(version=state.version).delete()


def _covers_history(state: RelevanceState, now: datetime) -> bool:
    """Return whether to search all of HISTORY: for a new version, and in the first run of each hour."""
    until = state.scored_until
    return until is None or until.timestamp() // HOUR_S != now.timestamp() // HOUR_S


def _waiting(state: RelevanceState, now: datetime) -> QuerySet[Mention, int]:
    """Return the documents without a score by the version, newest mention first."""
    assert state.version
    since = now - HISTORY
    if state.scored_until and not _covers_history(state, now):
        since = state.scored_until - OVERLAP
    keywords = list(Keyword.objects.filter(project_id=state.project_id).values_list("pk", flat=True))
    rows = Mention.objects.filter(keyword_id__in=keywords, found_at__gte=since, status=Mention.Status.TO_REVIEW)
    scored = RelevanceScore.objects.filter(document_id=OuterRef("document_id"), version_id=state.version.pk)
    rows = rows.filter(~Exists(scored), document__deleted_at=None)
    if state.version.encoder:
        vector = DocumentVector.objects.filter(document_id=OuterRef("document_id"), version=state.version.encoder)
        rows = rows.filter(Exists(vector))
    return rows.order_by("-found_at", "-pk").values_list("document_id", flat=True)


class _Scorer:
    """A version with its examples, which are only read if there is something to score."""

    def __init__(self, version: RelevanceVersion) -> None:
        self.version = version
        self.model = RelevanceModel.from_bytes(bytes(version.weights))
        self.noise = read_documents(version.noise_ids, version.encoder)
        self.kept = read_documents(version.kept_ids, version.encoder)

    def score(self, ids: Sequence[int]) -> int:
        """Store the scores of these documents. Return their number."""
        read = read_documents(list(dict.fromkeys(ids)), self.version.encoder)
        if not read.ids or not self.noise.ids or not self.kept.ids:  # all examples of one kind were deleted
            return 0
        scores = self.model.scores(read.features)
        columns = [
            read.ids,
            read.hashes,
            scores.tolist(),
            (scores >= self.version.threshold).tolist(),
            _nearest_ids(read.features, self.noise.features, self.noise.ids),
            _nearest_ids(read.features, self.kept.features, self.kept.ids),
        ]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_STORE, [*columns, self.version.pk])
            return int(cursor.rowcount)


def _nearest_ids(items: Features, examples: Features, ids: list[int]) -> list[int]:
    numbers, _similarities = nearest(items, examples)
    return [ids[number] for number in np.asarray(numbers).tolist()]
