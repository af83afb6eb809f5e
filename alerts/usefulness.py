"""How many of the rated incidents of each rule were useful. Called by the pages and the API of rules."""

from dataclasses import dataclass

from django.db.models import Case, Count, F, Q, When

from accounts.models import Project
from alerts.models import Incident


@dataclass(frozen=True)
class Precision:
    """`useful` of `rated` incidents; those that nobody rated say nothing."""

    useful: int
    rated: int


def precision_by_rule(project: Project) -> dict[int, Precision]:
    """Return the precision of rules with a rated incident, by id. An incident of several rules counts for each."""
    said = Case(When(joined=None, then=F("usefulness")), default=F("joined__usefulness"))
    rows = Incident.objects.filter(rule__project=project).annotate(said=said).exclude(said="")
    useful = Count("pk", filter=Q(said=Incident.Usefulness.USEFUL))
    counted = rows.order_by().values("rule_id").annotate(useful=useful, rated=Count("pk"))
    return {
        row["rule_id"]: Precision(row["useful"], row["rated"]) for row in counted.values("rule_id", "useful", "rated")
    }
