"""The number of an incident: the mentions, or stories, in the time window of its peak, counted again when it is shown.

Titles, lists, charts and the API show this number, which is that of the list behind it, so all agree after people have
corrected sentiments or merged stories. `Incident.peak` stays what Vigie counted at the time: messages say that.
"""

from collections.abc import Iterable, Sequence

from django.db.models import Count, IntegerField, Value

from alerts.incident_filters import counts_rows, filters_of_peaks
from alerts.models import Incident
from monitoring.models import Keyword


def counts_of(incidents: Iterable[Incident]) -> dict[int, int]:
    """Return the number of each incident by id, of incidents of one project, with a fixed number of queries.

    A value that is no length of a list, such as a share, is that of the peak.
    """
    rows = list(incidents)
    numbers = {incident.pk: incident.peak for incident in rows}
    counted = [incident for incident in rows if counts_rows(incident)]
    if not counted:
        return numbers
    keywords = Keyword.objects.filter(project_id=rows[0].rule.project_id).order_by("id")
    ids, queries = tuple(keywords.values_list("id", flat=True)), []
    for pk, f in filters_of_peaks(counted).items():
        f.set_project_keywords(ids)
        found = f.mentions().order_by().annotate(incident=Value(pk, IntegerField()))
        queries.append(found.values("incident").annotate(items=Count(f.row_key, distinct=True)))
        numbers[pk] = 0
    found_counts = queries[0].union(*queries[1:], all=True) if len(queries) > 1 else queries[0]
    return numbers | {row["incident"]: row["items"] for row in found_counts}


def with_counts(incidents: Sequence[Incident]) -> list[tuple[Incident, int]]:
    """Return incidents, each with its number, in their order."""
    counts = counts_of(incidents)
    return [(incident, counts[incident.pk]) for incident in incidents]
