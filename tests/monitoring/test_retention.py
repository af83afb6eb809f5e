"""Documents go when their time has passed; what a topic matched stays."""

from datetime import timedelta

import pytest
from django.utils import timezone

from monitoring import retention
from monitoring.models import Document
from monitoring.retention import drop_expired_documents
from tests.factories import make_document, make_documents, make_mention, make_source, make_topic

pytestmark = pytest.mark.django_db


def test_only_what_is_old_and_unmatched_goes(project, monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 2)
    old = timezone.now() - timedelta(days=91)
    source = make_source(project)
    make_documents(project, [{"fetched_at": old, "source": source} for _ in range(5)])
    fresh = make_document(project)
    kept = make_document(project, fetched_at=old)
    make_mention(make_topic(project), kept)
    assert drop_expired_documents() == 5
    assert set(Document.objects.values_list("id", flat=True)) == {fresh.pk, kept.pk}


def test_the_retention_time_is_a_setting(project, settings):
    settings.DOCUMENT_RETENTION_DAYS = 10
    make_document(project, fetched_at=timezone.now() - timedelta(days=11))
    assert drop_expired_documents() == 1
