"""Fit a project's layer to its corrections, and use it only where it is more accurate on texts it was not fitted to.

Called by Celery half a minute after a correction (`refit_layers`) and by the sentiment settings page (`use_layer`,
`set_learning`). After a change of layer score_mentions.py analyzes the project's history again.
"""

import logging
import time
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts.activity_log import record
from accounts.models import Project, User
from monitoring.embedding.mixed_model import MixedModel
from monitoring.enrichment.analyzer import (
    model,
    model_version_of,
    passages_of,
    probabilities_of,
    vectors_of,
    with_texts,
)
from monitoring.enrichment.encoding import encode_passages
from monitoring.models import Correction, Document, Mention, SentimentLayer, SentimentState
from monitoring.sentiment.project_layer import Fitted, Lesson, Words, fit_layer, is_enough

log = logging.getLogger(__name__)

REFIT_S = 3  # a new model makes every project due, and the worker that fits layers also sends alerts
# The newest: about 5 s to fit, and up to 25 s if the encoder has read none of the texts yet.
MAX_CORRECTIONS = 2000
# Texts that people triaged without correcting them, per correction and at most.
UNCORRECTED, MAX_UNCORRECTED = 3, 2000
MAX_LAYERS = 30  # per project: up to a megabyte each, and a busy team makes several per day


def refit_layers(now: datetime | None = None, budget_s: float = REFIT_S) -> None:
    """Fit the layers that are due, the longest due first, for about `budget_s` seconds; the next tick continues.

    A fit that is killed is still due; of two concurrent fits of a project, one is stored.
    """
    now, deadline = now or timezone.now(), time.monotonic() + budget_s
    for state in SentimentState.objects.filter(refit_at__lte=now, learns=True).order_by("refit_at"):
        corrections = _corrected(state.project_id)
        fitted = None
        if is_enough([one.label for one in corrections]):
            fitted = fit_layer(_lesson(corrections, _uncorrected(state.project_id, UNCORRECTED * len(corrections))))
        _store(state, fitted, len(corrections))
        if time.monotonic() >= deadline:
            return


@dataclass(frozen=True)
class _Labeled:
    """A text with its label; `document` is None where it doesn't exist anymore."""

    text: str
    language: str
    label: str
    document: Document | None


def _lesson(corrections: list[_Labeled], undisputed: list[_Labeled]) -> Lesson:
    """Return the texts with what the model makes of them; the encoder only reads those it has not read yet."""
    labeled, current = [*corrections, *undisputed], model()
    texts, languages = [one.text for one in labeled], [one.language for one in labeled]
    encoded = None
    if isinstance(current, MixedModel):
        encoded, _ = encode_passages(current.encoder, [one.document for one in labeled], texts)
    return Lesson(
        texts,
        [one.label for one in labeled],
        len(corrections),
        probabilities_of(current, texts, languages, encoded),
        Words.of(current.features(texts)),
        vectors_of(encoded, len(texts)),
    )


def _corrected(project_id: int) -> list[_Labeled]:
    """Return the newest corrections."""
    with_text = Correction.objects.filter(project_id=project_id).exclude(text="").order_by("-id")[:MAX_CORRECTIONS]
    documents = Document.objects.defer("html", "search").in_bulk([one.document_id for one in with_text])
    return [_Labeled(one.text, one.language, one.label, documents.get(one.document_id)) for one in with_text]


def _uncorrected(project_id: int, number: int) -> list[_Labeled]:
    """Return the newest mentions that were triaged without a correction, at most MAX_UNCORRECTED."""
    labels = [label for label in Mention.Sentiment.values if label != Mention.Sentiment.UNCERTAIN]
    triaged = Mention.objects.filter(keyword__project_id=project_id, sentiment__in=labels)
    triaged = triaged.filter(document__deleted_at=None).exclude(analyzed_by=Mention.BY_PERSON)
    triaged = triaged.exclude(status=Mention.Status.TO_REVIEW).order_by("-id")
    mentions = list(with_texts(triaged)[: min(number, MAX_UNCORRECTED)])
    texts = passages_of(mentions)
    return [
        _Labeled(text, one.document.language, one.sentiment, one.document)
        for text, one in zip(texts, mentions, strict=True)
    ]


def _store(state: SentimentState, fitted: Fitted | None, corrections: int) -> None:
    with transaction.atomic():
        # Compare-and-set: another worker stored its fit first, or newer corrections made a later one due.
        due = SentimentState.objects.filter(pk=state.pk, refit_at=state.refit_at, learns=True)
        if not due.update(refit_at=None, layer=None):
            return
        if fitted is None:
            return
        last = SentimentLayer.objects.filter(project_id=state.project_id).aggregate(last=Max("number"))["last"] or 0
        layer = SentimentLayer.objects.create(
            project_id=state.project_id,
            number=last + 1,
            model=model().version,
            weights=fitted.layer.to_bytes(),
            corrections=corrections,
            accuracy_before=fitted.before,
            accuracy_after=fitted.after,
            is_better=fitted.is_better,
        )
        if fitted.is_better:
            SentimentState.objects.filter(pk=state.pk).update(layer=layer)
        SentimentLayer.objects.filter(project_id=state.project_id, number__lte=layer.number - MAX_LAYERS).delete()
    log.info(
        "event=layer_fitted project=%s number=%s corrections=%s before=%.3f after=%.3f used=%s",
        *(state.project_id, layer.number, corrections, fitted.before, fitted.after, fitted.is_better),
    )


def use_layer(project: Project, user: User, number: int) -> None:
    """Use a former layer, or none (0), until the next correction.

    Raises SentimentLayer.DoesNotExist for a layer that is not better or was fitted to another model than the current.
    """
    layer = None
    if number:
        # Called by a page, which never loads the model: its version comes from the state.
        states = SentimentState.objects.filter(project=project)
        version = model_version_of(states.values_list("analyzed_by", flat=True).first() or "")
        layers = SentimentLayer.objects.defer("weights").filter(project=project, model=version)
        layer = layers.get(number=number, is_better=True)
    with transaction.atomic():
        SentimentState.objects.update_or_create(project=project, defaults={"layer": layer, "refit_at": None})
        record(project, user, "sentiment.layer", project, number=number)


def set_learning(project: Project, user: User, learns: bool) -> None:
    """Turn the layer off, or turn it on and fit it to all corrections."""
    with transaction.atomic():
        refit_at = timezone.now() if learns else None
        SentimentState.objects.update_or_create(project=project, defaults={"learns": learns, "refit_at": refit_at})
        record(project, user, "sentiment.learning", project, learns=learns)
