"""From an entry of a feed to the mailbox: the real ingest, the tasks of beat, a real mail server."""

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
    """`feed(entries)`: what a poll of a source brings, which was first heard a day ago."""
    create_keyword(project, owner, name="Lumen", query="lumen")
    source = make_source(project, title="Le Phare")

    def bring(count, published):
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

    return bring


def test_a_peak_in_a_feed_reaches_the_mailbox_as_an_alert(feed, project, mailbox, send_outbox):
    Rule.objects.create(project=project, keyword=project.keywords.get(), threshold=3)
    feed(3, timezone.now() - timedelta(minutes=5))
    feed(9, timezone.now() - timedelta(days=3))
    evaluate_rules()
    assert not Incident.objects.exists()
    feed(2, timezone.now() - timedelta(minutes=4))
    evaluate_rules()
    send_outbox()
    assert [message["Subject"] for message in mailbox.messages] == ["Alert · Lumen: 5 mentions in 1 hour"]


def test_a_feed_that_delivers_two_hours_late_still_breaks_a_rule_of_15_minutes(feed, project):
    Rule.objects.create(project=project, keyword=project.keywords.get(), threshold=3, window_s=Rule.Window.MIN_15)
    feed(4, timezone.now() - timedelta(hours=2))
    evaluate_rules()
    assert Incident.objects.get().value == 4


def test_what_a_feed_brings_reaches_the_mailbox_as_a_digest_once(feed, project, owner, mailbox, send_outbox):
    digest = Digest.objects.create(project=project, user=owner)
    feed(2, timezone.now() - timedelta(hours=1))
    feed(9, timezone.now() - timedelta(days=3))
    send.send_now(digest, timezone.now())
    write_digests()
    send_outbox()
    assert [message["Subject"] for message in mailbox.messages] == ["Vigie · Maison Lumen: 2 new mentions"]


def test_beat_calls_tasks_that_exist():
    app.loader.import_default_modules()
    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert {name for name in scheduled if name.startswith("alerts.")} == {
        name for name in app.tasks if name.startswith("alerts.")
    }
