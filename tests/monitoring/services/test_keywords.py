"""Watched keywords: what is saved is matched against what is kept, at once and for good."""

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


def arrive(source, *entries):
    return store([Batch(source.pk, source.project_id, tuple(entries))])


def test_it_works(project, manager):
    make_documents(project, [{"title": "École Lumen"}, {"title": "Ecole Brise", "text": ""}])
    keyword = create_keyword(project, manager, name="École", query="ecole", type="topic")
    assert titles(keyword) == ["Ecole Brise", "École Lumen"]
    assert set(keyword.mentions.values_list("is_backlog", flat=True)) == {True}
    assert ActivityEntry.objects.get().action == "keyword.created"


def test_a_new_keyword_meets_documents_that_arrive_later(project, manager, source):
    keyword = create_keyword(project, manager, name="Lumen", query="lumen")
    arrive(source, entry(1, "Lumen"), entry(2, "Brise"))
    assert titles(keyword) == ["Lumen"]
    assert keyword.mentions.get().is_backlog is False


def test_a_changed_query_adds_and_removes_at_once(project, manager, source):
    keyword = create_keyword(project, manager, name="Lampes", query="lumen")
    arrive(source, entry(1, "Lumen"), entry(2, "Brise"))
    update_keyword(keyword, manager, query="brise")
    assert titles(keyword) == ["Brise"]
    arrive(source, entry(3, "Lumen encore"), entry(4, "Brise encore"))
    assert titles(keyword) == ["Brise", "Brise encore"]


def test_a_changed_query_keeps_what_somebody_has_worked_on(project, manager, source):
    keyword = create_keyword(project, manager, name="Lampes", query="lumen")
    arrive(source, entry(1, "Lumen"), entry(2, "Lumen bis"))
    Mention.objects.filter(document__title="Lumen").update(status=Mention.Status.REPLIED)
    update_keyword(keyword, manager, query="brise")
    assert titles(keyword) == ["Lumen"]


def test_a_story_that_was_answered_is_not_to_review_again_under_a_new_keyword(project, manager, source):
    keyword = create_keyword(project, manager, name="Lampes", query="lumen")
    arrive(source, entry(1, "Lumen Alba"))
    set_status(project, manager, [keyword.mentions.get().pk], Mention.Status.REPLIED)
    later = create_keyword(project, manager, name="Alba", query="alba")
    assert later.mentions.get().status == Mention.Status.REPLIED


def test_the_history_is_finished_batch_by_batch_after_a_stop(project, manager, monkeypatch):
    monkeypatch.setattr(backfill, "BATCH", 4)
    make_documents(project, [{"title": f"Lumen {number:02}"} for number in range(11)])
    keyword = create_keyword(project, manager, name="Lumen", query="lumen")
    assert len(titles(keyword)) == 4
    assert Keyword.objects.get().backfilled_to is not None
    backfill_all()
    assert len(titles(keyword)) == 11
    assert Keyword.objects.get().backfilled_to is None


def test_a_paused_keyword_gains_nothing_and_catches_up_on_resuming(project, manager, source):
    keyword = create_keyword(project, manager, name="Lumen", query="lumen")
    pause_keyword(keyword, manager, True)
    arrive(source, entry(1, "Lumen"))
    assert titles(keyword) == []
    pause_keyword(keyword, manager, False)
    backfill_all()
    assert titles(keyword) == ["Lumen"]


def test_a_deleted_keyword_is_never_matched_again(project, manager, source):
    keyword = create_keyword(project, manager, name="Lumen", query="lumen")
    arrive(source, entry(1, "Lumen"))
    delete_keyword(keyword, manager)
    arrive(source, entry(2, "Lumen"))
    assert not Mention.objects.exists()


def test_languages_and_platforms_narrow_a_keyword_and_an_unknown_language_passes(project, manager, source):
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
def test_a_malformed_query_is_refused_and_changes_nothing(project, manager, query):
    keyword = create_keyword(project, manager, name="Lumen", query="lumen")
    with pytest.raises(ValidationError) as refusal:
        update_keyword(keyword, manager, query=query)
    assert list(refusal.value.message_dict) == ["query"]
    assert Keyword.objects.get().query == "lumen"


def test_two_keywords_of_a_project_have_different_names(project, manager):
    create_keyword(project, manager, name="Lumen", query="lumen")
    with pytest.raises(ValidationError) as refusal:
        create_keyword(project, manager, name="lumen", query="autre")
    assert list(refusal.value.message_dict) == ["name"]


def test_a_change_made_on_an_old_copy_undoes_nobody_elses(project, manager, source):
    """Two people open the same keyword; one changes its query, the other its name."""
    keyword = create_keyword(project, manager, name="Lampes", query="lumen")
    arrive(source, entry(1, "Lumen"), entry(2, "Brise"))
    old = Keyword.objects.get()
    update_keyword(keyword, manager, query="brise")
    update_keyword(old, manager, name="Lampes et vases")
    pause_keyword(keyword, manager, True)
    saved = Keyword.objects.get()
    assert (saved.name, saved.query, saved.version, saved.is_paused) == ("Lampes et vases", "brise", 2, True)
    assert titles(saved) == ["Brise"]


def test_a_query_that_can_no_longer_be_read_stops_no_other(project, manager, source, monkeypatch):
    """Saved under the grammar of an earlier version: not by create_keyword, which refuses it."""
    make_keyword(project, query="(lumen", backfilled_to=1000)
    make_documents(project, [{"title": "Lumen hier", "text": ""}, {"title": "Brise", "text": ""}])
    monkeypatch.setattr(backfill, "BATCH", 1)
    keyword = create_keyword(project, manager, name="Lumen", query="lumen")
    backfill_all()
    arrive(source, entry(1, "Lumen"))
    assert titles(keyword) == ["Lumen", "Lumen hier"]


def test_a_long_history_lets_other_work_in_between(project, manager, monkeypatch):
    monkeypatch.setattr(backfill, "BATCH", 4)
    make_documents(project, [{"title": f"Lumen {number:02}"} for number in range(11)])
    keyword = create_keyword(project, manager, name="Lumen", query="lumen")
    backfill_all(budget_s=0)
    assert len(titles(keyword)) == 4
    backfill_all()
    assert len(titles(keyword)) == 11


def test_a_keyword_saved_while_a_document_is_being_stored_still_finds_it(project, manager, source):
    """The race: ingest has read the keywords but not committed; the keyword must wait and then see the document."""
    keywords = []

    def save_keyword():
        keywords.append(create_keyword(project, manager, name="Lumen", query="lumen"))
        connections.close_all()

    with transaction.atomic():
        lock_project_shared([project.pk])
        saving = Thread(target=save_keyword)
        saving.start()
        saving.join(0.5)
        assert saving.is_alive(), "the keyword did not wait for the documents under way"
        arrive(source, entry(1, "Lumen"))
    saving.join(10)
    assert titles(keywords[0]) == ["Lumen"]
