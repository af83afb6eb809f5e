"""Creating, changing, pausing and deleting keywords, with their matching against stored documents."""

from threading import Thread

import pytest
from django.core.exceptions import ValidationError
from django.db import connections, transaction

from accounts.models import ActivityEntry
from monitoring.ingest import backfill
from monitoring.ingest.backfill import backfill_all
from monitoring.ingest.project_lock import lock_project_shared
from monitoring.ingest.records import Batch
from monitoring.ingest.store import store
from monitoring.models import Keyword, Mention
from monitoring.records import Entry
from monitoring.services.keywords import create_keyword, delete_keyword, pause_keyword, update_keyword
from monitoring.services.triage import set_status
from tests.factories import make_documents, make_keyword, make_source

pytestmark = pytest.mark.django_db(transaction=True)


def titles(keyword):
    return sorted(keyword.mentions.values_list("document__title", flat=True))


def entry(number, title):
    return Entry(f"id {number}", f"https://phare.example/{number}", title, "")


@pytest.fixture
def source(project):
    return make_source(project)


def store_entries(source, *entries):
    return store([Batch(source.pk, source.project_id, tuple(entries))])


def test_create_keyword_matches_stored_documents_and_logs_activity(project, manager):
    make_documents(project, [{"title": "École Lumen"}, {"title": "Ecole Brise", "text": ""}])
    keyword = create_keyword(project, manager, name="École", query="ecole", type="topic")
    assert titles(keyword) == ["Ecole Brise", "École Lumen"]
    assert set(keyword.mentions.values_list("is_backlog", flat=True)) == {True}
    assert ActivityEntry.objects.get().action == "keyword.created"


def test_new_keyword_matches_later_documents_as_new_mentions(project, manager, source):
    keyword = create_keyword(project, manager, name="Lumen", query="lumen")
    store_entries(source, entry(1, "Lumen"), entry(2, "Brise"))
    assert titles(keyword) == ["Lumen"]
    assert keyword.mentions.get().is_backlog is False


def test_update_keyword_adds_and_removes_mentions_immediately(project, manager, source):
    keyword = create_keyword(project, manager, name="Lampes", query="lumen")
    store_entries(source, entry(1, "Lumen"), entry(2, "Brise"))
    update_keyword(keyword, manager, query="brise")
    assert titles(keyword) == ["Brise"]
    store_entries(source, entry(3, "Lumen encore"), entry(4, "Brise encore"))
    assert titles(keyword) == ["Brise", "Brise encore"]


def test_update_keyword_keeps_triaged_mentions(project, manager, source):
    keyword = create_keyword(project, manager, name="Lampes", query="lumen")
    store_entries(source, entry(1, "Lumen"), entry(2, "Lumen bis"))
    Mention.objects.filter(document__title="Lumen").update(status=Mention.Status.REPLIED)
    update_keyword(keyword, manager, query="brise")
    assert titles(keyword) == ["Lumen"]


def test_create_keyword_copies_triage_status_of_document(project, manager, source):
    keyword = create_keyword(project, manager, name="Lampes", query="lumen")
    store_entries(source, entry(1, "Lumen Alba"))
    set_status(project, manager, [keyword.mentions.get().pk], Mention.Status.REPLIED)
    later = create_keyword(project, manager, name="Alba", query="alba")
    assert later.mentions.get().status == Mention.Status.REPLIED


def test_backfill_continues_in_batches_after_create_keyword(project, manager, monkeypatch):
    monkeypatch.setattr(backfill, "BATCH", 4)
    make_documents(project, [{"title": f"Lumen {number:02}"} for number in range(11)])
    keyword = create_keyword(project, manager, name="Lumen", query="lumen")
    assert len(titles(keyword)) == 4
    assert Keyword.objects.get().backfilled_to is not None
    backfill_all()
    assert len(titles(keyword)) == 11
    assert Keyword.objects.get().backfilled_to is None


def test_pause_keyword_stops_matching_until_resumed(project, manager, source):
    keyword = create_keyword(project, manager, name="Lumen", query="lumen")
    pause_keyword(keyword, manager, True)
    store_entries(source, entry(1, "Lumen"))
    assert titles(keyword) == []
    pause_keyword(keyword, manager, False)
    backfill_all()
    assert titles(keyword) == ["Lumen"]


def test_delete_keyword_stops_matching(project, manager, source):
    keyword = create_keyword(project, manager, name="Lumen", query="lumen")
    store_entries(source, entry(1, "Lumen"))
    delete_keyword(keyword, manager)
    store_entries(source, entry(2, "Lumen"))
    assert not Mention.objects.exists()


def test_keyword_languages_restrict_matches_but_accept_unknown_language(project, manager, source):
    keyword = create_keyword(project, manager, name="Lumen", query="lumen", languages=["fr"])
    titled = {
        "fr": "La nouvelle lampe Lumen est enfin disponible en magasin",
        "fr-ca": "Chez Lumen, on a hâte de vous montrer la boutique de Montréal",
        "en": "The new Lumen lamp is now available in all our shops",
        "": "Lumen",
    }
    for number, (language, title) in enumerate(titled.items()):
        store([Batch(source.pk, project.pk, (entry(number, title),), language=language)])
    assert set(titles(keyword)) == {titled["fr"], titled["fr-ca"], titled[""]}


@pytest.mark.parametrize("query", ["", "(lumen", '"lumen', "-lumen", "OR"])
def test_update_keyword_rejects_malformed_query_and_changes_nothing(project, manager, query):
    keyword = create_keyword(project, manager, name="Lumen", query="lumen")
    with pytest.raises(ValidationError) as raised:
        update_keyword(keyword, manager, query=query)
    assert list(raised.value.message_dict) == ["query"]
    assert Keyword.objects.get().query == "lumen"


def test_create_keyword_rejects_duplicate_name(project, manager):
    create_keyword(project, manager, name="Lumen", query="lumen")
    with pytest.raises(ValidationError) as raised:
        create_keyword(project, manager, name="lumen", query="autre")
    assert list(raised.value.message_dict) == ["name"]


def test_update_keyword_with_stale_copy_keeps_other_changes(project, manager, source):
    """Two people open the same keyword: one changes its query, the other its name."""
    keyword = create_keyword(project, manager, name="Lampes", query="lumen")
    store_entries(source, entry(1, "Lumen"), entry(2, "Brise"))
    stale = Keyword.objects.get()
    update_keyword(keyword, manager, query="brise")
    update_keyword(stale, manager, name="Lampes et vases")
    pause_keyword(keyword, manager, True)
    saved = Keyword.objects.get()
    assert (saved.name, saved.query, saved.version, saved.is_paused) == ("Lampes et vases", "brise", 2, True)
    assert titles(saved) == ["Brise"]


def test_unreadable_stored_query_does_not_block_other_keywords(project, manager, source, monkeypatch):
    """Such a query was saved under an earlier grammar: create_keyword would reject it."""
    make_keyword(project, query="(lumen", backfilled_to=1000)
    make_documents(project, [{"title": "Lumen hier", "text": ""}, {"title": "Brise", "text": ""}])
    monkeypatch.setattr(backfill, "BATCH", 1)
    keyword = create_keyword(project, manager, name="Lumen", query="lumen")
    backfill_all()
    store_entries(source, entry(1, "Lumen"))
    assert titles(keyword) == ["Lumen", "Lumen hier"]


def test_backfill_stops_after_budget(project, manager, monkeypatch):
    monkeypatch.setattr(backfill, "BATCH", 4)
    make_documents(project, [{"title": f"Lumen {number:02}"} for number in range(11)])
    keyword = create_keyword(project, manager, name="Lumen", query="lumen")
    backfill_all(budget_s=0)
    assert len(titles(keyword)) == 4
    backfill_all()
    assert len(titles(keyword)) == 11


def test_create_keyword_matches_document_stored_concurrently(project, manager, source):
    """Race: ingest has read the keywords but not committed; the new keyword must wait and then find the document."""
    keywords = []

    def save_keyword():
        keywords.append(create_keyword(project, manager, name="Lumen", query="lumen"))
        connections.close_all()

    with transaction.atomic():
        lock_project_shared([project.pk])
        saving = Thread(target=save_keyword)
        saving.start()
        saving.join(0.5)
        assert saving.is_alive(), "create_keyword did not wait for the transaction of ingest"
        store_entries(source, entry(1, "Lumen"))
    saving.join(10)
    assert titles(keywords[0]) == ["Lumen"]


def test_keyword_saved_with_a_slip_can_be_renamed_and_keeps_matching(project, manager, source, as_person):
    keyword = create_keyword(project, manager, name="Lumen", query="lumen")
    Keyword.objects.filter(pk=keyword.pk).update(query="lumen NEAR5 lamp")  # accepted by an earlier version
    keyword.refresh_from_db()
    update_keyword(keyword, manager, name="Renamed")
    with pytest.raises(ValidationError, match="looks like an operator"):
        update_keyword(keyword, manager, query="lumen NEAR6 lamp")
    fields = {"name": "Again", "type": "brand", "query": "lumen NEAR5 lamp"}
    page = as_person(manager).post(f"/p/{project.pk}/keywords/{keyword.pk}/edit", fields)
    assert page.status_code == 302
    keyword.refresh_from_db()
    assert keyword.name == "Again"
