"""The website of the sample project, with its figures of 90 days. Called by load.py, when the mentions are stored.

No provider responds for it, so it is never read again: its figures end on the day before the project was loaded.
"""

from collections import Counter
from datetime import date, datetime, timedelta

from accounts.models import Project, User
from monitoring.insights.filters import MentionFilter
from monitoring.models import Keyword
from provisioning.sample.visits import social_of, visits_of
from website.models import Website, WebsiteBreakdown, WebsiteDay
from website.readers.base import DayFigures
from website.schedule import HISTORY_DAYS

NAME, URL = "maison-lumen.example", "https://stats.maison-lumen.example"
NEVER = timedelta(days=36_500)


def add_website(project: Project, user: User, now: datetime) -> Website:
    """Add the website, and the days until yesterday."""
    today = now.astimezone(user.zone).date()
    days = [today - timedelta(days=offset) for offset in range(HISTORY_DAYS, 0, -1)]
    website = Website(
        project=project,
        provider="matomo",
        identity=f"{URL} 1",
        name=NAME,
        settings={"url": URL, "site": "1"},
        zone_name=user.zone.key,
        created_by=user,
        read_from=days[0],
        read_until=days[-1],
        last_read_at=now,
        next_read_at=now + NEVER,
    )
    website.set_secrets({"token": "sample"})  # a test of the connection then says that nothing responds
    website.save()
    _store(website, visits_of(days, _mentions_per_day(project, user, now)))
    return website


def _mentions_per_day(project: Project, user: User, now: datetime) -> Counter[date]:
    brands = project.keywords.filter(type=Keyword.Type.BRAND).values_list("pk", flat=True)
    f = MentionFilter(
        project_id=project.pk,
        since=now - timedelta(days=HISTORY_DAYS + 2),
        until=now,
        by="published",
        keywords=tuple(brands),
    )
    times = f.mentions().values_list("published", flat=True)
    return Counter(time.astimezone(user.zone).date() for time in times)


def _store(website: Website, found: list[DayFigures]) -> None:
    names = ("day", "sessions", "users", "new_users", "key_events", "converted")
    WebsiteDay.objects.bulk_create(
        WebsiteDay(website=website, social_sessions=social_of(one), **{name: getattr(one, name) for name in names})
        for one in found
    )
    WebsiteBreakdown.objects.bulk_create(
        WebsiteBreakdown(
            website=website, day=one.day, dimension=row.dimension, value=row.value, detail=row.detail, count=row.count
        )
        for one in found
        for row in one.rows
    )
