"""Test that expired documents are deleted unless a keyword matches them."""

from datetime import timedelta
from threading import Thread

import pytest
from django.db import connections, transaction
from django.utils import timezone

from accounts.activity_log import record
from monitoring.ingest import retention
from monitoring.ingest.backfill import backfill_batch
from monitoring.ingest.retention import delete_expired_documents
from monitoring.models import Document, DocumentActivity, MentionTag, RawItem, SourcePeriod, Triage
from monitoring.tasks import delete_expired_documents as run_task
from tests.factories import make_document, make_documents, make_keyword, make_mention, make_source

pytestmark = pytest.mark.django_db


def test_only_expired_documents_without_mention_are_deleted(project, monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 2)
    old = timezone.now() - timedelta(days=91)
    source = make_source(project)
    make_documents(project, [{"fetched_at": old, "source": source} for _ in range(5)])
    fresh = make_document(project)
    kept = make_document(project, fetched_at=old)
    make_mention(make_keyword(project), kept)
    assert delete_expired_documents() == 5
    assert set(Document.objects.values_list("id", flat=True)) == {fresh.pk, kept.pk}


def test_expired_document_is_deleted_with_what_a_team_set_for_it(project, owner):
    """A document keeps these rows when its keyword is deleted, and with it the mention."""
    document = make_document(project, fetched_at=timezone.now() - timedelta(days=91))
    Triage.objects.create(document=document, project=project, assignee=owner)
    MentionTag.objects.create(document=document, project=project, tag="livraison")
    DocumentActivity.objects.create(document=document, entry=record(project, owner, "mention.status", document))
    assert delete_expired_documents() == 1
    assert not (Triage.objects.exists() or MentionTag.objects.exists() or DocumentActivity.objects.exists())


def test_retention_period_is_a_setting(project, settings):
    settings.DOCUMENT_RETENTION_DAYS = 10
    make_document(project, fetched_at=timezone.now() - timedelta(days=11))
    assert delete_expired_documents() == 1


def test_task_deletes_periods_that_ended_over_13_months_ago(project, monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 2)
    source, now = make_source(project), timezone.now()
    start = now - timedelta(days=800)
    for days in (700, 600, 500, 400, 397, 390, 1, None):
        ended_at = None if days is None else now - timedelta(days=days)
        SourcePeriod.objects.create(source=source, state="working", started_at=start, ended_at=ended_at)
    run_task()
    kept = [one.ended_at and (now - one.ended_at).days for one in SourcePeriod.objects.order_by("pk")]
    assert kept == [390, 1, None]
    run_task()
    assert SourcePeriod.objects.count() == 3


def test_task_deletes_raw_items_after_7_days(project, monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 2)
    now = timezone.now()
    for days in (20, 10, 9, 8, 6, 0):
        stored_at = now - timedelta(days=days)
        RawItem.objects.create(document=make_document(project), body=f"{days}", stored_at=stored_at)
    run_task()
    assert sorted(RawItem.objects.values_list("body", flat=True)) == ["0", "6"]
    run_task()
    assert (RawItem.objects.count(), Document.objects.count()) == (2, 6)


def test_raw_item_is_deleted_with_its_expired_document(project):
    document = make_document(project, fetched_at=timezone.now() - timedelta(days=91))
    RawItem.objects.create(document=document, body="{}", stored_at=timezone.now())
    assert delete_expired_documents() == 1
    assert not RawItem.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_document_is_kept_when_backfill_is_inserting_its_mention(project):
    """The race: the backfill has inserted the mention but not committed yet."""
    document = make_document(project, title="Lumen", fetched_at=timezone.now() - timedelta(days=91))
    keyword = make_keyword(project, query="lumen", backfilled_to=document.pk + 1)
    deleted = []

    def delete():
        deleted.append(delete_expired_documents())
        connections.close_all()

    deletion = Thread(target=delete)
    with transaction.atomic():
        backfill_batch(keyword)
        deletion.start()
        deletion.join(0.5)
    deletion.join(10)
    assert deleted == [0]
    assert keyword.mentions.get().document == document
