"""The API of replies: send a draft, cancel, read the outcome, and say what happened to an unknown one."""

import pytest
from django.utils import timezone

from monitoring.models import Credential
from tests.lookalikes.platforms.base import make_posts
from tests.lookalikes.platforms.replying import REPLYING
from tests.workplace.test_outgoing import Place, run
from workplace.models import OutgoingReply


@pytest.fixture
def place(project):
    with REPLYING["mastodonsearch"]() as server:
        server.now = timezone.now()
        server.posts = make_posts(1, now=server.now)
        yield Place(server, project)


@pytest.fixture
def paths(place):
    base = f"/projects/{place.project.pk}"
    return f"{base}/mentions/{place.mention.pk}", f"{base}/replies"


def test_api_sends_a_draft_and_returns_its_address(program, manager, place, paths):
    of_item, _ = paths
    call = program(manager)
    assert call.get(f"{of_item}/reply-accounts").json() == {
        "items": [{"id": place.credential.pk, "name": "@lumen", "platform": "mastodonsearch"}]
    }
    call("POST", f"{of_item}/draft", {"text": "Bonjour, merci pour votre message !", "version": 0})
    answer = call("POST", f"{of_item}/replies", {"version": 1, "account": place.credential.pk})
    assert answer.status_code == 201
    sent = answer.json()
    assert (sent["state"], sent["account"], sent["user"]["name"]) == ("queued", "@lumen", manager.name)
    assert call.get(f"{of_item}/draft").json()["draft"]["state"] == "sending"
    run()
    [shown] = call.get(f"{of_item}/replies").json()["items"]
    assert (shown["state"], shown["error"]) == ("sent", None) and shown["url"].startswith("https://social.example/")
    again = call("POST", f"{of_item}/replies", {"version": 2, "account": place.credential.pk})
    assert again.status_code == 409


def test_api_names_what_prevents_a_reply(program, manager, place, paths):
    of_item, _ = paths
    call = program(manager)
    call("POST", f"{of_item}/draft", {"text": "Bonjour", "version": 0})
    for account in (place.credential.pk + 1, 2**63 - 1):
        answer = call("POST", f"{of_item}/replies", {"version": 1, "account": account})
        assert answer.status_code == 422 and answer.json()["errors"][0]["field"] == "account"
    for body in ({}, {"version": 1}, {"version": -1, "account": 1}, {"version": 1, "account": 2**70}):
        assert call("POST", f"{of_item}/replies", body).status_code == 422
    Credential.objects.update(can_reply=False)
    assert call.get(f"{of_item}/reply-accounts").json() == {"items": []}
    assert not OutgoingReply.objects.exists()


def test_api_cancels_in_time_and_refuses_afterwards(program, manager, place, paths):
    of_item, replies = paths
    call = program(manager)
    call("POST", f"{of_item}/draft", {"text": "Bonjour", "version": 0})
    sent = call("POST", f"{of_item}/replies", {"version": 1, "account": place.credential.pk}).json()
    assert call("POST", f"{replies}/{sent['id']}/cancel").json()["state"] == "canceled"
    late = call("POST", f"{replies}/{sent['id']}/cancel")
    assert late.status_code == 409 and late.json()["errors"][0]["code"] == "conflict"
    assert call("POST", f"{replies}/{sent['id'] + 1}/cancel").status_code == 404
    assert call.get(f"{of_item}/draft").json()["draft"]["state"] == "draft"
    run()
    assert place.server.published == []


def test_api_shows_the_reason_of_a_failure(program, manager, place, paths):
    of_item, _ = paths
    call = program(manager)
    call("POST", f"{of_item}/draft", {"text": "Bonjour", "version": 0})
    call("POST", f"{of_item}/replies", {"version": 1, "account": place.credential.pk})
    place.server.change(1, is_deleted=True)
    run()
    [shown] = call.get(f"{of_item}/replies").json()["items"]
    assert (shown["state"], shown["error"]["code"]) == ("failed", "parent_deleted")
    assert shown["error"]["message"] and shown["error"]["advice"]


def test_api_resolves_an_unknown_reply_once(program, manager, place, paths):
    of_item, replies = paths
    call = program(manager)
    call("POST", f"{of_item}/draft", {"text": "Bonjour", "version": 0})
    sent = call("POST", f"{of_item}/replies", {"version": 1, "account": place.credential.pk}).json()
    path = f"{replies}/{sent['id']}/resolve"
    assert call("POST", path, {"published": True}).status_code == 409
    OutgoingReply.objects.update(state="unknown", requested_at=timezone.now(), due_at=None)
    assert call("POST", path, {"published": True, "url": "javascript:alert(1)"}).status_code == 422
    url = "https://social.example/@lumen/9"
    assert call("POST", path, {"published": True, "url": url}).json()["url"] == url
    assert call("POST", path, {"published": False}).status_code == 409
    place.mention.refresh_from_db()
    assert place.mention.status == "replied"
