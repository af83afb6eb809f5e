"""What a team's corrections have taught, for its settings page: how many, how well, which layer, what is under way.

In: a project. Out: frozen numbers; the model itself is never loaded here. Called by the page of the settings.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min

from accounts.models import ActivityEntry, Project, User
from monitoring.enrichment.judge import model_of, version_with
from monitoring.models import Correction, Mention, SentimentLayer, SentimentState

NEWEST_CORRECTIONS, NEWEST_LAYERS, NEWEST_DECISIONS = 10, 12, 5
DECISIONS = ("sentiment.layer", "sentiment.learning")


@dataclass(frozen=True)
class Corrected:
    """`by_person`: None stands for people whose account is gone."""

    total: int
    by_label: dict[str, int]
    by_person: list[tuple[User | None, int]]
    newest: list[Correction]


@dataclass(frozen=True)
class Now:
    """`model` is the version that judges, "" where none has yet. `layer` is what is learned on top of it, None where
    it is used alone. `is_behind`: the history is not judged by both, and no worker has begun with it.
    """

    model: str
    layer: SentimentLayer | None
    learns: bool
    refit_at: datetime | None
    is_behind: bool
    rescored_from: int | None
    rescored_to: int | None

    @property
    def is_moving(self) -> bool:
        return self.is_behind or self.refit_at is not None or self.rescored_to is not None


@dataclass(frozen=True)
class Rescoring:
    """One walk through the history: mentions with ids from `begin` down to `first`, `number` of them."""

    begin: int
    first: int
    number: int

    def percent(self, reached: int) -> int:
        """By ids, which nobody has to count. What is unfinished is never shown as complete."""
        return min(max(100 * (self.begin - reached) // max(self.begin - self.first, 1), 0), 99)


def corrected(project: Project) -> Corrected:
    mine = Correction.objects.filter(project=project)
    by_label = dict(mine.values_list("label").annotate(rows=Count("*")).order_by())
    by_user = list(mine.values_list("user_id").annotate(rows=Count("*")).order_by("-rows", "user_id"))
    people = User.objects.in_bulk([user_id for user_id, _ in by_user if user_id])
    return Corrected(
        sum(by_label.values()),
        {label: by_label.get(label, 0) for label in ("positive", "neutral", "negative")},
        [(people.get(user_id), rows) for user_id, rows in by_user],
        list(mine.select_related("user").order_by("-created_at")[:NEWEST_CORRECTIONS]),
    )


def layers(project: Project) -> list[SentimentLayer]:
    """The newest first."""
    return list(project.sentiment_layers.defer("weights").order_by("-number")[:NEWEST_LAYERS])


def decisions(project: Project) -> Sequence[ActivityEntry]:
    """What people have decided about layers and learning."""
    return project.activity.filter(action__in=DECISIONS).select_related("user").order_by("-at")[:NEWEST_DECISIONS]


def now_of(project: Project) -> Now:
    rows = SentimentState.objects.filter(project=project).select_related("layer").defer("layer__weights")
    state = rows.first() or SentimentState(project=project)
    model = model_of(state.judged_by)
    layer = state.layer if state.learns and state.layer and state.layer.model == model else None
    return Now(
        model=model,
        layer=layer,
        learns=state.learns,
        refit_at=state.refit_at if state.learns else None,
        is_behind=bool(model) and state.judged_by != version_with(model, layer.number if layer else None),
        rescored_from=state.rescored_from,
        rescored_to=state.rescored_to,
    )


def rescoring(project: Project, begin: int) -> Rescoring:
    """Counts once what `begin` is the end of; whoever asks again and again keeps the answer."""
    below = Mention.objects.filter(keyword__project=project, id__lt=begin).aggregate(first=Min("id"), rows=Count("*"))
    return Rescoring(begin, below["first"] or begin, below["rows"])
