"""Judges the sentiment of what matched: new mentions within seconds, a project's history anew where its judge changed.

Called by Celery on the enrich queue, in batches that are one short transaction each and may be killed at any
instruction: what is to do is read from the mentions themselves. A label that a person gave is never touched.
"""

import logging
import time
from collections.abc import Sequence

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from accounts.models import Project
from monitoring.enrichment.judge import Judgement, judges_of, model_of, passages_of, versions_of, with_texts
from monitoring.models import Mention, SentimentState

log = logging.getLogger(__name__)

BATCH = 300  # about 0.2 s: nobody who triages one of these rows waits longer
TRANSFORMER_BATCH = 16  # what onnx.py judges at once: tens of texts a second
# One worker does this, looks back and sends what is due: each gets its turn after a few seconds.
JUDGE_S, RESCORE_S = 2, 3


def judge_mentions(budget_s: float = JUDGE_S) -> None:
    """Judge what is not judged yet for about `budget_s` seconds: what is new before what a look back has found, the
    newest first.
    """
    deadline = time.monotonic() + budget_s
    for is_backlog in (False, True):
        while _judge_batch(is_backlog) and time.monotonic() < deadline:
            pass


def _batch() -> int:
    return TRANSFORMER_BATCH if settings.SENTIMENT_BACKEND == "onnx" else BATCH


def _judge_batch(is_backlog: bool) -> bool:
    """True where there may be more."""
    with transaction.atomic():
        unjudged = Mention.objects.filter(sentiment="", is_backlog=is_backlog)
        # Rows that somebody else is at are left to them, or to the next tick.
        rows = with_texts(unjudged).select_for_update(skip_locked=True, of=("self",))
        mentions = list(rows.order_by("-id")[: _batch()])
        _write(mentions)
    return len(mentions) == _batch()


def rescore_mentions(budget_s: float = RESCORE_S) -> bool:
    """Judge the history of every project anew whose judge is not the one that judged it, for about `budget_s` s.
    True where the time ended it: there is more.
    """
    deadline, is_done = time.monotonic() + budget_s, True
    for state in _states():
        is_more = state.rescored_to is not None
        while is_more and time.monotonic() < deadline:
            is_more = _rescore_batch(state)
        is_done &= not is_more
    return not is_done


def _states() -> list[SentimentState]:
    """Those of all projects; where the judge is not the one that judged the history, at the beginning of it."""
    versions = versions_of(list(Project.objects.filter(deleted_at=None).values_list("pk", flat=True)))
    known = set(SentimentState.objects.values_list("project_id", flat=True))
    fresh = [SentimentState(project_id=pk, judged_by=version) for pk, version in versions.items() if pk not in known]
    SentimentState.objects.bulk_create(fresh, ignore_conflicts=True)
    states = list(SentimentState.objects.filter(project_id__in=versions).order_by("project_id"))
    for state in states:
        if state.judged_by != versions[state.project_id]:
            _start(state, versions[state.project_id])
    return states


def _start(state: SentimentState, version: str) -> None:
    """From the newest mention of the project down. What is stored from now on is judged by the new version."""
    newest = Mention.objects.filter(keyword__project_id=state.project_id).aggregate(newest=Max("id"))["newest"]
    begin = None if newest is None else newest + 1
    changes: dict[str, object] = {"judged_by": version, "rescored_from": begin, "rescored_to": begin}
    if model_of(state.judged_by) != model_of(version):
        changes["refit_at"] = timezone.now()  # a layer is worth something on top of its own model only
    if SentimentState.objects.filter(pk=state.pk, judged_by=state.judged_by).update(**changes):
        log.info("event=rescoring project=%s judged_by=%s", state.project_id, version)
    state.refresh_from_db()


def _rescore_batch(state: SentimentState) -> bool:
    """True where there is more. What a person corrected keeps its label, and learns what the judge makes of it now."""
    with transaction.atomic():
        below = Mention.objects.filter(keyword__project_id=state.project_id, id__lt=state.rescored_to).order_by("-id")
        ids = list(below.values_list("id", flat=True)[: _batch()])
        outdated = Mention.objects.filter(pk__in=ids).exclude(judged_by=state.judged_by)
        # Locked in the order in which people's changes lock them. Waiting for a batch of new mentions that was begun
        # under the old version, rather than skipping it, leaves none of them behind.
        _write(list(with_texts(outdated).select_for_update(of=("self",)).order_by("id")))
        # The state after the mentions, as corrections lock them. Where somebody else has judged these too, or another
        # judge has begun from the top, it stays where they have put it.
        same = SentimentState.objects.filter(pk=state.pk, judged_by=state.judged_by, rescored_to=state.rescored_to)
        same.update(rescored_to=ids[-1] if len(ids) == _batch() else None)
    state.refresh_from_db()
    return state.rescored_to is not None


def _write(mentions: Sequence[Mention]) -> None:
    if not mentions:
        return
    judges = judges_of({mention.keyword.project_id for mention in mentions})
    texts = passages_of(mentions)
    rows: list[tuple[int, str, float, float, str]] = []
    for project_id, judge in judges.items():
        numbers = [number for number, one in enumerate(mentions) if one.keyword.project_id == project_id]
        judged = judge.judge([texts[n] for n in numbers], [mentions[n].document.language for n in numbers])
        rows += [_row(mentions[n], one, judge.version) for n, one in zip(numbers, judged, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE monitoring_mention m SET sentiment = row.label, negative = row.negative, positive = row.positive,"
            " judged_by = row.judged_by"
            " FROM unnest(%s::bigint[], %s::text[], %s::float8[], %s::float8[], %s::text[])"
            " AS row (id, label, negative, positive, judged_by) WHERE m.id = row.id",
            [list(column) for column in zip(*sorted(rows), strict=True)],
        )


def _row(mention: Mention, judged: Judgement, version: str) -> tuple[int, str, float, float, str]:
    if mention.judged_by == Mention.BY_PERSON:
        return mention.pk, mention.sentiment, judged.negative, judged.positive, Mention.BY_PERSON
    return mention.pk, judged.label, judged.negative, judged.positive, version
