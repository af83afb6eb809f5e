"""Requests and their worker: limits, races, kills, what was turned off or deleted meanwhile, retention."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Membership
from assistant import requests, runs
from assistant.models import AssistantRequest, AssistantRules
from assistant.queries import request_query
from assistant.replies import request_reply
from assistant.requests import NotAllowed, TooManyRequests
from assistant.tasks import delete_old_requests, run_requests
from monitoring.ingest.deletions import blank_documents
from monitoring.ingest.erasure import items_erased
from tests.assistant.world import answered, ask_for_summary, make_period, only_request, summarized
from tests.forks import is_killed
from tests.racing import race

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("allowed")]


@pytest.fixture
def mentions(project):
    return make_period(project, ["A fine lumen", "A dark lumen"])


def test_same_subject_is_asked_once(chat, project, owner, english_manager, mentions):
    first = ask_for_summary(project, owner)
    assert ask_for_summary(project, english_manager) == first
    run_requests()
    assert len(chat.requests) == 1
    assert ask_for_summary(project, owner) != first


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_are_one_request(chat, project, owner, mentions):
    made = race(*[lambda: ask_for_summary(project, owner).pk] * 4)
    assert len(set(made)) == 1, made


@pytest.mark.parametrize("name", ["MAX_PER_PERSON", "MAX_PER_PROJECT"])
def test_requests_per_hour_are_limited(chat, project, owner, monkeypatch, name):
    monkeypatch.setattr(requests, name, 2)
    for text in ("a", "b"):
        answered(request_query(project, owner, text))
    with pytest.raises(TooManyRequests) as error:
        request_query(project, owner, "c")
    assert error.value.limit == 2 and error.value.is_hourly
    AssistantRequest.objects.update(created_at=timezone.now() - timedelta(minutes=61))
    assert request_query(project, owner, "c")


def test_requests_in_progress_are_limited_per_person(chat, project, owner, manager):
    for number in range(requests.MAX_OPEN_PER_PERSON):
        request_query(project, owner, f"lamp {number}")
    with pytest.raises(TooManyRequests) as error:
        request_query(project, owner, "another")
    assert not error.value.is_hourly
    assert request_query(project, manager, "another")


@pytest.mark.django_db(transaction=True)
def test_race_of_requests_keeps_the_limit(chat, project, owner, monkeypatch):
    monkeypatch.setattr(requests, "MAX_PER_PERSON", 2)
    made = race(*[lambda text=text: request_query(project, owner, text) for text in "abcd"])
    assert sum(isinstance(one, AssistantRequest) for one in made) == 2
    assert AssistantRequest.objects.count() == 2


def test_nothing_is_asked_where_it_is_not_allowed(chat, project, owner, settings, mentions):
    AssistantRules.objects.update(is_allowed=False)
    with pytest.raises(NotAllowed):
        ask_for_summary(project, owner)
    AssistantRules.objects.update(is_allowed=True)
    settings.ASSISTANT_URL = ""
    with pytest.raises(NotAllowed):
        ask_for_summary(project, owner)


@pytest.mark.parametrize("change", ["rules", "settings", "person", "project", "role"])
def test_what_was_turned_off_meanwhile_sends_nothing(chat, project, manager, settings, mentions, change):
    request = ask_for_summary(project, manager)
    if change == "rules":
        AssistantRules.objects.update(is_allowed=False)
    elif change == "settings":
        settings.ASSISTANT_MODEL = ""
    elif change == "person":
        manager.is_active = False
        manager.save()
    elif change == "project":
        project.deleted_at = timezone.now()
        project.save()
    else:
        Membership.objects.filter(user=manager).update(role="viewer")
    assert answered(request).error == "turned_off"
    assert chat.requests == []


def test_claims_are_limited_and_expire(chat, project, owner, manager, mentions):
    now = timezone.now()
    made = [request_query(project, person, text) for person in (owner, manager) for text in ("a", "b")]
    claimed = [runs.claim(now), runs.claim(now)]
    assert [one.pk for one in claimed] == [one.pk for one in made[:2]]
    assert runs.claim(now) is None
    later = now + runs.LEASE + timedelta(seconds=1)
    assert runs.claim(later).pk == made[0].pk
    runs._finish(claimed[0], runs.Failure("busy"))  # too late: the claim is another worker's
    made[0].refresh_from_db()
    assert (made[0].state, made[0].tries) == ("running", 2)
    runs.claim(later + runs.LEASE + timedelta(seconds=1))
    made[0].refresh_from_db()
    assert (made[0].state, made[0].error) == ("failed", "interrupted")


@pytest.mark.django_db(transaction=True)
def test_two_workers_claim_different_requests(chat, project, owner):
    made = {request_query(project, owner, text).pk for text in "ab"}
    claimed = race(*[lambda: runs.claim(timezone.now())] * 4)
    assert {one.pk for one in claimed if one} == made
    assert sum(one is None for one in claimed) == 2


@pytest.mark.django_db(transaction=True)
def test_worker_killed_at_any_statement_answers_once(chat, project, owner, mentions):
    """Kill a worker before each statement; the next one, after the lease, then completes the request."""
    kills = 0
    for statement in range(1, 80):
        AssistantRequest.objects.all().delete()
        request = ask_for_summary(project, owner)
        if not is_killed(run_requests, statement):
            break
        kills += 1
        request.refresh_from_db()
        assert (request.state == "done") == bool(request.result)  # stored as a whole or not at all
        AssistantRequest.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
        assert answered(request).state == "done"
        assert len(request.result["sentences"]) == 2
    assert kills > 10
    request.refresh_from_db()
    assert request.state == "done"


def test_bug_is_a_sentence_and_does_not_stop_the_next_request(chat, project, owner, mentions, monkeypatch, caplog):
    broken = ask_for_summary(project, owner)
    AssistantRequest.objects.filter(pk=broken.pk).update(about={"subject": "unknown"})
    other = request_query(project, owner, "lamps")
    assert runs.run_pending() == 2
    broken.refresh_from_db()
    other.refresh_from_db()
    assert (broken.state, broken.error, other.state) == ("failed", "interrupted", "done")


def test_deleted_item_takes_its_sentences_along(chat, project, owner, mentions):
    request = summarized(project, owner)
    reply = answered(request_reply(project, owner, mentions[1], ""))
    blank(mentions[1])
    request.refresh_from_db()
    reply.refresh_from_db()
    assert [one["text"] for one in request.result["sentences"]] == []
    assert (reply.state, reply.result, reply.error) == ("failed", {}, "item_gone")


def test_deleted_item_leaves_the_sentences_of_others(chat, project, owner, mentions):
    chat.answer({"sentences": [{"text": name, "mentions": [name]} for name in ("m1", "m2")]})
    request = summarized(project, owner)
    blank(mentions[1])
    request.refresh_from_db()
    assert [one["text"] for one in request.result["sentences"]] == ["m1"]


def test_erased_item_leaves_nothing_of_any_answer(chat, project, owner, mentions):
    chat.answer({"sentences": [{"text": "m1", "mentions": ["m1"]}]})
    request = summarized(project, owner)
    with transaction.atomic():
        items_erased.send(sender=None, project_id=project.pk, document_ids=[mentions[1].document_id])
    request.refresh_from_db()
    assert (request.state, request.result) == ("failed", {})


def test_item_deleted_while_the_model_writes_discards_the_answer(chat, project, owner, mentions, monkeypatch):
    request = ask_for_summary(project, owner)
    finish = runs._finish

    def delete_first(*arguments):
        blank(mentions[0])
        finish(*arguments)

    monkeypatch.setattr(runs, "_finish", delete_first)
    assert answered(request).error == "item_gone"
    assert request.result == {}


def test_old_requests_are_deleted(chat, project, owner, mentions):
    request = summarized(project, owner)
    delete_old_requests()
    assert only_request() == request
    AssistantRequest.objects.update(created_at=timezone.now() - runs.RETENTION - timedelta(minutes=1))
    delete_old_requests()
    assert not AssistantRequest.objects.exists()


def blank(mention):
    with transaction.atomic(), connection.cursor() as cursor:
        blank_documents(cursor, [mention.document_id], "platform", timezone.now())
