"""A new or changed keyword meets the whole history: the same as if each kept document were read, once, and quietly."""

import os
import subprocess
import sys

import pytest
from django.db import connection, transaction
from django.utils import timezone

from alerts import digests, rules
from alerts.models import Delivery, Digest, Incident, Rule
from config.celery import app
from monitoring import backfill
from monitoring.backfill import backfill_all, backfill_some, progress
from monitoring.models import Document, Mention, Topic
from monitoring.topics import create_topic, delete_topic, pause_topic, update_topic
from tests.factories import make_document, make_documents, make_mention, make_source, make_topic
from tests.monitoring.history import QUERIES, make_history, matching
from tests.monitoring.test_kill import kill, start, wait_until
from tests.racing import held_up, race


def mentioned(topic):
    return set(topic.mentions.values_list("document_id", flat=True))


@pytest.mark.django_db
def test_the_index_changes_nothing_but_the_time(project, monkeypatch):
    monkeypatch.setattr(backfill, "BATCH", 15)
    monkeypatch.setattr(backfill, "REACH", 40)
    kept = make_history(project)
    past = max(one.pk for one in kept) + 1
    topics = [
        make_topic(project, query=query, languages=["fr"] if number % 3 == 0 else [], backfilled_to=past)
        for number, query in enumerate(QUERIES)
    ]
    assert backfill_all() is False
    for topic in topics:
        assert mentioned(topic) == matching(kept, topic.query, topic.languages), topic.query
    assert not Topic.objects.exclude(backfilled_to=None).exists()
    assert not Document.objects.filter(search=None, mentions__isnull=False).exists()


@pytest.mark.django_db(transaction=True)
def test_two_workers_on_one_keyword_neither_wait_nor_double(project):
    documents = make_documents(project, [{"title": f"Lumen {n}"} for n in range(30)])
    topic = make_topic(project, query="lumen", backfilled_to=documents[-1].pk + 1)
    with transaction.atomic():
        Topic.objects.select_for_update(no_key=True).get(pk=topic.pk)
        # Somebody else is at it: this one leaves it at once.
        assert race(lambda: backfill_some(Topic.objects.get(pk=topic.pk))) == [False]
    race(backfill_all, backfill_all, backfill_all)
    backfill_all()
    assert topic.mentions.count() == 30
    topic.refresh_from_db()
    assert topic.backfilled_to is None


@pytest.mark.django_db(transaction=True)
def test_what_somebody_decides_while_a_batch_is_judged_stays(project):
    document = make_document(project, title="Halo", text="")
    topic = make_topic(project, query="lumen", backfilled_to=document.pk + 1)
    mention = make_mention(topic, document)
    with transaction.atomic():
        Mention.objects.filter(pk=mention.pk).update(status=Mention.Status.ANSWERED)
        batch = held_up(lambda: backfill_some(topic))
    assert batch.result() is True
    assert Mention.objects.get().status == Mention.Status.ANSWERED


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_a_worker_killed_in_the_middle_is_gone_on_from(project):
    documents = make_documents(project, [{"title": f"Maison Lumen {n}"} for n in range(1500)])
    topic = make_topic(project, query='"maison lumen"', backfilled_to=documents[-1].pk + 1)
    command = "import django; django.setup(); from monitoring import backfill as b; b.BATCH = 10; b.backfill_all()"
    worker = start("-c", command)
    wait_until(topic.mentions.exists, worker)
    assert worker.poll() is None, "the worker was not caught in the middle"
    kill(worker)
    topic.refresh_from_db()
    assert topic.backfilled_to and 0 < topic.mentions.count() < 1500
    assert topic.mentions.count() == Document.objects.filter(id__gte=topic.backfilled_to).count()
    backfill_all()
    topic.refresh_from_db()
    assert (topic.backfilled_to, topic.mentions.count()) == (None, 1500)


@pytest.mark.django_db(transaction=True)
def test_saving_sends_a_job_at_once(project, manager, monkeypatch):
    monkeypatch.setattr(backfill, "BATCH", 2)
    monkeypatch.setitem(app.conf, "task_always_eager", True)
    make_documents(project, [{"title": f"Lumen {n}"} for n in range(9)])
    topic = create_topic(project, manager, name="Lumen", query="lumen")
    topic.refresh_from_db()
    assert (topic.mentions.count(), topic.backfilled_to) == (9, None)


@pytest.mark.django_db
def test_a_query_that_takes_long_to_decide_has_smaller_batches(project, monkeypatch):
    monkeypatch.setattr(backfill, "BATCH_S", 0)
    documents = make_documents(project, [{"title": ("Maison Lumen", "Lumen maison")[n % 2]} for n in range(6)])
    topic = make_topic(project, query='"maison lumen" OR "lumen maison"', backfilled_to=documents[-1].pk + 1)
    assert backfill_some(topic)
    assert topic.backfilled_to == documents[-1].pk and mentioned(topic) == {documents[-1].pk}
    backfill_all()
    assert mentioned(topic) == {one.pk for one in documents}


@pytest.mark.django_db
def test_several_keywords_take_turns(project, monkeypatch):
    monkeypatch.setattr(backfill, "BATCH", 2)
    documents = make_documents(project, [{"title": f"Lumen {n}"} for n in range(9)])
    topics = [make_topic(project, query="lumen", backfilled_to=documents[-1].pk + 1) for _ in range(2)]
    clock = iter(range(100))
    monkeypatch.setattr(backfill.time, "monotonic", lambda: next(clock))
    assert backfill_all(budget_s=9) is True  # a batch looks at the clock twice
    assert [topic.mentions.count() for topic in topics] == [4, 4]


@pytest.mark.django_db
def test_the_progress_goes_from_nothing_to_all_but_done(project):
    documents = make_documents(project, 200)
    first, last = documents[0].pk, documents[-1].pk
    topics = [make_topic(project, backfilled_to=to) for to in (last + 1, first + 100, first, None)]
    assert list(progress(project.pk, topics).values()) == [0, 50, 99]
    Document.objects.all().delete()
    assert list(progress(project.pk, topics).values()) == [99, 99, 99]


@pytest.mark.django_db
def test_what_is_old_neither_warns_nor_is_told(project, owner):
    """A hundred matches in the last hour, all kept before the keyword was: no incident, an empty digest."""
    make_documents(project, [{"title": f"Lumen {n}", "published": timezone.now()} for n in range(100)])
    digest = Digest.objects.create(project=project, user=owner)
    topic = create_topic(project, owner, name="Lumen", query="halo")
    Rule.objects.create(project=project, topic=topic, threshold=1)
    update_topic(topic, owner, query="lumen")
    assert topic.mentions.count() == 100
    rules.evaluate_all(timezone.now())
    assert not Incident.objects.exists()
    digests.send_now(digest, timezone.now())
    assert "nothing new" in Delivery.objects.get().subject


def environment():
    database = connection.settings_dict
    who, where = f"{database['USER']}:{database['PASSWORD']}", f"{database['HOST']}:{database['PORT']}"
    return {**os.environ, "DATABASE_URL": f"postgres://{who}@{where}/{database['NAME']}"}


WORKER = """
import django; django.setup()
import sys
from monitoring.ingest import Batch, store
from monitoring.items import Entry
from monitoring.models import Mention
for number, line in enumerate(sys.stdin):
    source, project, title = line.strip().split("|")
    store([Batch(int(source), int(project), (Entry(f"{number}", f"https://x.example/{number}", title, ""),))])
    print(sorted(Mention.objects.filter(document__title=title).values_list("topic__name", flat=True)), flush=True)
"""


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_a_running_worker_learns_of_every_change_of_a_keyword(project, manager):
    """One process stores documents all along; keywords are changed in another, this one."""
    source = make_source(project)
    with subprocess.Popen(
        [sys.executable, "-c", WORKER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment(),
    ) as worker:

        def topics_of(title):
            worker.stdin.write(f"{source.pk}|{project.pk}|{title}\n")
            worker.stdin.flush()
            return worker.stdout.readline().strip()

        assert topics_of("Lumen 1") == "[]"
        topic = create_topic(project, manager, name="T", query="lumen")
        assert topics_of("Lumen 2") == "['T']"
        update_topic(topic, manager, query="halo")
        assert topics_of("Lumen 3") == "[]" and topics_of("Halo 4") == "['T']"
        pause_topic(topic, manager, True)
        assert topics_of("Halo 5") == "[]"
        pause_topic(topic, manager, False)
        assert topics_of("Halo 6") == "['T']"
        other = create_topic(project, manager, name="U", query="halo")
        delete_topic(topic, manager)
        assert topics_of("Halo 7") == "['U']"
        delete_topic(other, manager)
        assert topics_of("Halo 8") == "[]" and not Mention.objects.exists()
        worker.stdin.close()
