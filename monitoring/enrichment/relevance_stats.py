"""Report what a project's decisions have taught about noise: the version in use, the versions, who decided what.

In: a project. Out: rows without their weights. Called by the relevance settings page.
"""

from dataclasses import dataclass

from accounts.models import ActivityEntry, Project
from monitoring.enrichment.relevance_lesson import decisions_of
from monitoring.models import RelevanceState, RelevanceVersion
from monitoring.models.relevance import HEAVY

NEWEST_VERSIONS, NEWEST_ADMIN_CHANGES = 12, 5
ADMIN_CHANGES = ("relevance.version", "relevance.learning")


@dataclass(frozen=True)
class DecisionCount:
    """How many items a team ignored as noise, and kept, of the newest that a version is fitted to."""

    noise: int
    kept: int

    @property
    def total(self) -> int:
        return self.noise + self.kept


def decision_count(project: Project) -> DecisionCount:
    """Return the numbers of decisions, for projects without a version yet."""
    found = [one.is_noise for one in decisions_of(project)]
    return DecisionCount(sum(found), len(found) - sum(found))


def relevance_state(project: Project) -> RelevanceState:
    """Return the state with the version in use."""
    rows = RelevanceState.objects.filter(project=project).select_related("version")
    return rows.defer(*(f"version__{name}" for name in HEAVY)).first() or RelevanceState(project=project)


def versions(project: Project) -> list[RelevanceVersion]:
    """Return the newest versions, newest first."""
    return list(project.relevance_versions.defer(*HEAVY).order_by("-number")[:NEWEST_VERSIONS])


def admin_changes(project: Project) -> list[ActivityEntry]:
    """Return the newest activity entries about versions and learning."""
    rows = project.activity.filter(action__in=ADMIN_CHANGES).select_related("user")
    return list(rows.order_by("-at")[:NEWEST_ADMIN_CHANGES])
