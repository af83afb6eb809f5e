"""Report what a project's corrections have trained: their number, the versions, the progress of re-analysis.

In: a project. Out: frozen numbers, without loading the model. Called by the sentiment settings page.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min

from accounts.models import ActivityEntry, Project, User
from monitoring.enrichment.analyzer import model_version_of, version_with
from monitoring.models import Correction, Mention, SentimentLayer, SentimentState

NEWEST_CORRECTIONS, NEWEST_LAYERS, NEWEST_DECISIONS = 10, 12, 5
DECISIONS = ("sentiment.layer", "sentiment.learning")


@dataclass(frozen=True)
class CorrectionStats:
    """Numbers of corrections; in `by_person`, None is for people whose account was deleted."""

    total: int
    by_label: dict[str, int]
    by_person: list[tuple[User | None, int]]
    newest: list[Correction]


@dataclass(frozen=True)
class ModelState:
    """The model version in use ("" before the first analysis) and the layer used with it, None without one.

    `is_behind`: the history has another version, and no worker has started to analyze it again. Times are UTC.
    """

    model: str
    layer: SentimentLayer | None
    learns: bool
    refit_at: datetime | None
    is_behind: bool
    rescored_from: int | None
    rescored_to: int | None

    @property
    def is_changing(self) -> bool:
        """Whether a fit or a re-analysis is due or running."""
        return self.is_behind or self.refit_at is not None or self.rescored_to is not None


@dataclass(frozen=True)
class RescoringProgress:
    """The re-analysis of a history: `number` mentions with ids from `begin` down to `first`."""

    begin: int
    first: int
    number: int

    def percent(self, reached: int) -> int:
        """Return the progress at mention id `reached`, estimated from ids; at most 99 until it is finished."""
        return min(max(100 * (self.begin - reached) // max(self.begin - self.first, 1), 0), 99)


def correction_stats(project: Project) -> CorrectionStats:
    """Return the numbers of a project's corrections, and the newest ones."""
    corrections = Correction.objects.filter(project=project)
    by_label = dict(corrections.values_list("label").annotate(rows=Count("*")).order_by())
    by_user = list(corrections.values_list("user_id").annotate(rows=Count("*")).order_by("-rows", "user_id"))
    people = User.objects.in_bulk([user_id for user_id, _ in by_user if user_id])
    return CorrectionStats(
        sum(by_label.values()),
        {label: by_label.get(label, 0) for label in ("positive", "neutral", "negative")},
        [(people.get(user_id), rows) for user_id, rows in by_user],
        list(corrections.select_related("user").order_by("-created_at")[:NEWEST_CORRECTIONS]),
    )


def layers(project: Project) -> list[SentimentLayer]:
    """Return the newest layers, newest first, without their weights."""
    return list(project.sentiment_layers.defer("weights").order_by("-number")[:NEWEST_LAYERS])


def decisions(project: Project) -> Sequence[ActivityEntry]:
    """Return the newest activity entries about layers and learning."""
    return list(
        project.activity.filter(action__in=DECISIONS).select_related("user").order_by("-at")[:NEWEST_DECISIONS]
    )


def model_state(project: Project) -> ModelState:
    """Return the model and layer in use."""
    rows = SentimentState.objects.filter(project=project).select_related("layer").defer("layer__weights")
    state = rows.first() or SentimentState(project=project)
    model = model_version_of(state.analyzed_by)
    layer = state.layer if state.learns and state.layer and state.layer.model == model else None
    return ModelState(
        model=model,
        layer=layer,
        learns=state.learns,
        refit_at=state.refit_at if state.learns else None,
        is_behind=bool(model) and state.analyzed_by != version_with(model, layer.number if layer else None),
        rescored_from=state.rescored_from,
        rescored_to=state.rescored_to,
    )


def rescoring_progress(project: Project, begin: int) -> RescoringProgress:
    """Count the mentions below id `begin`. This takes long for a big project: callers that poll keep the result."""
    below = Mention.objects.filter(keyword__project=project, id__lt=begin).aggregate(first=Min("id"), rows=Count("*"))
    return RescoringProgress(begin, below["first"] or begin, below["rows"])
