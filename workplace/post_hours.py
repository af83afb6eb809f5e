"""When people publish about a project’s brands, for the good and quiet hours of its posts. Called by the pages.

In: a project and a zone. Out: the hours of the week of the last 90 days.
"""

from datetime import datetime, timedelta, tzinfo

from accounts.models import Project
from monitoring.insights.breakdown import project_subject
from monitoring.insights.profile import profile
from workplace.calendar.hours import WeekHours

PERIOD = timedelta(days=90)


def week_hours(project: Project, zone: tzinfo, now: datetime) -> WeekHours:
    """Return the hours of the week in a zone. It counts all mentions of 90 days: call it within a time limit."""
    f = project_subject(project, now - PERIOD, now).replace(zone=zone)
    return WeekHours.of(profile(f).heat if f.keywords else [[0] * 24] * 7)
