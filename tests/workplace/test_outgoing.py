"""Sending replies: queued with the draft, canceled in time, published once, given back with a reason, or unknown."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.models import ActivityEntry
from monitoring.models import Credential, RawItem, RequestBudget, Triage
from tests.factories import make_keyword, make_mention, make_source
from tests.lookalikes.platforms.base import make_posts
from tests.lookalikes.platforms.replying import REPLYING
from tests.racing import race
from workplace import drafts, outgoing, reply_outcomes, saved_replies
from workplace.drafts import DraftChanged
from workplace.models import Draft, OutgoingReply
from workplace.outgoing import NotCancelable

TEXT = "Bonjour, désolés : écrivez-nous, nous vous aidons tout de suite."


class Place:
    """An item of a platform, its source at the look-alike, and an account that can reply to it."""

    def __init__(self, server, project):
        self.server, self.project = server, project
        platform = server.platform
        self.credential = Credential(project=project, platform=platform, name="@lumen", can_reply=True)
        self.credential.set_secrets({**server.valid, **server.account})
        self.credential.settings = {"account": "@lumen"} if "account" in server.account else {}
        self.credential.save()
        settings = {**server.settings, "base_url": server.url}
        host = {"platform": platform, "settings": settings, "host": "127.0.0.1"}
        source = make_source(project, credential=self.credential, **host)
        [post] = server.posts
        item = {"mastodonsearch": "mastodon"}.get(platform, platform)
        fields = {"url": server.permalink(post), "platform": item, "source": source, "language": "fr"}
        self.mention = make_mention(make_keyword(project), status="needs_reply", **fields)
        self.document = self.mention.document
        body = f'{{"id": "{server.item_id(post)}"}}'
        RawItem.objects.create(document=self.document, body=body, stored_at=timezone.now())

    def write(self, user, text=TEXT):
        draft = drafts.open_draft(self.project, self.document.pk)
        return drafts.save_draft(self.project, user, self.document.pk, text, draft.version if draft else 0)

    def send(self, user, version=None):
        draft = drafts.open_draft(self.project, self.document.pk)
        number = draft.version if version is None else version
        return outgoing.send_reply(self.project, user, self.document.pk, number, self.credential.pk)


def due_now():
    """End the grace period, the wait or the lease of every reply."""
    past = timezone.now() - timedelta(seconds=1)
    OutgoingReply.objects.exclude(due_at=None).update(due_at=past)


def run():
    due_now()
    RequestBudget.objects.all().delete()
    outgoing.send_due()
    return OutgoingReply.objects.latest("pk")


@pytest.fixture(params=["mastodonsearch"])
def place(request, project):
    with REPLYING[request.param]() as server:
        server.now = timezone.now()
        server.posts = make_posts(1, now=server.now)
        yield Place(server, project)


every_platform = pytest.mark.parametrize("place", sorted(REPLYING), indirect=True)


@every_platform
def test_reply_is_queued_published_once_and_closes_the_item(place, manager):
    place.write(manager)
    reply = place.send(manager)
    assert (reply.state, reply.account, place.server.published) == ("queued", "@lumen", [])
    assert outgoing.send_due() == 0, "the person can still cancel"
    reply = run()
    assert (reply.state, reply.error_code, reply.due_at) == ("sent", "", None)
    assert reply.url.startswith("https://") and reply.sent_at and reply.native_id
    assert run().state == "sent"
    [published] = place.server.published
    assert published.text.endswith(TEXT)
    place.mention.refresh_from_db()
    triage = Triage.objects.get(document=place.document)
    assert (place.mention.status, triage.replied_by, bool(triage.first_replied_at)) == ("replied", manager, True)
    assert Draft.objects.get().state == "sent"
    entry = ActivityEntry.objects.get(action="draft.sent")
    assert entry.detail["url"] == reply.url and entry.user == manager


@every_platform
def test_lost_response_publishes_no_second_reply(place, manager):
    place.write(manager)
    place.send(manager)
    place.server.loses = True
    reply = run()
    assert reply.state == "unknown" and len(place.server.published) == 1
    assert drafts.open_draft(place.project, place.document.pk).state == "sending"
    reply = run()
    assert (reply.state, len(place.server.published)) == ("sent", 1)
    assert reply.url


@every_platform
def test_worker_that_died_after_the_request_publishes_no_second_reply(place, manager):
    place.write(manager)
    reply = place.send(manager)
    run()
    # As if the worker had died before it stored the result.
    Draft.objects.update(state="sending")
    OutgoingReply.objects.update(state="sending", sent_at=None, url="", due_at=timezone.now())
    reply = run()
    assert (reply.state, len(place.server.published)) == ("sent", 1)


def test_unknown_reply_is_looked_for_some_times_and_then_left_to_a_person(project, manager):
    with REPLYING["reddit"]() as server:
        server.now = timezone.now()
        server.posts = make_posts(1, now=server.now)
        place = Place(server, project)
        place.write(manager)
        place.send(manager)
        server.fail(200, {"kind": "Listing", "data": {"children": [server._thing(server.posts[0])]}})
        server.fail(502, b"")
        assert run().state == "unknown"
        for _ in range(12):
            run()
        reply = OutgoingReply.objects.get()
        assert (reply.state, reply.due_at, server.published) == ("unknown", None, [])
        draft = Draft.objects.get()
        with pytest.raises(DraftChanged):
            drafts.save_draft(project, manager, place.document.pk, "Other", draft.version)
        reply = reply_outcomes.resolve(project, manager, reply.pk, was_published=False)
        assert (reply.state, Draft.objects.get().state) == ("failed", "draft")
        with pytest.raises(OutgoingReply.DoesNotExist):
            reply_outcomes.resolve(project, manager, reply.pk, was_published=True)
        place.send(manager)
        assert run().state == "sent" and len(server.published) == 1


def test_person_says_that_an_unknown_reply_is_there(place, manager):
    place.write(manager)
    reply = place.send(manager)
    OutgoingReply.objects.update(state="unknown", requested_at=timezone.now(), due_at=None)
    reply_outcomes.resolve(place.project, manager, reply.pk, was_published=True, url="https://social.example/@lumen/1")
    place.mention.refresh_from_db()
    assert (place.mention.status, Draft.objects.get().state) == ("replied", "sent")


def test_canceled_reply_is_not_sent_and_its_draft_is_open_again(place, manager):
    place.write(manager)
    reply = place.send(manager)
    assert outgoing.cancel(place.project, manager, reply.pk).state == "canceled"
    assert run().state == "canceled" and place.server.published == []
    draft = drafts.open_draft(place.project, place.document.pk)
    assert (draft.state, draft.text) == ("draft", TEXT)
    with pytest.raises(NotCancelable):
        outgoing.cancel(place.project, manager, reply.pk)
    place.send(manager)
    assert run().state == "sent"


def test_sent_reply_cannot_be_canceled(place, manager, stranger):
    place.write(manager)
    reply = place.send(manager)
    with pytest.raises(OutgoingReply.DoesNotExist):
        outgoing.cancel(stranger.projects.get(), stranger, reply.pk)
    run()
    with pytest.raises(NotCancelable):
        outgoing.cancel(place.project, manager, reply.pk)


def test_refused_reply_returns_the_draft_with_the_reason(place, manager):
    place.write(manager)
    place.server.has_permission = False
    place.send(manager)
    reply = run()
    assert (reply.state, reply.error_code) == ("failed", "reply_permission")
    draft = drafts.open_draft(place.project, place.document.pk)
    assert (draft.state, draft.text) == ("draft", TEXT)
    place.mention.refresh_from_db()
    assert place.mention.status == "needs_reply"
    place.server.has_permission = True
    place.send(manager)
    assert run().state == "sent" and len(place.server.published) == 1


def test_approved_draft_stays_approved_when_it_could_not_be_sent(place, owner, manager):
    saved_replies.set_rules(place.project, owner, needs_approval=True)
    place.write(manager)
    with pytest.raises(ValidationError):
        place.send(manager)
    assert not OutgoingReply.objects.exists() and Draft.objects.get().state == "draft"
    drafts.approve(place.project, owner, place.document.pk, 1)
    place.send(manager)
    place.server.change(1, is_deleted=True)
    assert run().error_code == "parent_deleted"
    assert Draft.objects.get().state == "approved"


def test_cooling_draft_is_not_sent(place, owner, manager):
    saved_replies.set_rules(place.project, owner, cooling_minutes=10)
    place.write(manager)
    with pytest.raises(ValidationError):
        place.send(manager)


def test_rate_limited_reply_waits_and_is_sent_later(place, manager):
    place.write(manager)
    place.send(manager)
    place.server.fail_with(place.server.rate_limited())
    reply = run()
    assert (reply.state, reply.error_code) == ("queued", "rate_limited")
    assert reply.due_at > timezone.now() and place.server.published == []
    assert run().state == "sent"


def test_server_that_stays_away_fails_in_the_end(place, manager):
    place.write(manager)
    place.send(manager)
    place.server.fail(503, b"", times=20)
    for _ in range(6):
        run()
    reply = OutgoingReply.objects.get()
    assert (reply.state, reply.error_code) == ("failed", "unavailable")
    assert Draft.objects.get().state == "draft"


def test_account_that_an_admin_has_not_allowed_sends_nothing(place, manager):
    place.write(manager)
    Credential.objects.update(can_reply=False)
    with pytest.raises(ValidationError) as failure:
        place.send(manager)
    assert failure.value.error_dict["account"][0].code == "invalid"
    assert Draft.objects.get().state == "draft"
    Credential.objects.update(can_reply=True)
    place.send(manager)
    Credential.objects.update(can_reply=False)
    assert run().error_code == "account_removed" and place.server.published == []


def test_deleted_account_gives_the_draft_back(place, manager):
    place.write(manager)
    place.send(manager)
    Credential.objects.all().delete()
    assert run().error_code == "account_removed"
    assert Draft.objects.get().state == "draft"


def test_account_of_another_project_cannot_be_used(place, stranger, manager):
    place.write(manager)
    Credential.objects.update(project=stranger.projects.get())
    with pytest.raises(ValidationError):
        place.send(manager)


def test_too_long_text_is_refused_before_it_is_queued(project, manager):
    with REPLYING["bluesky"]() as server:
        server.posts = make_posts(1)
        place = Place(server, project)
        place.write(manager, "é" * 301)
        with pytest.raises(ValidationError) as failure:
            place.send(manager)
        assert failure.value.error_dict["text"][0].code == "max_length"
        place.write(manager, "👩‍👩‍👧‍👧" * 300)
        place.send(manager)


@pytest.mark.django_db(transaction=True)
def test_two_people_who_send_at_once_send_one_reply(place, owner, manager):
    place.write(manager)
    results = race(lambda: place.send(owner, 1), lambda: place.send(manager, 1))
    assert len([one for one in results if isinstance(one, DraftChanged)]) == 1
    due_now()
    race(outgoing.send_due, outgoing.send_due)
    assert OutgoingReply.objects.get().state == "sent" and len(place.server.published) == 1


@pytest.mark.django_db(transaction=True)
def test_cancel_and_worker_at_once_have_one_winner(place, manager):
    place.write(manager)
    for _ in range(4):
        reply = place.send(manager)
        due_now()
        before = len(place.server.published)
        results = race(lambda pk=reply.pk: outgoing.cancel(place.project, manager, pk), outgoing.send_due)
        reply.refresh_from_db()
        was_canceled = not isinstance(results[0], NotCancelable)
        assert reply.state == ("canceled" if was_canceled else "sent")
        assert len(place.server.published) - before == (0 if was_canceled else 1)
        if not was_canceled:
            break
