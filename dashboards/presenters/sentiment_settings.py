"""The sentiment settings page: progress of the analysis, trained versions, corrections and decisions, ready to show.

In: rows of monitoring/enrichment/learning_stats.py. Out: frozen values and parts of the context for
templates/project_settings/sentiment.html. Called by dashboards/views/sentiment_settings.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import ActivityEntry, Project
from dashboards.presenters.sentiment_badges import SentimentBadge
from monitoring.content.excerpts import excerpt, plain
from monitoring.content.values import read_id
from monitoring.enrichment import learning_stats
from monitoring.enrichment.learning_stats import ModelState, RescoringProgress
from monitoring.enrichment.model_status import ModelStatus
from monitoring.models import Correction, SentimentLayer

EXCERPT_CHARS = 160


@dataclass(frozen=True)
class TrainedVersion:
    """A trained version with its accuracy in whole percent, without (`before`) and with it (`after`).

    `status` is one of "used", "former", "not_better" and "other_model".
    """

    layer: SentimentLayer
    before: int
    after: int
    status: str


@dataclass(frozen=True)
class ShownCorrection:
    """A correction with an excerpt of its text; `was` is None if the mention was not analyzed yet."""

    correction: Correction
    text: str
    was: SentimentBadge | None
    became: SentimentBadge


def analysis_state(
    project: Project, state: ModelState, status: ModelStatus | None, parameters: Mapping[str, str], now: datetime
) -> dict[str, object]:
    """Return the context of _sentiment_state.html.

    `parameters` are those of the page's own refresh, which sends the counted mentions back.
    """
    progress, percent = None, None
    if state.rescored_to is not None and state.rescored_from is not None:
        progress = _progress(project, state.rescored_from, parameters)
        percent = progress.percent(state.rescored_to)
    is_broken = bool(status and status.error)
    return {
        "project": project,
        "state": state,
        "status": status,
        "is_broken": is_broken,
        "progress": progress,
        "percent": percent,
        "seconds": max(round((state.refit_at - now).total_seconds()), 0) if state.refit_at else None,
        "is_changing": state.is_changing and not is_broken,
    }


def _progress(project: Project, begin: int, parameters: Mapping[str, str]) -> RescoringProgress:
    sent_begin, first, number = (read_id(parameters.get(name, "")) for name in ("begin", "first", "number"))
    if sent_begin == begin and first is not None and number is not None:
        return RescoringProgress(begin, first, number)
    return learning_stats.rescoring_progress(project, begin)


def trained_version(layer: SentimentLayer, state: ModelState) -> TrainedVersion:
    """Return a trained version with its status."""
    if state.layer and state.layer.pk == layer.pk:
        status = "used"
    elif not layer.is_better:
        status = "not_better"
    else:
        status = "former" if layer.model == state.model else "other_model"
    return TrainedVersion(layer, round(100 * layer.accuracy_before), round(100 * layer.accuracy_after), status)


def shown_correction(correction: Correction) -> ShownCorrection:
    """Return a correction with its text cut to EXCERPT_CHARS."""
    text = plain(excerpt(correction.text, (), EXCERPT_CHARS))
    was = SentimentBadge(correction.shown) if correction.shown else None
    return ShownCorrection(correction, text, was, SentimentBadge(correction.label))


def decision_words(entry: ActivityEntry) -> str:
    """Return what a person decided about the trained versions, without the subject."""
    if entry.action == "sentiment.learning":
        return _("turned learning on") if entry.detail["learns"] else _("turned learning off")
    if number := entry.detail["number"]:
        return _("restored version %(number)s") % {"number": number}
    return _("switched back to the base model")
