"""Bluesky: sessions that are kept, refreshed and begun again; posts with odd values."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from monitoring.content.clean import clean
from monitoring.platforms.pages import Connection
from monitoring.platforms.registry import PLATFORMS
from outbound import FetchResult
from tests.lookalikes.platforms.base import NOW, Reply, make_posts
from tests.lookalikes.platforms.bluesky import BlueskyServer
from tests.monitoring.platforms.polling import Polls


@pytest.fixture
def server():
    with BlueskyServer() as server:
        server.posts = make_posts(3)
        yield server


@pytest.fixture
def polls(server):
    return Polls(server)


def methods(server):
    return [request.path.rpartition(".")[2] for request in server.requests]


def test_session_is_kept_between_polls(server, polls):
    polls.poll()
    polls.poll()
    assert methods(server) == ["createSession", "searchPosts", "searchPosts"]
    assert polls.secrets["password"] == server.secrets["password"]
    assert polls.results[0].requests == 2


def test_session_is_refreshed_when_its_token_has_ended(server, polls):
    polls.poll()
    first = polls.secrets["refresh_jwt"]
    server.now += timedelta(hours=3)
    polls.poll()
    assert methods(server)[2:] == ["refreshSession", "searchPosts"]
    assert polls.secrets["refresh_jwt"] == server.refresh != first


@pytest.mark.parametrize(("status", "error"), [(400, "ExpiredToken"), (400, "InvalidToken"), (401, "AuthMissing")])
def test_rejected_token_is_refreshed_and_the_request_repeated(server, polls, status, error):
    polls.poll()
    server.fail(status, {"error": error, "message": "no"})
    result = polls.poll()
    assert result.error is None
    assert methods(server)[2:] == ["searchPosts", "refreshSession", "searchPosts"]


def test_session_begins_again_when_it_cannot_be_refreshed(server, polls):
    polls.poll()
    server.refresh = server.access = "revoked"
    assert polls.poll().error is None
    assert methods(server)[2:] == ["searchPosts", "refreshSession", "createSession", "searchPosts"]


def test_token_that_is_always_rejected_is_renewed_once_in_a_poll(server, polls):
    polls.poll()
    made = len(server.requests)
    real = server._reply
    rejected = Reply({"error": "InvalidToken", "message": "no"}, 400)
    server._reply = lambda request: rejected if request.path.endswith("searchPosts") else real(request)
    result = polls.poll()
    assert result.error.code == "credential_rejected"
    assert methods(server)[made:] == ["searchPosts", "refreshSession", "searchPosts"]


def test_session_that_another_worker_renewed_is_used(server, polls):
    polls.poll()
    old = polls.secrets
    server.now += timedelta(hours=3)
    polls.poll()
    made = len(server.requests)
    renewed, polls.secrets = polls.secrets, old
    real = polls._renew

    def renew(change):
        polls.secrets = renewed
        return real(change)

    polls._renew = renew
    assert polls.poll().error is None
    assert methods(server)[made:] == ["searchPosts"]


def test_sign_in_limit_is_an_error_that_says_when_to_go_on(server, polls):
    server.fail_with(server.rate_limited())
    result = polls.poll()
    assert result.error.code == "rate_limited"
    assert (result.quota.remaining, result.quota.resets_at) == (0, NOW + timedelta(seconds=30))
    assert methods(server) == ["createSession"]


def test_blocked_address_is_access_denied_and_keeps_the_session(server, polls):
    polls.poll()
    secrets = polls.secrets
    server.fail_with(Reply(b"<html><body><h1>403 Forbidden</h1></body></html>", 403, content_type="text/html"))
    assert polls.poll().error.code == "access_denied"
    assert polls.secrets == secrets


def test_poll_without_password_makes_no_request(server, polls):
    polls.secrets = {}
    assert polls.poll().error.code == "credential_missing"
    assert not server.requests


def test_requests_go_to_the_server_of_the_account(server):
    """With the official address, the session names the account's own server."""
    platform = PLATFORMS["bluesky"]
    session = server.session()
    secrets = platform.renew(connection_to("https://bsky.social", session))
    assert secrets["pds"] == "https://pds.example"
    assert "pds" not in platform.renew(connection_to("http://127.0.0.1:2583", session))


def connection_to(api_url, body):
    result = FetchResult(api_url, status=200, body=json.dumps(body).encode())
    return Connection(api_url, BlueskyServer.settings, BlueskyServer.secrets, NOW, lambda request: result)


def entry_of(server, polls, **changes):
    real = server.post
    server.posts = make_posts(1)
    server.post = lambda post: (
        {**real(post), **changes.get("post", {})}
        | {
            "record": {**real(post)["record"], **changes.get("record", {})},
            "author": {**real(post)["author"], **changes.get("author", {})},
        }
    )
    polls.poll()
    (entry,) = polls.entries.values()
    return entry


def test_text_has_whole_links_and_descriptions(server, polls):
    facets = [
        {
            "index": {"byteStart": 6, "byteEnd": 25},
            "features": [{"$type": "app.bsky.richtext.facet#link", "uri": "https://lumen.example/notes/longue"}],
        }
    ]
    embed = {"external": {"uri": "https://x.example/", "title": "Essai", "description": "La lampe & <moi>"}}
    entry = entry_of(server, polls, record={"facets": facets, "embed": embed})
    text = clean(entry).text
    assert "https://lumen.example/notes/longue" in text
    assert "La lampe & <moi>" in text


def test_post_without_optional_fields_is_read(server, polls):
    post = {"likeCount": None, "replyCount": None, "repostCount": None, "quoteCount": None}
    author = {"handle": "handle.invalid", "displayName": ""}
    entry = entry_of(server, polls, post=post, author=author, record={"langs": None, "createdAt": "soon"})
    assert (entry.author, entry.author_handle, entry.language) == (entry.author_url.rpartition("/")[2], "", "")
    assert (entry.likes, entry.engagement) == (None, None)
    assert entry.published == NOW - timedelta(minutes=1)


@pytest.mark.parametrize(
    ("created", "published"),
    [
        ("2031-01-01T00:00:00Z", NOW - timedelta(minutes=1)),
        ("2026-11-20T10:47:00+02:00", datetime(2026, 11, 20, 8, 47, tzinfo=UTC)),
    ],
)
def test_published_is_never_later_than_indexed(server, polls, created, published):
    assert entry_of(server, polls, record={"createdAt": created}).published == published


def test_reply_names_its_parent_and_thread(server, polls):
    reply = {"root": {"uri": "at://did:plc:a/app.bsky.feed.post/1"}, "parent": {"uri": "at://did:plc:b/x/2"}}
    entry = entry_of(server, polls, record={"reply": reply})
    assert (entry.kind, entry.reply_to, entry.thread) == ("comment", reply["parent"]["uri"], reply["root"]["uri"])
