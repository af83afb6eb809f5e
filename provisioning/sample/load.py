"""Load the sample project through the real ingest. Called by the welcome page and by `manage.py load_sample`.

The items of 90 days are stored as backlog, so they trigger no alerts. The sample feeds are then regular sources,
except that they are polled every few seconds.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.models import Project, User
from accounts.projects import create_project
from alerts.models import Rule
from monitoring.ingest.records import Batch
from monitoring.ingest.store import store
from monitoring.models import Author, Source, SourcePeriod
from monitoring.platforms.registry import PLATFORMS
from monitoring.services.keywords import create_keyword
from outbound import host_key
from provisioning.sample.feeds import DAYS, FEEDS, past_items
from provisioning.sample.plan import add_plan
from provisioning.sample.review import add_review
from provisioning.sample.website import add_website
from provisioning.sample.work import add_work

NAME = "Maison Lumen"
KEYWORDS = (
    ("Maison Lumen", "brand", '"maison lumen" OR lumen'),
    ("Halo", "competitor", "halo"),
    ("Brise", "competitor", "brise"),
)
POLL_INTERVAL_S = 15  # a new user sees a new mention within a minute
# For platforms whose limits allow few requests, and that need one per keyword or country.
CALM_INTERVAL_S, CALM_PLATFORMS = 120, ("lemmy", "appstore")
# The feed that could not be read for some time, for the history of outages.
OUTAGE_OF, OUTAGE = "light-and-home", timedelta(hours=31)
BATCH = 500  # items per transaction


def feed_url(project: Project, slug: str) -> str:
    """Return the URL of a project's sample feed, which sources may read (outbound/default.py)."""
    return f"{settings.SAMPLE_FEEDS_URL}/sample/{project.pk}/{slug}.xml"


@transaction.atomic
def load_sample(user: User) -> Project:
    """Return the user's own sample project; create it if there is none.

    The lock closes the race of a double click: the second call finds the project of the first.
    """
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    own = Project.objects.filter(sample_of=user)
    project = own.filter(memberships__user=user).first()
    if project is None:
        own.update(sample_of=None)  # the user has left it to its other admins
        project = create_project(user, NAME, is_sample=True)
        _fill(project, user)
    return project


def _fill(project: Project, user: User) -> None:
    for name, type_, query in KEYWORDS:
        create_keyword(project, user, name=name, type=type_, query=query)
    now = timezone.now()
    for feed in FEEDS:
        url = feed_url(project, feed.slug)
        own = {"base_url": url.removesuffix(".xml"), "site": f"{settings.SAMPLE_FEEDS_URL}/sample/{feed.slug}"}
        settings_of_source = {**feed.settings, **own} if feed.settings else {}
        source = Source.objects.create(
            project=project,
            platform=feed.platform,
            url=PLATFORMS[feed.platform].address(settings_of_source) if feed.settings else url,
            settings=settings_of_source,
            # Each pretend platform has limits of its own, so it counts as a host of its own.
            host=host_key(f"https://{feed.slug}.example/" if feed.settings else url),
            title=feed.title,
            created_at=now - timedelta(days=DAYS),
            language=feed.language,
            fixed_interval_s=CALM_INTERVAL_S if feed.platform in CALM_PLATFORMS else POLL_INTERVAL_S,
        )
        entries = past_items(feed, now, settings.SAMPLE_FEEDS_URL + "/sample")
        for first in range(0, len(entries), BATCH):
            batch = tuple(entries[first : first + BATCH])
            store([Batch(source.pk, project.pk, batch, feed.platform, language=feed.language, since=now)])
        # This machine serves the items; people read where a name would really write.
        names = Author.objects.filter(documents__source=source).exclude(site="")
        names.update(site=f"{feed.slug}.example")
        Source.objects.filter(pk=source.pk).update(last_new_at=entries[-1].published)
        _add_periods(source, now)
    _add_rules(project, user)
    add_work(project, user)
    add_plan(project, user, now)
    add_website(project, user, now)
    add_review(project, user, now)


def _add_periods(source: Source, now: datetime) -> None:
    """Add 90 days without an outage, except for one feed."""
    started_at = source.created_at
    if source.url.endswith(f"/{OUTAGE_OF}.xml"):
        failed_at = now - timedelta(days=12)
        ended_at = failed_at + OUTAGE
        SourcePeriod.objects.create(source=source, state="working", started_at=started_at, ended_at=failed_at)
        SourcePeriod.objects.create(
            source=source, state="failing", error_code="timeout", started_at=failed_at, ended_at=ended_at
        )
        started_at = ended_at
    SourcePeriod.objects.create(source=source, state="working", started_at=started_at)


def _add_rules(project: Project, user: User) -> None:
    brand = project.keywords.get(type="brand")
    Rule.objects.create(project=project, keyword=brand, threshold=8, window_s=Rule.Window.HOUR_1, created_by=user)
    Rule.objects.create(
        project=project,
        keyword=brand,
        sentiment=Rule.Sentiment.NEGATIVE,
        threshold=4,
        window_s=Rule.Window.HOUR_1,
        created_by=user,
    )
