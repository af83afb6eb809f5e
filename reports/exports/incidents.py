"""The incidents of a project for exports, the open ones and all past ones, newest first.

In: a project. Out: columns, and batches of rows. Called by registry.py.
"""

from collections.abc import Iterator

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import Project
from alerts.incident_counts import counts_of
from alerts.incident_filters import subject_of
from alerts.incident_messages import sentence_at_opening
from alerts.models import Incident
from reports.exports.item_columns import link_column, page_prefix
from reports.exports.table import Column, Row

ROWS = 200  # the counts of so many incidents are one query


def columns() -> tuple[Column, ...]:
    """Return the columns, with labels in the active language."""
    states = {"open": _("Open"), "acknowledged": _("Acknowledged"), "resolved": _("Resolved")}
    severities, ratings = dict(Incident.Severity.choices), dict(Incident.Usefulness.choices)
    return (
        Column("id", _("Incident ID")),
        Column("keyword", _("Keyword"), lambda keyword: keyword["name"], width=20),
        Column("rule", _("Rule"), width=60),
        Column("state", _("Status"), lambda state: states[state]),
        Column("severity", _("Severity"), lambda level: severities[level]),
        Column("opened_at", _("Started"), width=17),
        Column("closed_at", _("Ended"), width=17),
        Column("acknowledged_at", _("Acknowledged"), width=17),
        Column("acknowledged_by", _("Acknowledged by"), width=20),
        Column("value", _("Mentions at the start")),
        Column("baseline", _("Mentions in the previous period")),
        Column("count", _("Mentions at the peak")),
        Column("peak", _("Peak")),
        Column("peak_at", _("Time of the peak"), width=17),
        Column("usefulness", _("Usefulness"), lambda rating: ratings.get(rating, "")),
        link_column(),
    )


def rows_of(project: Project) -> QuerySet[Incident]:
    """Return the incidents in the order of the export."""
    return Incident.objects.filter(rule__project=project, joined=None).order_by("-opened_at", "-pk")


def batches(project: Project) -> Iterator[list[Row]]:
    """Yield the rows. The rule is the sentence that it was at opening, in the active language."""
    ids = list(rows_of(project).values_list("pk", flat=True))
    prefix = page_prefix("incident", project.pk)
    found = Incident.objects.select_related("rule__keyword", "rule__project", "acknowledged_by")
    for start in range(0, len(ids), ROWS):
        incidents = found.in_bulk(ids[start : start + ROWS])
        counts = counts_of(incidents.values())
        yield [_row(incidents[pk], counts[pk], prefix) for pk in ids[start : start + ROWS] if pk in incidents]


def _row(incident: Incident, count: int, prefix: str) -> Row:
    person, keyword = incident.acknowledged_by, incident.rule.keyword
    return (
        incident.pk,
        {"id": keyword.pk if keyword else None, "name": subject_of(incident)},
        sentence_at_opening(incident),
        "resolved" if incident.closed_at else "acknowledged" if incident.acknowledged_at else "open",
        incident.severity,
        incident.opened_at,
        incident.closed_at,
        incident.acknowledged_at,
        person.name if person else None,
        incident.value,
        incident.baseline,
        count,
        incident.peak,
        incident.peak_at,
        incident.usefulness,
        f"{prefix}{incident.pk}",
    )
