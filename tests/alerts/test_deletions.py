"""A deleted item is shown nowhere: no table of the database, no page, no message has its content any more.

The item has a word that occurs nowhere else. It is stored, edited, shown and sent in every way, then deleted.
"""

import json
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import ActivityEntry
from accounts.tokens import create_token
from alerts.deletions import write
from alerts.digests import send
from alerts.digests.read import read_digest
from alerts.digests.render import render_digest
from alerts.digests.scope import Scope
from alerts.evaluate import evaluate_all
from alerts.models import Digest, Rule
from delivery.message import Message
from delivery.models import Delivery
from monitoring.ingest.deletions import blank_documents
from monitoring.ingest.records import Batch
from monitoring.ingest.store import store
from monitoring.models import Correction, Document, DocumentRevision, FetchRequest, Mention, SentimentState
from monitoring.records import Entry
from monitoring.services.corrections import correct_sentiment
from monitoring.services.triage import set_status
from tests.factories import make_keyword, make_source
from tests.racing import start_until_blocked

MARKER = "Zorglube"
URL = f"https://x.example/{MARKER}/1"


def entry(text, **fields):
    values = {
        "native_id": f"id-{MARKER}",
        "url": URL,
        "title": f"Lumen et {MARKER}",
        "author": f"Ada {MARKER}",
        "author_url": f"https://x.example/{MARKER}",
        "author_handle": f"@{MARKER}",
        "other_texts": ((f"Image de {MARKER}", False),),
        "reply_to": f"parent-{MARKER}",
        "thread": f"thread-{MARKER}",
        "published": timezone.now() - timedelta(minutes=5),
        "raw": json.dumps({"text": MARKER}),
        "likes": 12,
        "engagement": 12,
    }
    return Entry(body=f"<p>{text} {MARKER}</p>", **values | fields)


def blank(*ids, now=None):
    with transaction.atomic(), connection.cursor() as cursor:
        return blank_documents(cursor, ids, "platform", now or timezone.now())


def places(word=MARKER):
    """Return the columns of all tables that have a word, in any case."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
            " AND data_type IN ('text', 'character varying', 'jsonb', 'json', 'tsvector', 'ARRAY')"
        )
        found = set()
        for table, column in cursor.fetchall():
            cursor.execute(f'SELECT count(*) FROM "{table}" WHERE "{column}"::text ILIKE %s', [f"%{word}%"])
            if cursor.fetchone()[0]:
                found.add(f"{table}.{column}")
    return found


@pytest.fixture
def source(project):
    return make_source(project, "https://hn.example/", platform="hackernews")


@pytest.fixture
def store_entries(source):
    def store_entries(*entries):
        since = timezone.now() - timedelta(days=1)
        store([Batch(source.pk, source.project_id, entries, platform="hackernews", since=since)])

    return store_entries


@pytest.fixture
def spread(project, owner, manager, store_entries):
    """Store an item, and bring it to every place that shows or stores items. Return its id."""
    keyword = make_keyword(project, "Lumen", "lumen")
    make_keyword(project, "Lampe", "lampe OR lumen")
    Rule.objects.create(project=project, keyword=keyword, threshold=1)
    digest = Digest.objects.create(project=project, user=owner, sent_until=timezone.now() - timedelta(hours=3))
    other = Entry("2", "https://x.example/2", "Lumen ouvre", "Une lampe", published=timezone.now())
    store_entries(entry("Avant"), other)
    store_entries(entry("Après"))
    document = Document.objects.get(url=URL)
    mentions = list(Mention.objects.filter(document=document).values_list("pk", flat=True))
    set_status(project, manager, mentions[:1], "needs_reply")
    correct_sentiment(project, manager, mentions[:1], "negative")
    evaluate_all(timezone.now())
    send.send_now(digest, timezone.now())
    results = {"items": [{"url": URL, "title": MARKER}]}
    FetchRequest.objects.create(project=project, user=owner, kind="platform", url="https://x.example/", result=results)
    return document.pk


EVERYWHERE = {
    *(f"monitoring_document.{name}" for name in ("url", "title", "text", "html", "author", "author_url", "search")),
    *(f"monitoring_document.{name}" for name in ("author_handle", "reply_to", "thread")),
    *("monitoring_documentrevision.title", "monitoring_documentrevision.text", "monitoring_mention.author"),
    *("monitoring_correction.text", "accounts_activityentry.target", "monitoring_fetchrequest.result"),
    *("delivery_delivery.text", "delivery_delivery.html", "monitoring_rawitem.body"),
    *(f"monitoring_author.{name}" for name in ("name", "handle", "url")),
}


def test_deleted_item_is_in_no_table(spread, project):
    assert places() >= EVERYWHERE
    assert blank(spread) == [spread]
    assert places() == set()
    assert Mention.objects.filter(document_id=spread).count() == 2
    assert not DocumentRevision.objects.exists() and not FetchRequest.objects.exists()
    assert SentimentState.objects.get(project=project).refit_at <= timezone.now()


def test_counts_and_other_items_stay(spread):
    document = Document.objects.get(pk=spread)
    blank(spread)
    mention = Mention.objects.filter(document_id=spread).order_by("pk").first()
    assert (mention.published, mention.status, mention.sentiment) == (document.published, "needs_reply", "negative")
    assert Document.objects.get(pk=spread).likes == 12
    digest = Delivery.objects.get(kind="digest")
    assert "Lumen ouvre" in digest.text and "Lumen ouvre" in digest.html
    assert digest.text.count("(no longer available)") == 1
    assert "https://x.example/2" in digest.text


def test_message_of_a_french_reader_says_it_in_french(spread, manager):
    alert = Delivery.objects.filter(kind="incident", user=manager)
    assert MARKER in alert.get().text
    blank(spread)
    assert "(n’est plus disponible)" in alert.get().text


def test_deletion_is_noted_once_in_the_activity_log(spread, project):
    assert blank(spread) == [spread]
    assert blank(spread) == []
    [noted] = ActivityEntry.objects.filter(project=project, action="document.deleted")
    assert (noted.user, noted.target, noted.detail["documents"]) == (None, "1 item", [spread])
    assert noted.detail["reason"] == "platform" and len(noted.detail["mentions"]) == 2


def test_deleted_item_is_on_no_page(spread, project, owner, as_person):
    mention = Mention.objects.filter(document_id=spread).first()
    digest, alert = (Delivery.objects.get(kind=kind, user=owner) for kind in ("digest", "incident"))
    arguments = {"mention": [mention.pk], "delivery": [digest.pk]}
    names = ["overview", "mentions", "search", "digest", "mention", "delivery", "sentiment_settings", "incidents"]
    addresses = [reverse(name, args=[project.pk, *arguments.get(name, [])]) for name in names]
    addresses += [
        reverse("search", args=[project.pk]) + f"?q={MARKER}",
        reverse("mentions", args=[project.pk]) + f"?q={MARKER}",
        reverse("explain", args=[project.pk]) + f"?document={spread}",
        reverse("delivery", args=[project.pk, alert.pk]),
        reverse("digest_preview", args=[project.pk]),
    ]
    headers = {"Authorization": f"Bearer {create_token(owner, 'test')}"}
    paths = [f"/api/v1/projects/{project.pk}/{path}" for path in ("mentions", f"mentions/{mention.pk}", "documents")]

    def shown():
        client = as_person(owner)
        pages = {address: client.get(address) for address in addresses}
        pages |= {path: Client().get(path, headers=headers) for path in paths}
        assert {page.status_code for page in pages.values()} == {200}
        return {name for name, page in pages.items() if f" et {MARKER}" in page.content.decode()}

    before = shown()
    assert {paths[0], addresses[1], addresses[4], addresses[5]} <= before
    blank(spread)
    assert shown() == set()
    document = Client().get(paths[1], headers=headers).json()
    assert document["deleted_at"] and (document["title"], document["text"], document["url"]) == ("", "", "")


def test_mention_page_says_that_the_item_is_deleted(spread, owner, manager, as_person, at, read):
    mention = Mention.objects.filter(document_id=spread).first()
    blank(spread)
    assert "Item deleted on its platform" in read(as_person(owner), at("mentions"))
    page = read(as_person(owner), at("mention", mention.pk))
    assert "The platform has deleted this item." in page and "The mention still counts." in page
    assert "Publication supprimée sur sa plateforme" in read(as_person(manager), at("mention", mention.pk))


def test_poll_brings_nothing_back(spread, source, project, store_entries):
    """Indexes of platforms return deleted items for a while, with the same text or another, at any source."""
    blank(spread)
    documents = Document.objects.count()
    store_entries(entry("Après"))
    store_entries(entry("Encore"))
    second = make_source(project, "https://hn.example/2", platform="hackernews")
    store([Batch(second.pk, project.pk, (entry("Après"),), platform="hackernews")])
    assert Document.objects.count() == documents
    assert places() == set()
    assert Document.objects.get(pk=spread).likes == 12


def test_keyword_change_keeps_the_mentions_of_deleted_items(spread, project, owner):
    from monitoring.ingest.backfill import backfill_all
    from monitoring.services.keywords import update_keyword

    Mention.objects.update(status="to_review")
    blank(spread)
    keyword = project.keywords.get(name="Lampe")
    update_keyword(keyword, owner, query="rien")
    backfill_all()
    assert list(keyword.mentions.values_list("document_id", flat=True)) == [spread]


def test_deleted_item_is_neither_analyzed_nor_learned_from(spread):
    from monitoring.enrichment.score_mentions import analyze_mentions, rescore_mentions

    Mention.objects.filter(document_id=spread, analyzed_by="").update(sentiment="")
    blank(spread)
    before = list(Mention.objects.filter(document_id=spread).order_by("pk").values_list("sentiment", "analyzed_by"))
    analyze_mentions()
    rescore_mentions()
    after = list(Mention.objects.filter(document_id=spread).order_by("pk").values_list("sentiment", "analyzed_by"))
    assert before == after and {sentiment for sentiment, _ in after} == {"negative", "uncertain"}
    assert set(Correction.objects.values_list("text", flat=True)) == {""}


@pytest.mark.django_db(transaction=True)
def test_digest_that_was_read_before_the_deletion_does_not_show_the_item(spread, owner):
    """The race: the digest is rendered, then the item is deleted, then the digest is stored."""
    digest = Digest.objects.get(user=owner)
    Delivery.objects.all().delete()
    content = read_digest(Scope(digest.project), send.open_window(digest, timezone.now()))
    rendered = render_digest(content, digest, Scope(digest.project))
    fields = {"recipient": owner.email, "user": owner, "project": digest.project, "kind": "digest"}
    fields |= {name: getattr(rendered, name) for name in ("subject", "text", "html", "passages")}
    message = Message(key="digest:late", **fields)
    assert MARKER in message.text
    with transaction.atomic(), connection.cursor() as cursor:
        blank_documents(cursor, [spread], "platform", timezone.now())
        late = start_until_blocked(lambda: write(message))
        assert not late.done()
    late.result(10)
    assert places() == set() and Delivery.objects.get(key="digest:late").text
