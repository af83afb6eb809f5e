"""Mastodon's timelines without an account: local and federated ones, servers that close them."""

import pytest

from tests.lookalikes.platforms.base import make_posts
from tests.lookalikes.platforms.mastodon_public import MastodonPublicServer
from tests.lookalikes.platforms.mastodon_tag import MastodonTagServer
from tests.monitoring.platforms.polling import Polls


@pytest.fixture(params=[MastodonPublicServer, MastodonTagServer], ids=lambda kind: kind.platform)
def server(request):
    with request.param() as server:
        server.posts = make_posts(4)
        yield server


@pytest.mark.parametrize(
    ("status", "message"),
    [(401, "The access token is invalid"), (422, "This method requires an authenticated user")],
)
def test_closed_timeline_is_an_error_that_says_so(server, status, message):
    server.fail(status, {"error": message})
    assert Polls(server).poll().error.code == "timeline_closed"


def test_rejected_request_does_not_mean_a_closed_timeline(server):
    server.fail(422, {"error": "Invalid parameter"})
    assert Polls(server).poll().error.code == "query_rejected"


@pytest.mark.parametrize(("timeline", "numbers"), [("local", {1, 3}), ("federated", {1, 2, 3, 4})])
def test_local_timeline_has_posts_of_the_server_alone(timeline, numbers):
    with MastodonPublicServer() as server:
        server.posts = make_posts(4)
        server.others = frozenset({2, 4})
        polls = Polls(server)
        polls.source.settings["timeline"] = timeline
        polls.poll_until_done()
        assert set(polls.entries) == {server.native_id(post) for post in server.posts if post.number in numbers}


def test_same_post_of_hashtag_and_timeline_is_one_item(server):
    polls = Polls(server)
    polls.poll_until_done()
    assert all(entry.native_id.startswith("https://social.example/users/") for entry in polls.entries.values())
    assert {entry.kind for entry in polls.entries.values()} == {"post"}
