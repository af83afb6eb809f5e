"""Watched keywords: what is saved is matched against what is kept, at once and for good."""

from threading import Thread

import pytest
from django.core.exceptions import ValidationError
from django.db import connections, transaction

from accounts.models import AuditLine
from monitoring import backfill
from monitoring.backfill import backfill_all
from monitoring.discoveries import share_discoveries
from monitoring.ingest import Batch, store
from monitoring.items import Entry
from monitoring.models import Mention, Topic
from monitoring.topics import create_topic, delete_topic, pause_topic, update_topic
from monitoring.triage import set_status
from tests.factories import make_documents, make_source, make_topic

pytestmark = pytest.mark.django_db(transaction=True)


def titles(topic):
    return sorted(topic.mentions.values_list("document__title", flat=True))


def entry(number, title):
    return Entry(f"id {number}", f"https://phare.example/{number}", title, "")


@pytest.fixture
def source(project):
    return make_source(project)


def arrive(source, *entries):
    return store([Batch(source.pk, source.project_id, tuple(entries))])


def test_it_works(project, manager):
    make_documents(project, [{"title": "École Lumen"}, {"title": "Ecole Brise", "text": ""}])
    topic = create_topic(project, manager, name="École", query="ecole", kind="subject")
    assert titles(topic) == ["Ecole Brise", "École Lumen"]
    assert set(topic.mentions.values_list("is_backlog", flat=True)) == {True}
    assert AuditLine.objects.get().action == "topic.created"


def test_a_new_topic_meets_documents_that_arrive_later(project, manager, source):
    topic = create_topic(project, manager, name="Lumen", query="lumen")
    arrive(source, entry(1, "Lumen"), entry(2, "Brise"))
    assert titles(topic) == ["Lumen"]
    assert topic.mentions.get().is_backlog is False


def test_a_changed_query_adds_and_removes_at_once(project, manager, source):
    topic = create_topic(project, manager, name="Lampes", query="lumen")
    arrive(source, entry(1, "Lumen"), entry(2, "Brise"))
    update_topic(topic, manager, query="brise")
    assert titles(topic) == ["Brise"]
    arrive(source, entry(3, "Lumen encore"), entry(4, "Brise encore"))
    assert titles(topic) == ["Brise", "Brise encore"]


def test_a_changed_query_keeps_what_somebody_has_worked_on(project, manager, source):
    topic = create_topic(project, manager, name="Lampes", query="lumen")
    arrive(source, entry(1, "Lumen"), entry(2, "Lumen bis"))
    Mention.objects.filter(document__title="Lumen").update(status=Mention.Status.ANSWERED)
    update_topic(topic, manager, query="brise")
    assert titles(topic) == ["Lumen"]


def test_a_story_that_was_answered_is_not_to_review_again_under_a_new_keyword(project, manager, source):
    topic = create_topic(project, manager, name="Lampes", query="lumen")
    arrive(source, entry(1, "Lumen Alba"))
    set_status(project, manager, [topic.mentions.get().pk], Mention.Status.ANSWERED)
    later = create_topic(project, manager, name="Alba", query="alba")
    assert later.mentions.get().status == Mention.Status.ANSWERED


def test_the_history_is_finished_batch_by_batch_after_a_stop(project, manager, monkeypatch):
    monkeypatch.setattr(backfill, "BATCH", 4)
    make_documents(project, [{"title": f"Lumen {number:02}"} for number in range(11)])
    topic = create_topic(project, manager, name="Lumen", query="lumen")
    assert len(titles(topic)) == 4
    assert Topic.objects.get().backfilled_to is not None
    backfill_all()
    assert len(titles(topic)) == 11
    assert Topic.objects.get().backfilled_to is None


def test_a_paused_topic_gains_nothing_and_catches_up_on_resuming(project, manager, source):
    topic = create_topic(project, manager, name="Lumen", query="lumen")
    pause_topic(topic, manager, True)
    arrive(source, entry(1, "Lumen"))
    assert titles(topic) == []
    pause_topic(topic, manager, False)
    backfill_all()
    assert titles(topic) == ["Lumen"]


def test_a_deleted_topic_is_never_matched_again(project, manager, source):
    topic = create_topic(project, manager, name="Lumen", query="lumen")
    arrive(source, entry(1, "Lumen"))
    delete_topic(topic, manager)
    arrive(source, entry(2, "Lumen"))
    assert not Mention.objects.exists()


def test_languages_and_platforms_narrow_a_topic_and_an_unknown_language_passes(project, manager, source):
    topic = create_topic(project, manager, name="Lumen", query="lumen", languages=["fr"])
    titled = {
        "fr": "La nouvelle lampe Lumen est enfin disponible en magasin",
        "fr-ca": "Chez Lumen, on a hâte de vous montrer la boutique de Montréal",
        "en": "The new Lumen lamp is now available in all our shops",
        "": "Lumen",
    }
    for number, (language, title) in enumerate(titled.items()):
        store([Batch(source.pk, project.pk, (entry(number, title),), language=language)])
    assert set(titles(topic)) == {titled["fr"], titled["fr-ca"], titled[""]}


@pytest.mark.parametrize("query", ["", "(lumen", '"lumen', "-lumen", "OR"])
def test_a_malformed_query_is_refused_and_changes_nothing(project, manager, query):
    topic = create_topic(project, manager, name="Lumen", query="lumen")
    with pytest.raises(ValidationError) as refusal:
        update_topic(topic, manager, query=query)
    assert list(refusal.value.message_dict) == ["query"]
    assert Topic.objects.get().query == "lumen"


def test_two_topics_of_a_project_have_different_names(project, manager):
    create_topic(project, manager, name="Lumen", query="lumen")
    with pytest.raises(ValidationError) as refusal:
        create_topic(project, manager, name="lumen", query="autre")
    assert list(refusal.value.message_dict) == ["name"]


def test_a_change_made_on_an_old_copy_undoes_nobody_elses(project, manager, source):
    """Two people open the same keyword; one changes its query, the other its name."""
    topic = create_topic(project, manager, name="Lampes", query="lumen")
    arrive(source, entry(1, "Lumen"), entry(2, "Brise"))
    old = Topic.objects.get()
    update_topic(topic, manager, query="brise")
    update_topic(old, manager, name="Lampes et vases")
    pause_topic(topic, manager, True)
    saved = Topic.objects.get()
    assert (saved.name, saved.query, saved.version, saved.is_paused) == ("Lampes et vases", "brise", 2, True)
    assert titles(saved) == ["Brise"]


def test_a_query_that_can_no_longer_be_read_stops_no_other(project, manager, source, monkeypatch):
    """Saved under the grammar of an earlier version: not by create_topic, which refuses it."""
    make_topic(project, query="(lumen", backfilled_to=1000)
    make_documents(project, [{"title": "Lumen hier", "text": ""}, {"title": "Brise", "text": ""}])
    monkeypatch.setattr(backfill, "BATCH", 1)
    topic = create_topic(project, manager, name="Lumen", query="lumen")
    backfill_all()
    arrive(source, entry(1, "Lumen"))
    assert titles(topic) == ["Lumen", "Lumen hier"]


def test_a_long_history_lets_other_work_in_between(project, manager, monkeypatch):
    monkeypatch.setattr(backfill, "BATCH", 4)
    make_documents(project, [{"title": f"Lumen {number:02}"} for number in range(11)])
    topic = create_topic(project, manager, name="Lumen", query="lumen")
    backfill_all(budget_s=0)
    assert len(titles(topic)) == 4
    backfill_all()
    assert len(titles(topic)) == 11


def test_a_topic_saved_while_a_document_is_being_stored_still_finds_it(project, manager, source):
    """The race: ingest has read the topics but not committed; the topic must wait and then see the document."""
    topics = []

    def save_topic():
        topics.append(create_topic(project, manager, name="Lumen", query="lumen"))
        connections.close_all()

    with transaction.atomic():
        share_discoveries([project.pk])
        saving = Thread(target=save_topic)
        saving.start()
        saving.join(0.5)
        assert saving.is_alive(), "the topic did not wait for the documents under way"
        arrive(source, entry(1, "Lumen"))
    saving.join(10)
    assert titles(topics[0]) == ["Lumen"]
