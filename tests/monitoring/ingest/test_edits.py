"""Edits of known entries: stored, matched again, with the earlier texts, and without endless writes."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from monitoring.ingest import edits
from monitoring.ingest.backfill import backfill_all, start_backfill
from monitoring.ingest.find import find_changes
from monitoring.ingest.retention import delete_expired_documents
from monitoring.ingest.search_index import index_documents
from monitoring.ingest.store import store, store_changes
from monitoring.models import Document, DocumentRevision, DocumentSource, Keyword, Mention
from tests.factories import make_keyword
from tests.monitoring.ingest.entries import ARTICLE, NOON, batch, counts, entry
from tests.racing import race, start_until_blocked

pytestmark = pytest.mark.django_db(transaction=True)

BEFORE = {"title": "Direct", "text": "Rien encore"}
AFTER = {"title": "Direct : Lumora en cause", "text": "Lumora est en cause"}


def poll(source, *entries, **fields):
    return store([batch(source, *entries, **fields)]).get(source.pk)


def statements(call):
    """Return the statements of a call, by their first word."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        call()
    return [query["sql"].split()[0] for query in queries]


def test_edit_that_matches_is_a_new_discovery(source):
    poll(source, entry("1", **BEFORE), entry("2"))
    assert counts() == (2, 2, 1)
    before = timezone.now()
    stored = poll(source, entry("1", **AFTER), entry("2"))
    assert (stored.new, stored.edited, stored.mentions) == (0, 1, 1)
    document = Document.objects.get(edits=1)
    mention = document.mentions.get()
    assert (document.title, document.text) == tuple(AFTER.values())
    assert mention.found_at >= before and document.edited_at >= before
    assert not mention.is_backlog
    assert (document.published, mention.published) == (NOON, NOON)
    revision = document.revisions.get()
    assert (revision.title, revision.text, revision.replaced_at) == (*BEFORE.values(), document.edited_at)


def test_poll_without_changes_reads_no_documents_and_writes_nothing(source):
    poll(source, entry("1"), entry("2"))
    unchanged = statements(lambda: poll(source, entry("1"), entry("2")))
    assert unchanged == ["SELECT", "SELECT"]
    assert len(statements(lambda: poll(source, entry("1", **AFTER), entry("2")))) < 22


@pytest.mark.parametrize(
    "changes",
    [
        {"text": f"<p class='x'>{ARTICLE}</p>"},
        {"text": ARTICLE.replace(" ", "  ")},
        {"text": f'{ARTICLE} <a href="https://x.example/?t=1"></a><img src="https://pixel.example/1">'},
        {"url": "http://www.presse.example/a/?utm_source=rss"},
        {"published": NOON + timedelta(hours=1)},
    ],
)
def test_change_of_markup_white_space_or_tracking_is_no_edit(source, changes):
    poll(source, entry("1"))
    poll(source, entry("1", **changes))
    document = Document.objects.get()
    assert (document.edits, document.edited_at, document.text) == (0, None, ARTICLE)
    assert document.url == "https://presse.example/a"
    assert statements(lambda: poll(source, entry("1", **changes))) == ["SELECT", "SELECT"]


@pytest.mark.parametrize("changes", [{"title": "Autre"}, {"text": ""}, {"title": ""}, {"text": ARTICLE + " Fin."}])
def test_each_part_of_a_text_can_be_edited(source, changes):
    poll(source, entry("1"))
    poll(source, entry("1", **changes))
    document = Document.objects.get()
    assert (document.edits, document.revisions.get().text) == (1, ARTICLE)
    assert {"title": document.title, "text": document.text}.items() >= changes.items()


def test_address_of_known_entry_is_updated(source):
    poll(source, entry("1"))
    poll(source, entry("1", url="https://presse.example/nouvelle-adresse"))
    document = Document.objects.get()
    assert (document.url, document.edits) == ("https://presse.example/nouvelle-adresse", 0)


def test_mention_that_no_longer_matches_stays_and_is_marked(source):
    poll(source, entry("1"))
    other = make_keyword(source.project, query="lampes")
    start_backfill(other)
    other.save()
    backfill_all()
    poll(source, entry("1", title="Ouverture", text="Une marque de lampes ouvre une boutique."))
    lost, kept = Mention.objects.order_by("keyword_id")
    assert lost.unmatched_at == Document.objects.get().edited_at
    assert kept.unmatched_at is None
    poll(source, entry("1"))
    lost.refresh_from_db()
    assert lost.unmatched_at is None
    assert Mention.objects.count() == 2


def test_mention_of_paused_keyword_is_not_marked(source):
    poll(source, entry("1"))
    Keyword.objects.update(is_paused=True)
    poll(source, entry("1", title="Ouverture", text="Rien"))
    assert Mention.objects.get().unmatched_at is None


def test_changed_query_clears_the_mark(source):
    poll(source, entry("1"))
    poll(source, entry("1", title="Ouverture", text="Une lampe"))
    keyword = Keyword.objects.get()
    keyword.query = "lampe"
    start_backfill(keyword)
    keyword.save()
    backfill_all()
    assert Mention.objects.get().unmatched_at is None


def test_edit_analyzes_sentiment_again_unless_a_person_corrected_it(source):
    poll(source, entry("1"), entry("2", title="Lumora déçoit", url="https://presse.example/b"))
    Mention.objects.update(sentiment="positive", analyzed_by="v1", negative=0.1, positive=0.8)
    Mention.objects.filter(document__title="Lumora déçoit").update(sentiment="negative", analyzed_by="person")
    changed = {"text": "Lumora a changé ce texte"}
    poll(source, entry("1", **changed), entry("2", title="Lumora déçoit", url="https://presse.example/b", **changed))
    assert sorted(Mention.objects.values_list("sentiment", "analyzed_by")) == [("", ""), ("negative", "person")]


def test_new_match_of_a_triaged_item_is_to_review(source):
    poll(source, entry("1"))
    Mention.objects.update(status="ignored")
    make_keyword(source.project, query="rappel")
    poll(source, entry("1", text="Lumora annonce un rappel de ses lampes"))
    assert sorted(Mention.objects.values_list("status", flat=True)) == ["ignored", "to_review"]


def test_edited_backlog_stays_backlog(source):
    since = NOON + timedelta(days=1)
    poll(source, entry("1", **BEFORE), since=since)
    poll(source, entry("1", **AFTER), since=since)
    assert Mention.objects.get().is_backlog


def test_undated_backlog_stays_backlog_when_edited(source):
    poll(source, entry("1", **BEFORE, published=None), max_undated=0)
    poll(source, entry("1", **AFTER, published=None), max_undated=0)
    assert Mention.objects.get().is_backlog


def test_edit_refreshes_search_language_and_html(source):
    poll(source, entry("1", title="Direct", text="Rien encore à signaler aujourd’hui dans la région"))
    index_documents()
    text = "<b>Lumora</b> opens a new store in the city of London this week, and people like the lamps they sell there"
    poll(source, entry("1", title="Live", text=text))
    document = Document.objects.get()
    assert document.language == document.mentions.get().language == "en"
    assert document.html.startswith("<b>Lumora</b>")
    assert _searched(source.project, "london") == [document.pk]
    assert _searched(source.project, "région") == []


def test_edit_of_unmatched_document_is_indexed_and_has_no_revisions(source):
    poll(source, entry("1", **BEFORE))
    index_documents()
    poll(source, entry("1", title="Direct", text="Toujours rien du tout"))
    assert _searched(source.project, "toujours") and not _searched(source.project, "encore")
    assert not DocumentRevision.objects.exists()


def _searched(project, words):
    from django.contrib.postgres.search import SearchQuery

    index_documents()
    return list(
        Document.objects.filter(project=project, search=SearchQuery(words, config="simple")).values_list(
            "pk", flat=True
        )
    )


def test_only_the_source_that_owns_a_document_edits_it(sources):
    summary = ARTICLE[:100]
    store([batch(sources[0], entry("1", summary))])
    store([batch(sources[1], entry("x"))])
    for text in (ARTICLE + " Un.", ARTICLE + " Deux."):
        store([batch(sources[1], entry("x", text))])
    document = Document.objects.get()
    assert (document.text, document.edits) == (summary, 0)
    store([batch(sources[0], entry("1", summary + " Fin."))])
    assert Document.objects.get().text == summary + " Fin."


def test_alternating_texts_and_counters_are_stored_ever_more_rarely(source, monkeypatch):
    poll(source, entry("1"))
    for number in range(30):
        poll(source, entry("1", text=f"{ARTICLE} Lu {number} fois."))
    document = Document.objects.get()
    assert document.edits == edits.FREE_EDITS
    revisions = list(document.revisions.order_by("id").values_list("text", flat=True))
    assert len(revisions) == edits.MAX_REVISIONS
    assert revisions[0] == ARTICLE and revisions[-1].endswith(f"Lu {edits.FREE_EDITS - 2} fois.")
    Document.objects.update(edited_at=timezone.now() - edits.MIN_WAIT)
    poll(source, entry("1", text=f"{ARTICLE} Lu 30 fois."))
    assert Document.objects.get().text.endswith("Lu 30 fois.")


def test_edit_that_adds_a_match_never_waits(source):
    poll(source, entry("1"))
    Document.objects.update(edits=1_000, edited_at=timezone.now())
    make_keyword(source.project, query="rappel")
    poll(source, entry("1", text=ARTICLE + " Sans suite."))
    assert Document.objects.get().text == ARTICLE
    poll(source, entry("1", text=ARTICLE + " Un rappel suit."))
    assert (Document.objects.get().edits, Mention.objects.count()) == (1_001, 2)


def test_waiting_edit_is_stored_by_a_later_poll(source):
    poll(source, entry("1"))
    Document.objects.update(edits=edits.FREE_EDITS, edited_at=timezone.now())
    poll(source, entry("1", text=ARTICLE + " Fin."))
    assert Document.objects.get().text == ARTICLE
    Document.objects.update(edited_at=timezone.now() - timedelta(days=1))
    poll(source, entry("1", text=ARTICLE + " Fin."))
    assert Document.objects.get().text == ARTICLE + " Fin."


def test_retention_deletes_revisions(source):
    poll(source, entry("1"))
    poll(source, entry("1", title="Ouverture", text="Rien"))
    Mention.objects.all().delete()
    Document.objects.update(fetched_at=timezone.now() - timedelta(days=1000))
    assert delete_expired_documents() == 1
    assert not DocumentRevision.objects.exists()


def test_edit_of_deleted_document_is_ignored(source):
    poll(source, entry("1"))
    changes = find_changes([batch(source, entry("1", **AFTER))])
    DocumentSource.objects.all().delete()
    Mention.objects.all().delete()
    Document.objects.all().delete()
    assert store_changes(changes) == {}


def test_two_workers_storing_one_edit_store_it_once(source):
    some = [entry(f"{n}", url=f"https://p.example/{n}") for n in range(20)]
    edited = [entry(f"{n}", **AFTER, url=f"https://p.example/{n}") for n in range(20)]
    poll(source, *some)
    found = [find_changes([batch(source, *order)]) for order in (edited, edited[::-1])]
    results = race(*(lambda changes=changes: store_changes(changes) for changes in found))
    assert not [one for one in results if isinstance(one, Exception)]
    assert set(Document.objects.values_list("edits", flat=True)) == {1}
    assert DocumentRevision.objects.count() == 20


def test_edit_waits_for_a_backfill_of_the_project(source):
    """A backfill that read the earlier text would otherwise delete the mention that the edit adds."""
    poll(source, entry("1", **BEFORE))
    keyword = Keyword.objects.get()
    start_backfill(keyword)
    keyword.save()
    from monitoring.ingest.backfill import backfill_batch

    with transaction.atomic():
        store([batch(source, entry("1", **AFTER))])
        running = start_until_blocked(lambda: backfill_batch(keyword))
        assert not running.done()
    assert running.result(timeout=10)
    assert Mention.objects.count() == 1


def test_killed_store_leaves_edit_to_the_next_poll(source, monkeypatch):
    poll(source, entry("1", **BEFORE))

    class Killed(BaseException):
        pass

    def die(*arguments):
        raise Killed

    monkeypatch.setattr(edits, "insert_mentions", die)
    with pytest.raises(Killed):
        poll(source, entry("1", **AFTER))
    monkeypatch.undo()
    assert (Document.objects.get().title, DocumentRevision.objects.count()) == ("Direct", 0)
    poll(source, entry("1", **AFTER))
    assert (Document.objects.get().title, Mention.objects.count()) == (AFTER["title"], 1)
