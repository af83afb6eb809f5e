"""Items that may be kept for a limited time only lose their content in time; all others keep it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import ActivityEntry
from monitoring.ingest import expiry
from monitoring.ingest.expiry import blank_expired
from monitoring.models import Document
from monitoring.platforms.registry import PLATFORMS, short_lived
from monitoring.tasks import blank_expired_documents
from tests.factories import make_document, make_keyword, make_mention

pytestmark = pytest.mark.django_db

NOW = timezone.now()


def linkedin(project, hours, **fields):
    fetched_at = NOW - timedelta(hours=hours)
    return make_document(project, platform="linkedin", text="Merci Lumen", fetched_at=fetched_at, **fields)


def test_items_of_linkedin_are_blanked_before_48_hours(project, monkeypatch):
    monkeypatch.setattr(expiry, "BATCH", 2)
    old = [linkedin(project, 46) for _ in range(5)]
    young, other = linkedin(project, 44), make_document(project, text="Lumen", fetched_at=NOW - timedelta(days=30))
    mention = make_mention(make_keyword(project), old[0])
    assert blank_expired(NOW) == 5
    assert not Document.objects.filter(pk__in=[one.pk for one in old]).exclude(text="", deleted_at=NOW).exists()
    assert set(Document.objects.filter(deleted_at=None)) == {young, other}
    mention.refresh_from_db()
    assert mention.document_id == old[0].pk
    assert {entry.detail["reason"] for entry in ActivityEntry.objects.filter(action="document.deleted")} == {"terms"}
    assert blank_expired(NOW) == 0


def test_task_blanks_what_has_expired(project):
    document = linkedin(project, 60)
    blank_expired_documents()
    document.refresh_from_db()
    assert (document.text, bool(document.deleted_at)) == ("", True)


def test_pages_say_that_the_terms_ended_the_storage(as_person, owner, at, project, read):
    mention = make_mention(make_keyword(project), linkedin(project, 60, title="Lumen"))
    blank_expired(NOW)
    client = as_person(owner)
    assert "Item no longer stored" in read(client, at("mentions"))
    text = read(client, at("mention", mention.pk))
    assert "may be stored for a short time only" in text and "The platform has deleted this item" not in text


def test_index_has_all_platforms_with_a_limited_time():
    [index] = [one for one in Document._meta.indexes if one.name == "document_short_lived"]
    assert dict(index.condition.children)["platform__in"] == sorted(short_lived())
    assert short_lived() == {"linkedin": PLATFORMS["linkedin"].keep_for}
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = 'document_short_lived'")
        assert "WHERE" in cursor.fetchone()[0]
