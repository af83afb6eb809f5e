"""Mastodon's search: tokens, servers without full-text search, the same items as of hashtags."""

from datetime import timedelta

import pytest

from tests.lookalikes.platforms.base import make_posts
from tests.lookalikes.platforms.mastodon_search import MastodonSearchServer
from tests.lookalikes.platforms.mastodon_tag import MastodonTagServer
from tests.monitoring.platforms.polling import Polls


@pytest.fixture
def server():
    with MastodonSearchServer() as server:
        server.posts = make_posts(3)
        yield server


@pytest.fixture
def polls(server):
    return Polls(server)


def test_search_returns_the_same_items_as_the_hashtag(server, polls):
    polls.poll()
    with MastodonTagServer() as tagged:
        tagged.posts = server.posts
        others = Polls(tagged)
        others.poll()
    assert polls.entries == others.entries


def test_token_is_sent_in_a_header_only(server, polls):
    polls.poll()
    assert server.requests[0].headers["authorization"] == "Bearer user-token-of-ada"
    assert server.requests[0].query == {"q": "lumen", "type": "statuses", "limit": "40"}


def test_server_without_search_finds_nothing(server, polls):
    server.has_search = False
    result = polls.poll()
    assert (result.entries, result.error) == ((), None)


@pytest.mark.parametrize(
    ("status", "code"), [(401, "credential_rejected"), (403, "access_denied"), (422, "query_rejected")]
)
def test_refused_search_is_an_error(server, polls, status, code):
    server.fail(status, {"error": "no"})
    assert polls.poll().error.code == code


def test_post_of_another_server_that_arrives_late_is_found(server, polls):
    server.change(2, indexed=server.now + timedelta(minutes=20))
    polls.poll()
    server.now += timedelta(minutes=30)
    polls.poll_until_done()
    assert set(polls.entries) == {server.native_id(post) for post in server.posts}
