"""Test that a backfill gives the same mentions as matching each stored document, without notifying anybody."""

import os
import subprocess
import sys

import pytest
from django.db import connection, transaction
from django.utils import timezone

from alerts import evaluate
from alerts.digests import send
from alerts.models import Digest, Incident, Rule
from config.celery import app
from delivery.models import Delivery
from monitoring.ingest import backfill
from monitoring.ingest.backfill import backfill_all, backfill_batch, backfill_progress
from monitoring.models import Document, Keyword, Mention
from monitoring.services.keywords import create_keyword, delete_keyword, pause_keyword, update_keyword
from tests.factories import make_document, make_documents, make_keyword, make_mention, make_source
from tests.monitoring.history import QUERIES, make_history, matching
from tests.monitoring.polling.test_kill import kill, start, wait_until
from tests.racing import race, start_until_blocked


def mentioned_documents(keyword):
    return set(keyword.mentions.values_list("document_id", flat=True))


@pytest.mark.django_db
def test_backfill_finds_exactly_the_matching_documents(project, monkeypatch):
    monkeypatch.setattr(backfill, "BATCH", 15)
    monkeypatch.setattr(backfill, "WINDOW", 40)
    documents = make_history(project)
    end = max(document.pk for document in documents) + 1
    keywords = [
        make_keyword(project, query=query, languages=["fr"] if number % 3 == 0 else [], backfilled_to=end)
        for number, query in enumerate(QUERIES)
    ]
    assert backfill_all(budget_s=60) is False
    for keyword in keywords:
        assert mentioned_documents(keyword) == matching(documents, keyword.query, keyword.languages), keyword.query
    assert not Keyword.objects.exclude(backfilled_to=None).exists()
    assert not Document.objects.filter(search=None, mentions__isnull=False).exists()


@pytest.mark.django_db(transaction=True)
def test_workers_on_one_keyword_neither_wait_nor_duplicate(project):
    documents = make_documents(project, [{"title": f"Lumen {n}"} for n in range(30)])
    keyword = make_keyword(project, query="lumen", backfilled_to=documents[-1].pk + 1)
    with transaction.atomic():
        Keyword.objects.select_for_update(no_key=True).get(pk=keyword.pk)
        # Another worker has the keyword: this one skips it.
        assert race(lambda: backfill_batch(Keyword.objects.get(pk=keyword.pk))) == [False]
    race(backfill_all, backfill_all, backfill_all)
    backfill_all()
    assert keyword.mentions.count() == 30
    keyword.refresh_from_db()
    assert keyword.backfilled_to is None


@pytest.mark.django_db(transaction=True)
def test_backfill_keeps_mention_triaged_meanwhile(project):
    document = make_document(project, title="Halo", text="")
    keyword = make_keyword(project, query="lumen", backfilled_to=document.pk + 1)
    mention = make_mention(keyword, document)
    with transaction.atomic():
        Mention.objects.filter(pk=mention.pk).update(status=Mention.Status.REPLIED)
        batch = start_until_blocked(lambda: backfill_batch(keyword))
    assert batch.result() is True
    assert Mention.objects.get().status == Mention.Status.REPLIED


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_backfill_continues_after_killed_worker(project):
    documents = make_documents(project, [{"title": f"Maison Lumen {n}"} for n in range(1500)])
    keyword = make_keyword(project, query='"maison lumen"', backfilled_to=documents[-1].pk + 1)
    command = (
        "import django; django.setup(); from monitoring.ingest import backfill as b; b.BATCH = 10; b.backfill_all()"
    )
    worker = start("-c", command)
    wait_until(keyword.mentions.exists, worker)
    assert worker.poll() is None, "the worker was not killed during the backfill"
    kill(worker)
    keyword.refresh_from_db()
    assert keyword.backfilled_to and 0 < keyword.mentions.count() < 1500
    assert keyword.mentions.count() == Document.objects.filter(id__gte=keyword.backfilled_to).count()
    backfill_all()
    keyword.refresh_from_db()
    assert (keyword.backfilled_to, keyword.mentions.count()) == (None, 1500)


@pytest.mark.django_db(transaction=True)
def test_create_keyword_queues_backfill_task(project, manager, monkeypatch):
    monkeypatch.setattr(backfill, "BATCH", 2)
    monkeypatch.setitem(app.conf, "task_always_eager", True)
    make_documents(project, [{"title": f"Lumen {n}"} for n in range(9)])
    keyword = create_keyword(project, manager, name="Lumen", query="lumen")
    keyword.refresh_from_db()
    assert (keyword.mentions.count(), keyword.backfilled_to) == (9, None)


@pytest.mark.django_db
def test_slow_query_has_smaller_batches(project, monkeypatch):
    monkeypatch.setattr(backfill, "BATCH_S", 0)
    documents = make_documents(project, [{"title": ("Maison Lumen", "Lumen maison")[n % 2]} for n in range(6)])
    keyword = make_keyword(project, query='"maison lumen" OR "lumen maison"', backfilled_to=documents[-1].pk + 1)
    assert backfill_batch(keyword)
    assert keyword.backfilled_to == documents[-1].pk and mentioned_documents(keyword) == {documents[-1].pk}
    backfill_all()
    assert mentioned_documents(keyword) == {one.pk for one in documents}


@pytest.mark.django_db
def test_backfill_all_alternates_between_keywords(project, monkeypatch):
    monkeypatch.setattr(backfill, "BATCH", 2)
    documents = make_documents(project, [{"title": f"Lumen {n}"} for n in range(9)])
    keywords = [make_keyword(project, query="lumen", backfilled_to=documents[-1].pk + 1) for _ in range(2)]
    clock = iter(range(100))
    monkeypatch.setattr(backfill.time, "monotonic", lambda: next(clock))
    assert backfill_all(budget_s=9) is True  # a batch reads the clock twice
    assert [keyword.mentions.count() for keyword in keywords] == [4, 4]


@pytest.mark.django_db
def test_backfill_progress_goes_from_0_to_99_percent(project):
    documents = make_documents(project, 200)
    first, last = documents[0].pk, documents[-1].pk
    keywords = [make_keyword(project, backfilled_to=to) for to in (last + 1, first + 100, first, None)]
    assert list(backfill_progress(project.pk, keywords).values()) == [0, 50, 99]
    Document.objects.all().delete()
    assert list(backfill_progress(project.pk, keywords).values()) == [99, 99, 99]


@pytest.mark.django_db
def test_backlog_mentions_trigger_no_alert_and_no_digest(project, owner):
    """A hundred matches in the last hour, stored before the keyword existed: no incident, an empty digest."""
    make_documents(project, [{"title": f"Lumen {n}", "published": timezone.now()} for n in range(100)])
    digest = Digest.objects.create(project=project, user=owner)
    keyword = create_keyword(project, owner, name="Lumen", query="halo")
    Rule.objects.create(project=project, keyword=keyword, threshold=1)
    update_keyword(keyword, owner, query="lumen")
    assert keyword.mentions.count() == 100
    evaluate.evaluate_all(timezone.now())
    assert not Incident.objects.exists()
    send.send_now(digest, timezone.now())
    assert "no new mentions" in Delivery.objects.get().subject


def environment():
    database = connection.settings_dict
    login, server = f"{database['USER']}:{database['PASSWORD']}", f"{database['HOST']}:{database['PORT']}"
    return {**os.environ, "DATABASE_URL": f"postgres://{login}@{server}/{database['NAME']}"}


WORKER = """
import django; django.setup()
import sys
from monitoring.ingest.store import Batch, store
from monitoring.records import Entry
from monitoring.models import Mention
for number, line in enumerate(sys.stdin):
    source, project, title = line.strip().split("|")
    store([Batch(int(source), int(project), (Entry(f"{number}", f"https://x.example/{number}", title, ""),))])
    print(sorted(Mention.objects.filter(document__title=title).values_list("keyword__name", flat=True)), flush=True)
"""


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_running_worker_follows_keyword_changes_of_other_process(project, manager):
    """One process stores documents while another, this one, changes keywords."""
    source = make_source(project)
    with subprocess.Popen(
        [sys.executable, "-c", WORKER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment(),
    ) as worker:

        def keywords_of(title):
            worker.stdin.write(f"{source.pk}|{project.pk}|{title}\n")
            worker.stdin.flush()
            return worker.stdout.readline().strip()

        assert keywords_of("Lumen 1") == "[]"
        keyword = create_keyword(project, manager, name="T", query="lumen")
        assert keywords_of("Lumen 2") == "['T']"
        update_keyword(keyword, manager, query="halo")
        assert keywords_of("Lumen 3") == "[]" and keywords_of("Halo 4") == "['T']"
        pause_keyword(keyword, manager, True)
        assert keywords_of("Halo 5") == "[]"
        pause_keyword(keyword, manager, False)
        assert keywords_of("Halo 6") == "['T']"
        other = create_keyword(project, manager, name="U", query="halo")
        delete_keyword(keyword, manager)
        assert keywords_of("Halo 7") == "['U']"
        delete_keyword(other, manager)
        assert keywords_of("Halo 8") == "[]" and not Mention.objects.exists()
        worker.stdin.close()
