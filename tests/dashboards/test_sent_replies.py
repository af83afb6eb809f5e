"""The replies that Vigie sends, in the page of a mention: states, cancel, and an unknown outcome."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tests.factories import make_keyword, make_mention
from tests.lookalikes.platforms.base import make_posts
from tests.lookalikes.platforms.replying import REPLYING
from tests.pages import words
from tests.workplace.test_outgoing import Place, run
from workplace.models import Draft, OutgoingReply

URL = "https://social.example/@lumen/1"


@pytest.fixture
def mention(project):
    return make_mention(make_keyword(project), status="needs_reply")


@pytest.fixture
def make_reply(project, mention, english_manager):
    """`make_reply(state, **fields)` creates a reply with its draft."""

    def make(state, **fields):
        is_open = state in OutgoingReply.OPEN
        draft_state = "sending" if is_open else {"sent": "sent"}.get(state, "draft")
        draft = Draft.objects.create(project=project, document=mention.document, text="Merci", state=draft_state)
        values = {"account": "@lumen", "user": english_manager, "draft_state": "draft", "text": "Merci"}
        return OutgoingReply.objects.create(
            project=project, document=mention.document, draft=draft, state=state, **(values | fields)
        )

    return make


def page_of(client, mention):
    return client.get(reverse("mention", args=[mention.keyword.project_id, mention.pk]))


def test_page_shows_a_sent_reply_with_its_address(as_person, english_manager, mention, make_reply):
    make_reply("sent", url=URL, sent_at=timezone.now())
    page = page_of(as_person(english_manager), mention)
    assert f"Reply published with @lumen, by {english_manager.name}." in words(page)
    assert f'href="{URL}"' in page.content.decode()


def test_page_shows_no_address_that_is_no_web_address(as_person, english_manager, mention, make_reply):
    make_reply("sent", url="javascript:alert(1)", sent_at=timezone.now())
    assert "javascript:" not in page_of(as_person(english_manager), mention).content.decode()


def test_page_shows_why_a_reply_failed_and_what_to_do(as_person, english_manager, mention, make_reply):
    make_reply("failed", error_code="reply_permission", error="This action is outside the authorized scopes")
    text = words(page_of(as_person(english_manager), mention))
    assert "The reply with @lumen was not published." in text
    assert "The account isn’t allowed to publish replies." in text and "connect the account again" in text
    assert "outside the authorized scopes" in text


def test_page_shows_a_failure_only_until_the_next_attempt(as_person, english_manager, mention, make_reply):
    make_reply("failed", error_code="reply_permission")
    Draft.objects.update(state="discarded")
    make_reply("sent", url=URL, sent_at=timezone.now())
    text = words(page_of(as_person(english_manager), mention))
    assert "Reply published with @lumen" in text and "was not published" not in text


def test_manager_cancels_from_the_page(as_person, english_manager, mention, make_reply):
    reply = make_reply("queued", due_at=timezone.now() + timedelta(seconds=10))
    client = as_person(english_manager)
    assert "Will be sent with @lumen in a few seconds." in words(page_of(client, mention))
    url = reverse("reply_cancel", args=[reply.project_id, reply.pk])
    assert client.post(url).status_code == 302
    reply.refresh_from_db()
    assert (reply.state, Draft.objects.get().state) == ("canceled", "draft")
    assert "This reply can’t be canceled anymore." in words(client.post(url, follow=True))


def test_manager_says_that_an_unknown_reply_is_there(as_person, english_manager, mention, make_reply):
    reply = make_reply("unknown", requested_at=timezone.now(), error_code="reply_unknown")
    client = as_person(english_manager)
    assert "The reply is there" in words(page_of(client, mention))
    url = reverse("reply_resolve", args=[reply.project_id, reply.pk])
    assert client.post(url, {"published": "maybe"}).status_code == 400
    response = client.post(url, {"published": "yes"}, headers={"HX-Request": "true"})
    assert response.headers["HX-Trigger-After-Swap"] == "vigie:reply-done"
    mention.refresh_from_db()
    assert mention.status == "replied"


def test_list_is_asked_for_again_while_a_reply_is_under_way(as_person, english_manager, mention, make_reply):
    reply = make_reply("sending", due_at=timezone.now() + timedelta(minutes=5))
    client = as_person(english_manager)
    url = reverse("sent_replies", args=[reply.project_id, mention.pk])
    fragment = client.get(url, headers={"HX-Request": "true"})
    assert url in fragment.content.decode() and "HX-Trigger-After-Swap" not in fragment.headers
    OutgoingReply.objects.update(state="sent", url=URL)
    done = client.get(url, headers={"HX-Request": "true"})
    assert "hx-get" not in done.content.decode() and done.headers["HX-Trigger-After-Swap"] == "vigie:reply-done"
    assert client.get(url).status_code == 302


def test_viewer_sees_replies_and_changes_none(as_person, viewer, mention, make_reply):
    reply = make_reply("queued", due_at=timezone.now() + timedelta(seconds=10))
    client = as_person(viewer)
    page = page_of(client, mention)
    assert "Will be sent with @lumen" in words(page) and "Undo send" not in words(page)
    assert client.post(reverse("reply_cancel", args=[reply.project_id, reply.pk])).status_code == 403


def test_stranger_cannot_touch_a_reply(as_person, stranger, mention, make_reply):
    reply = make_reply("queued", due_at=timezone.now())
    client = as_person(stranger)
    other = stranger.projects.get().pk
    for name in ("reply_cancel", "reply_resolve"):
        assert client.post(reverse(name, args=[reply.project_id, reply.pk])).status_code == 404
        assert client.post(reverse(name, args=[other, reply.pk]), {"published": "no"}).status_code == 404
    reply.refresh_from_db()
    assert reply.state == "queued"


def test_history_says_what_happened_to_the_reply(as_person, english_manager, mention, make_reply):
    reply = make_reply("queued", due_at=timezone.now() + timedelta(seconds=10))
    client = as_person(english_manager)
    client.post(reverse("reply_cancel", args=[reply.project_id, reply.pk]))
    assert "Sending of the reply canceled." in words(page_of(client, mention))


def test_button_sends_the_text_without_a_script(as_person, english_manager, project):
    with REPLYING["mastodonsearch"]() as server:
        server.now = timezone.now()
        server.posts = make_posts(1, now=server.now)
        place = Place(server, project)
        client = as_person(english_manager)
        assert "Send with" in words(page_of(client, place.mention))
        url = reverse("mention_reply", args=[project.pk, place.mention.pk])
        fields = {"action": "send", "text": "Merci !", "version": "0", "account": place.credential.pk}
        for account in ("", "x", "9" * 30, place.credential.pk + 1):
            refused = client.post(url, fields | {"account": account}, headers={"HX-Request": "true"})
            assert "This account can’t reply to the item." in words(refused)
            fields["version"] = "1"
        assert "will be sent in a few seconds" in words(client.post(url, fields, follow=True))
        assert run().state == "sent" and len(server.published) == 1


def test_viewer_and_stranger_cannot_send(as_person, viewer, stranger, project, mention):
    url = reverse("mention_reply", args=[project.pk, mention.pk])
    fields = {"action": "send", "text": "Merci", "version": "0", "account": "1"}
    assert as_person(viewer).post(url, fields).status_code == 403
    assert as_person(stranger).post(url, fields).status_code == 404
    assert not OutgoingReply.objects.exists() and not Draft.objects.exists()
