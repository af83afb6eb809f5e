"""Fits a project's layer to its corrections, and puts it in use only where it does better on what it has not seen.

Called by Celery half a minute after a correction (`refit_layers`) and by the settings page (`use_layer`,
`set_learning`). A change of layer makes enrich.py judge the project's history anew.
"""

import logging
import time
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts.activity_log import record
from accounts.models import Project, User
from monitoring.enrichment.judge import model, model_of, passages_of, with_texts
from monitoring.models import Correction, Mention, SentimentLayer, SentimentState
from monitoring.sentiment.project_layer import Fitted, fit_layer

log = logging.getLogger(__name__)

REFIT_S = 3  # a new model makes all projects due at once, and the worker that fits them sends alerts, too
MAX_CORRECTIONS = 5000  # the newest: about 10 s to fit
# Texts that people had before them and left as they were, for each correction.
UNDISPUTED, MAX_UNDISPUTED = 3, 3000
KEPT_LAYERS = 30  # up to a megabyte each, and a busy team makes several a day


def refit_layers(now: datetime | None = None, budget_s: float = REFIT_S) -> None:
    """Fit what is due, the longest due first, for about `budget_s` seconds: the next tick goes on. Killed in between,
    it is still due; done twice at once, one of both counts.
    """
    now, deadline = now or timezone.now(), time.monotonic() + budget_s
    for state in SentimentState.objects.filter(refit_at__lte=now, learns=True).order_by("refit_at"):
        corrections = list(Correction.objects.filter(project_id=state.project_id).order_by("-id")[:MAX_CORRECTIONS])
        fitted = fit_layer(
            model(),
            [one.text for one in corrections],
            [one.language for one in corrections],
            [one.label for one in corrections],
            _undisputed(state.project_id, min(UNDISPUTED * len(corrections), MAX_UNDISPUTED)),
        )
        _keep(state, fitted, len(corrections))
        if time.monotonic() >= deadline:
            return


def _undisputed(project_id: int, number: int) -> list[tuple[str, str, str]]:
    """Texts with languages and labels of mentions on which somebody decided without correcting them."""
    labels = [label for label in Mention.Sentiment.values if label != Mention.Sentiment.UNCERTAIN]
    seen = Mention.objects.filter(keyword__project_id=project_id, sentiment__in=labels)
    seen = seen.exclude(judged_by=Mention.BY_PERSON).exclude(status=Mention.Status.TO_REVIEW).order_by("-id")
    mentions = list(with_texts(seen)[:number])
    texts = passages_of(mentions)
    return [(text, one.document.language, one.sentiment) for text, one in zip(texts, mentions, strict=True)]


def _keep(state: SentimentState, fitted: Fitted | None, corrections: int) -> None:
    with transaction.atomic():
        # Whoever changed the row first has fitted these corrections, or there are newer ones to come.
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
        SentimentLayer.objects.filter(project_id=state.project_id, number__lte=layer.number - KEPT_LAYERS).delete()
    log.info(
        "event=layer_fitted project=%s number=%s corrections=%s before=%.3f after=%.3f used=%s",
        *(state.project_id, layer.number, corrections, fitted.before, fitted.after, fitted.is_better),
    )


def use_layer(project: Project, user: User, number: int) -> None:
    """Judge by a former layer, or by none (0), until the next correction. Raises SentimentLayer.DoesNotExist for one
    that did not help, or that was learned on top of another model than the one that judges now.
    """
    layer = None
    if number:
        # Pages call this, and never load the model.
        states = SentimentState.objects.filter(project=project)
        judged_by = states.values_list("judged_by", flat=True).first() or ""
        mine = SentimentLayer.objects.defer("weights").filter(project=project, model=model_of(judged_by))
        layer = mine.get(number=number, is_better=True)
    with transaction.atomic():
        SentimentState.objects.update_or_create(project=project, defaults={"layer": layer, "refit_at": None})
        record(project, user, "sentiment.layer", project, number=number)


def set_learning(project: Project, user: User, learns: bool) -> None:
    """Turn the layer off, or on again and have it fitted to all that was corrected meanwhile."""
    with transaction.atomic():
        refit_at = timezone.now() if learns else None
        SentimentState.objects.update_or_create(project=project, defaults={"learns": learns, "refit_at": refit_at})
        record(project, user, "sentiment.learning", project, learns=learns)
