"""Pages, messages and commands show no time of publication that Vigie does not know."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone, translation

from alerts.conditions.base import Verdict
from alerts.digests.render import render_digest
from alerts.digests.scope import Scope
from alerts.incidents import open_incident
from alerts.models import Digest, Rule
from alerts.rules import settings_of
from delivery.models import Delivery
from monitoring.models import DocumentSource
from tests.alerts.digests.helpers import read as read_content
from tests.factories import make_keyword, make_mention, make_source


@pytest.fixture
def mention(project):
    """A mention whose source gave no date, found three hours ago."""
    found_at = timezone.now() - timedelta(hours=3)
    keyword = make_keyword(project, "Lumen", "lumen")
    source = make_source(project, last_success_at=found_at)
    mention = make_mention(
        keyword,
        source=source,
        title="Lumen undated",
        published=found_at,
        published_is_known=False,
        fetched_at=found_at,
        found_at=found_at,
    )
    DocumentSource.objects.update(published_is_known=False)
    return mention


def test_lists_say_that_the_date_is_unknown(as_person, viewer, at, read, mention):
    client = as_person(viewer)
    pages = [at("mentions"), at("mention", mention.pk), at("source", mention.source_id)]
    pages += [
        f"{at('search')}?q=lumen",
        f"{at('explain')}?document={mention.document_id}&keyword={mention.keyword_id}",
    ]
    for page in pages:
        assert "date unknown · found 3 hours ago" in read(client, page), page


def test_lists_say_that_the_date_is_unknown_in_french(as_person, manager, at, read, mention):
    assert "date inconnue · détectée il y a 3 heures" in read(as_person(manager), at("mentions"))


def test_mention_page_says_so_for_each_source(as_person, viewer, project, at, read, mention):
    other = make_source(project)
    published = timezone.now() - timedelta(minutes=5)
    DocumentSource.objects.create(
        document=mention.document, source=other, native_key=mention.document.address_key, published=published
    )
    text = read(as_person(viewer), at("mention", mention.pk))
    assert f"{mention.source} date unknown" in text and f"{other} 5 minutes ago" in text


def test_query_preview_says_that_the_date_is_unknown(as_person, manager, at, mention):
    response = as_person(manager).post(at("keyword_check"), {"name": "L", "type": "brand", "query": "lumen"})
    assert "date inconnue" in response.content.decode()


def test_digest_says_that_the_date_is_unknown(owner, project, mention):
    now = timezone.now()
    digest = Digest.objects.create(project=project, user=owner, hour=8, sent_until=now)
    rendered = render_digest(read_content(project, now - timedelta(days=1), now), digest, Scope(project))
    assert "date unknown" in rendered.text and "date unknown" in rendered.html


def test_alert_says_that_the_date_is_unknown(owner, project, mention):
    rule = Rule.objects.create(project=project, keyword=mention.keyword, threshold=1, window_s=Rule.Window.DAY_1)
    with translation.override("en"):
        open_incident(rule, settings_of(rule), Verdict(True, False, 1, 0, 0), timezone.now())
    delivery = Delivery.objects.get()
    assert "date unknown" in delivery.text and "date unknown" in delivery.html


def test_mentions_command_writes_null(project, mention):
    out = StringIO()
    call_command("mentions", "--project", project.name, stdout=out)
    assert json.loads(out.getvalue())["published"] is None
