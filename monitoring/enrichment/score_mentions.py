"""Analyze the sentiment of mentions: new ones within seconds, and a project's history again after its model changed.

New mentions are analyzed twice: by the small model, thousands per second, and some seconds later by both models.
Called by Celery on the enrich queue, in batches that are one short transaction each and may be killed at any point:
the work to do is read from the mentions themselves. A label that a person corrected is never changed.
"""

import logging
import time
from collections.abc import Sequence

from django.db import connection, transaction
from django.db.models import Max, QuerySet
from django.utils import timezone

from accounts.models import Project
from monitoring import sentiment
from monitoring.embedding.mixed_model import MixedModel
from monitoring.enrichment.analyzer import (
    Analysis,
    Analyzer,
    analyzers_of,
    first_analyzer,
    model,
    model_version_of,
    passages_of,
    versions_of,
    with_texts,
)
from monitoring.enrichment.encoding import encode_passages
from monitoring.models import AuthorCheck, Mention, SentimentState

log = logging.getLogger(__name__)

BATCH = 300  # about 0.2 s, the longest that triage of one of these rows waits
# Of the encoder and of transformers (sentiment/onnx_model.py), which analyze tens of texts per second.
TRANSFORMER_BATCH = 16
# One worker also runs backfills and sends what is due: each task gets its turn after a few seconds.
ANALYZE_S, RESCORE_S = 2, 3


def analyze_mentions(budget_s: float = ANALYZE_S) -> None:
    """Analyze pending mentions for about `budget_s` seconds: new ones before backlog, the newest first."""
    deadline = time.monotonic() + budget_s
    first = first_analyzer()
    size = BATCH if first else _batch()
    for is_backlog in (False, True):
        pending = Mention.objects.filter(sentiment="", is_backlog=is_backlog)
        while _analyze_batch(pending, size, first) and time.monotonic() < deadline:
            pass


def encode_mentions(budget_s: float = ANALYZE_S, *, is_backlog: bool = False) -> bool:
    """Analyze mentions with both models that only the small one has analyzed, the newest first, for about `budget_s`
    seconds. Return whether there may be more."""
    if not first_analyzer():
        return False
    deadline = time.monotonic() + budget_s
    pending = Mention.objects.filter(analyzed_by=Mention.FIRST_PASS, is_backlog=is_backlog)
    while _analyze_batch(pending, TRANSFORMER_BATCH):
        if time.monotonic() >= deadline:
            return True
    return False


def _batch() -> int:
    return BATCH if isinstance(model(), sentiment.Model) else TRANSFORMER_BATCH


def _analyze_batch(pending: QuerySet[Mention], size: int, analyzer: Analyzer | None = None) -> bool:
    """Analyze one batch, with the analyzer of each project if none is given. Return whether there may be more."""
    with transaction.atomic():
        # Rows that another transaction has locked are left to it, or to the next tick.
        rows = with_texts(pending).select_for_update(skip_locked=True, of=("self",))
        mentions = list(rows.order_by("-id")[:size])
        _write(mentions, analyzer)
    return len(mentions) == size


def rescore_mentions(budget_s: float = RESCORE_S) -> bool:
    """Analyze the history of every project again whose model or layer changed, for about `budget_s` seconds.

    Return whether there is more.
    """
    deadline, is_done = time.monotonic() + budget_s, True
    for state in _states():
        is_more = state.rescored_to is not None
        while is_more and time.monotonic() < deadline:
            is_more = _rescore_batch(state)
        is_done &= not is_more
    return not is_done


def _states() -> list[SentimentState]:
    """Return the states of all projects, restarted where the version changed since the history was analyzed."""
    versions = versions_of(list(Project.objects.filter(deleted_at=None).values_list("pk", flat=True)))
    known = set(SentimentState.objects.values_list("project_id", flat=True))
    new = [SentimentState(project_id=pk, analyzed_by=version) for pk, version in versions.items() if pk not in known]
    SentimentState.objects.bulk_create(new, ignore_conflicts=True)
    states = list(SentimentState.objects.filter(project_id__in=versions).order_by("project_id"))
    for state in states:
        if state.analyzed_by != versions[state.project_id]:
            _restart(state, versions[state.project_id])
    return states


def _restart(state: SentimentState, version: str) -> None:
    """Start again from the newest mention of the project; mentions stored from now on get the new version."""
    newest = Mention.objects.filter(keyword__project_id=state.project_id).aggregate(newest=Max("id"))["newest"]
    begin = None if newest is None else newest + 1
    changes: dict[str, object] = {"analyzed_by": version, "rescored_from": begin, "rescored_to": begin}
    if model_version_of(state.analyzed_by) != model_version_of(version):
        changes["refit_at"] = timezone.now()  # a layer fits its own model only
    # Compare-and-set: another worker may have restarted it at the same time.
    if SentimentState.objects.filter(pk=state.pk, analyzed_by=state.analyzed_by).update(**changes):
        log.info("event=rescoring project=%s version=%s", state.project_id, version)
    state.refresh_from_db()


def _rescore_batch(state: SentimentState) -> bool:
    """Analyze one batch of a history. Return whether there is more.

    Corrected mentions keep their label and get new probabilities.
    """
    with transaction.atomic():
        below = Mention.objects.filter(keyword__project_id=state.project_id, id__lt=state.rescored_to).order_by("-id")
        ids = list(below.values_list("id", flat=True)[: _batch()])
        outdated = Mention.objects.filter(pk__in=ids, document__deleted_at=None)
        outdated = outdated.exclude(analyzed_by=state.analyzed_by)
        # Locked in the order in which triage and corrections lock them. A batch of new mentions that was started
        # under the old version is waited for, since skipping its rows would leave them with that version.
        _write(list(with_texts(outdated).select_for_update(of=("self",)).order_by("id")))
        # The state is locked after the mentions, as corrections do. If another worker analyzed these mentions too, or
        # restarted with a newer version, its progress stays.
        unchanged = SentimentState.objects.filter(
            pk=state.pk, analyzed_by=state.analyzed_by, rescored_to=state.rescored_to
        )
        unchanged.update(rescored_to=ids[-1] if len(ids) == _batch() else None)
    state.refresh_from_db()
    return state.rescored_to is not None


def _write(mentions: Sequence[Mention], analyzer: Analyzer | None = None) -> None:
    if not mentions:
        return
    texts = passages_of(mentions)
    projects = {mention.keyword.project_id for mention in mentions}
    analyzers = dict.fromkeys(projects, analyzer) if analyzer else analyzers_of(projects)
    current = model()
    encoded, missing = None, set[int]()
    if analyzer is None and isinstance(current, MixedModel):
        encoded, missing = encode_passages(current.encoder, [mention.document for mention in mentions], texts)
    rows: list[tuple[int, str, float, float, str]] = []
    for project_id, of_project in analyzers.items():
        numbers = [number for number, one in enumerate(mentions) if one.keyword.project_id == project_id]
        analyzes = of_project.analyze(
            [texts[n] for n in numbers],
            [mentions[n].document.language for n in numbers],
            encoded and encoded.part(numbers),
        )
        rows += [_row(mentions[n], one, of_project.version, missing) for n, one in zip(numbers, analyzes, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE monitoring_mention m SET sentiment = row.label, negative = row.negative, positive = row.positive,"
            " analyzed_by = row.analyzed_by"
            " FROM unnest(%s::bigint[], %s::text[], %s::float8[], %s::float8[], %s::text[])"
            " AS row (id, label, negative, positive, analyzed_by) WHERE m.id = row.id",
            [list(column) for column in zip(*sorted(rows), strict=True)],
        )
    AuthorCheck.objects.add_documents(mention.document_id for mention in mentions)


def _row(mention: Mention, analysis: Analysis, version: str, missing: set[int]) -> tuple[int, str, float, float, str]:
    """Return the new columns of a mention. It is analyzed again if the vector of its document could not be stored."""
    if mention.analyzed_by == Mention.BY_PERSON:
        return mention.pk, mention.sentiment, analysis.negative, analysis.positive, Mention.BY_PERSON
    analyzed_by = Mention.FIRST_PASS if mention.document_id in missing else version
    return mention.pk, analysis.label, analysis.negative, analysis.positive, analyzed_by
