"""Brings the sample project in through the real ingest path, and takes it away.

Called by the welcome page and by `manage.py load_sample`. The 90 days are stored as backlog, so nobody is alerted of
invented old news; then its feeds are sources like any other, only polled every few seconds.
"""

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.activity_log import record
from accounts.models import Membership, Project, Role, User
from alerts.models import Rule
from monitoring.http import host_key
from monitoring.ingest.records import Batch
from monitoring.ingest.store import store
from monitoring.models import Source
from monitoring.services.keywords import create_keyword
from provisioning.sample.world import FEEDS, history

NAME = "Maison Lumen"
KEYWORDS = (
    ("Maison Lumen", "brand", '"maison lumen" OR lumen'),
    ("Halo", "competitor", "halo"),
    ("Brise", "competitor", "brise"),
)
# How often the sample feeds are polled: a newcomer sees something move within a minute.
INTERVAL_S = 15
STORED_AT_ONCE = 500


def feed_url(slug: str) -> str:
    return f"{settings.SAMPLE_FEEDS_URL}/sample/{slug}.xml"


def load_sample(user: User) -> Project:
    """The sample project, made if there is none, with `user` as an admin of it, or in the role they have there."""
    with transaction.atomic():
        project, created = Project.objects.get_or_create(is_sample=True, defaults={"name": NAME})
        Membership.objects.get_or_create(project=project, user=user, defaults={"role": Role.ADMIN})
        if created:
            record(project, user, "project.created", project)
            _fill(project, user)
    return project


def _fill(project: Project, user: User) -> None:
    for name, type_, query in KEYWORDS:
        create_keyword(project, user, name=name, type=type_, query=query)
    now = timezone.now()
    for feed in FEEDS:
        source = Source.objects.create(
            project=project,
            url=feed_url(feed.slug),
            host=host_key(feed_url(feed.slug)),
            title=feed.title,
            language=feed.language,
            fixed_interval_s=INTERVAL_S,
        )
        entries = history(feed, now, settings.SAMPLE_FEEDS_URL + "/sample")
        for first in range(0, len(entries), STORED_AT_ONCE):
            part = tuple(entries[first : first + STORED_AT_ONCE])
            store([Batch(source.pk, project.pk, part, language=feed.language, since=now)])
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
