"""Posts and replies on a real Bluesky account server: what it stores, once, also if workers are killed.

Skipped unless BLUESKY_SERVER has the URL of one; tests/bluesky_server/server.js starts it.
"""

import os
import random
import time
from datetime import timedelta
from uuid import uuid4

import pytest
import requests
from django.utils import timezone

from tests.monitoring.polling.test_kill import kill, start
from tests.pictures import noise_bytes, picture_bytes
from tests.workplace import test_outgoing, test_outgoing_kill, test_publishing
from workplace.models import OutgoingPost, OutgoingReply, Post
from workplace.post_pictures import PictureValues, set_pictures, write_new

SERVER = os.environ.get("BLUESKY_SERVER", "")
KILLS = 12

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not SERVER, reason="BLUESKY_SERVER has no URL of a Bluesky server (tests/bluesky_server)"),
]


class Account:
    """A new account of the server, with the attributes of a look-alike that tests of posts and replies use."""

    platform = "bluesky"
    account: dict[str, str] = {}
    delay_s = 0.0

    def __init__(self):
        self.url = SERVER
        handle = f"u{uuid4().hex[:12]}.test"
        self.settings, self.valid = {"handle": handle}, {"password": uuid4().hex}
        account = {"handle": handle, "email": f"{handle}@lumen.example", **self.valid}
        session = self.call("com.atproto.server.createAccount", account)
        self.did, self.token = session["did"], session["accessJwt"]
        self.posts: list[dict] = []

    def call(self, method, body, token=""):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        response = requests.post(f"{SERVER}/xrpc/{method}", json=body, headers=headers, timeout=30)
        response.raise_for_status()
        return response.json()

    def write(self, text, **fields):
        """Publish a post. Return its `uri` and `cid`."""
        moment = timezone.now().isoformat()
        record = {"$type": "app.bsky.feed.post", "text": text, "createdAt": moment, **fields}
        body = {"repo": self.did, "collection": "app.bsky.feed.post", "record": record}
        post = self.call("com.atproto.repo.createRecord", body, self.token)
        self.posts.append(post)
        return post

    @property
    def published(self):
        query = {"repo": self.did, "collection": "app.bsky.feed.post"}
        response = requests.get(f"{SERVER}/xrpc/com.atproto.repo.listRecords", query, timeout=30)
        return [one["value"] for one in response.json()["records"]]

    def permalink(self, post):
        return f"https://bsky.app/profile/{self.did}/post/{post['uri'].rpartition('/')[2]}"

    def item_id(self, post):
        return post["uri"]


class Conversation(Account):
    """A post of another person, to which the account replies."""

    def __init__(self):
        super().__init__()
        self.customer = Account()
        self.first = self.customer.write("Lumen, my lamp is broken")
        link = {"uri": self.first["uri"], "cid": self.first["cid"]}
        self.posts = [self.customer.write("And nobody answers", reply={"root": link, "parent": link})]
        self.permalink = self.customer.permalink


@pytest.fixture
def place(project):
    return test_publishing.Place(Account(), project)


@pytest.fixture
def answering(project):
    return test_outgoing.Place(Conversation(), project)


def test_post_has_its_text_and_its_links(place, manager):
    post = place.post(manager)
    assert test_publishing.run().status == "published"
    [record] = place.server.published
    assert record["text"] == test_publishing.TEXT
    [facet] = record["facets"]
    linked = record["text"].encode()[facet["index"]["byteStart"] : facet["index"]["byteEnd"]]
    assert linked.decode() == facet["features"][0]["uri"] == "https://lumen.example/atelier"
    url = post.variants.get().url
    assert url.startswith(f"https://bsky.app/profile/{place.server.did}/post/")


def test_pictures_are_stored_with_their_descriptions(place, manager):
    post = place.post(manager)
    given = [PictureValues("A lamp 💡", data=picture_bytes()), PictureValues(data=noise_bytes())]
    set_pictures(post, given, write_new(given))
    assert test_publishing.run().status == "published"
    [record] = place.server.published
    assert [one["alt"] for one in record["embed"]["images"]] == ["A lamp 💡", ""]
    for one in record["embed"]["images"]:
        query = {"did": place.server.did, "cid": one["image"]["ref"]["$link"]}
        blob = requests.get(f"{SERVER}/xrpc/com.atproto.sync.getBlob", query, timeout=30)
        assert (
            blob.status_code == 200 and len(blob.content) == one["image"]["size"] and one["aspectRatio"]["width"] > 0
        )


def test_text_that_is_too_long_for_the_server_fails_the_post(place, manager):
    place.post(manager, text="é" * 301)
    assert test_publishing.run().status == "failed"
    assert OutgoingPost.objects.get().error_code == "reply_too_long" and place.server.published == []


def test_session_that_the_server_rejects_is_begun_again(place, manager):
    place.post(manager)
    broken = {"access_jwt": "e30.e30.x", "refresh_jwt": "e30.e30.x", "did": place.server.did}
    place.credential.set_secrets({**place.server.valid, **broken})
    place.credential.save()
    assert test_publishing.run().status == "published"
    assert len(place.server.published) == 1


def test_wrong_password_fails_the_post_and_says_so(place, manager):
    place.post(manager)
    place.credential.set_secrets({"password": "wrong"})
    place.credential.save()
    assert test_publishing.run().status == "failed"
    assert OutgoingPost.objects.get().error_code == "credential_rejected" and place.server.published == []


def killed_after(seconds, code):
    """Let a worker run for some time, and kill it."""
    worker = start("-c", code, DJANGO_SETTINGS_MODULE="config.settings")
    time.sleep(seconds)
    kill(worker)


@pytest.mark.slow
def test_workers_killed_at_any_time_publish_one_post(place, manager):
    place.post(manager)
    for _ in range(KILLS):
        OutgoingPost.objects.exclude(due_at=None).update(due_at=timezone.now() - timedelta(seconds=1))
        killed_after(random.uniform(0.5, 4), test_publishing.SEND)
    for _ in range(3):
        if test_publishing.run().status == "published":
            break
    assert Post.objects.get().status == "published" and len(place.server.published) == 1


def test_reply_is_in_the_conversation(answering, manager):
    answering.write(manager)
    answering.send(manager)
    assert test_outgoing.run().state == "sent"
    [record] = answering.server.published
    assert record["text"] == test_outgoing.TEXT and record["langs"] == ["fr"]
    assert record["reply"]["parent"]["uri"] == answering.server.posts[0]["uri"]
    assert record["reply"]["root"]["uri"] == answering.server.first["uri"]


@pytest.mark.slow
def test_workers_killed_at_any_time_send_one_reply(answering, manager):
    answering.write(manager)
    answering.send(manager)
    for _ in range(KILLS):
        test_outgoing.due_now()
        killed_after(random.uniform(0.5, 4), test_outgoing_kill.SEND)
    for _ in range(3):
        if test_outgoing.run().state == "sent":
            break
    assert OutgoingReply.objects.get().state == "sent" and len(answering.server.published) == 1
