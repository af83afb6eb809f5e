"""From a feed entry to the mailbox: the real ingest, the scheduled tasks, a real mail server."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from alerts.digests import send
from alerts.models import Digest, Incident, Rule
from alerts.tasks import evaluate_rules, write_digests
from config.celery import app
from monitoring.ingest.records import Batch
from monitoring.ingest.store import store
from monitoring.records import Entry
from monitoring.services.keywords import create_keyword
from tests.factories import make_source


@pytest.fixture
def feed(project, owner):
    """`feed(count, published)`: store entries of a source that was first polled a day ago."""
    create_keyword(project, owner, name="Lumen", query="lumen")
    source = make_source(project, title="Le Phare")

    def deliver(count, published):
        entries = tuple(
            Entry(
                f"{published}-{n}",
                f"https://phare.example/{published:%H%M%S}-{n}",
                f"Lumen {n}",
                "",
                published=published,
            )
            for n in range(count)
        )
        store([Batch(source.pk, project.pk, entries, since=timezone.now() - timedelta(days=1))])

    return deliver


def test_spike_in_feed_is_emailed_as_alert(feed, project, mailbox, send_outbox):
    Rule.objects.create(project=project, keyword=project.keywords.get(), threshold=3)
    feed(3, timezone.now() - timedelta(minutes=5))
    feed(9, timezone.now() - timedelta(days=3))
    evaluate_rules()
    assert not Incident.objects.exists()
    feed(2, timezone.now() - timedelta(minutes=4))
    evaluate_rules()
    send_outbox()
    assert [message["Subject"] for message in mailbox.messages] == ["Alert · Lumen: 5 mentions in 1 hour"]


def test_rule_triggers_when_feed_delivers_two_hours_late(feed, project):
    Rule.objects.create(project=project, keyword=project.keywords.get(), threshold=3, window_s=Rule.Window.MIN_15)
    feed(4, timezone.now() - timedelta(hours=2))
    evaluate_rules()
    assert Incident.objects.get().value == 4


def test_new_mentions_of_feed_are_emailed_in_one_digest(feed, project, owner, mailbox, send_outbox):
    digest = Digest.objects.create(project=project, user=owner)
    feed(2, timezone.now() - timedelta(hours=1))
    feed(9, timezone.now() - timedelta(days=3))
    send.send_now(digest, timezone.now())
    write_digests()
    send_outbox()
    assert [message["Subject"] for message in mailbox.messages] == ["Vigie · Maison Lumen: 2 new mentions"]


def test_scheduled_tasks_exist():
    app.loader.import_default_modules()
    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert {name for name in scheduled if name.startswith("alerts.")} == {
        name for name in app.tasks if name.startswith("alerts.")
    }
