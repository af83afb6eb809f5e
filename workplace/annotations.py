"""The marks of a chart over time: what Vigie recorded (monitoring/insights/marks.py), and the annotations of people.

Called by the overview and the API.
"""

from datetime import datetime, timedelta, tzinfo

from accounts.models import Project
from monitoring.insights.marks import ANNOTATION, MAX_MARKS, Mark, marks
from monitoring.insights.periods import start_of_day
from workplace.models import Annotation


def chart_marks(project: Project, since: datetime, until: datetime, zone: tzinfo) -> list[Mark]:
    """Return the marks of a period [since, until) (UTC), oldest first. An annotation is at its first day."""
    first = since.astimezone(zone).date()
    last = (until - timedelta(microseconds=1)).astimezone(zone).date()
    notes = Annotation.objects.filter(project=project, starts_on__lte=last, ends_on__gte=first)
    found = [
        Mark(max(start_of_day(note.starts_on, zone), since), ANNOTATION, "annotation", note.text)
        for note in notes.order_by("-starts_on", "-pk")[:MAX_MARKS]
    ]
    return sorted([*marks(project, since, until), *found], key=lambda mark: mark.at)
