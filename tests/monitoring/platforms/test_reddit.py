"""Reddit: tokens of the app, comments of subreddits, deleted authors, odd errors."""

from datetime import timedelta

import pytest

from tests.lookalikes.platforms.base import NOW, Reply, make_posts
from tests.lookalikes.platforms.reddit import RedditServer
from tests.monitoring.platforms.polling import Polls


@pytest.fixture
def server():
    with RedditServer() as server:
        server.posts = make_posts(3)
        yield server


def test_reddit_requests_one_token_per_day(server):
    polls = Polls(server)
    polls.poll_until_done()
    server.now = NOW + timedelta(hours=20)
    polls.poll_until_done()
    assert server.tokens == 1
    server.now = NOW + timedelta(hours=24)
    polls.poll_until_done()
    assert server.tokens == 2
    assert polls.secrets["access_token"] == "app-token-2"


def test_reddit_requests_another_token_when_one_is_rejected(server):
    polls = Polls(server)
    polls.poll_until_done()
    server.tokens = 7
    assert polls.poll().error is None
    assert server.tokens == 8


def test_reddit_reads_comments_of_subreddits_beside_its_search(server):
    server.comments = frozenset({2})
    server.settings = {**server.settings, "subreddits": "france+Lyon"}
    polls = Polls(server)
    polls.poll_until_done()
    assert {entry.native_id: entry.kind for entry in polls.entries.values()} == {
        "t3_000001": "post",
        "t1_000002": "comment",
        "t3_000003": "post",
    }


def test_reddit_reads_posts_of_deleted_accounts_and_links(server):
    server.posts = make_posts(1)
    thing = server._thing(server.posts[0])
    thing["data"] |= {"author": "[deleted]", "is_self": False, "selftext": "", "url": "https://lumen.example/panne"}
    server.tokens = 1
    polls = Polls(server)
    polls.secrets = {
        **polls.secrets,
        "access_token": "app-token-1",
        "expires_at": str((NOW + timedelta(days=1)).timestamp()),
    }
    server.fail_with(Reply({"data": {"after": None, "children": [thing]}}))
    assert polls.poll().error is None
    [entry] = polls.entries.values()
    assert (entry.author, entry.author_url) == ("", "")
    assert polls.texts()[entry.native_id] == "https://lumen.example/panne"


@pytest.mark.parametrize("text", ["[deleted]", "[removed]"])
def test_reddit_leaves_out_deleted_posts(server, text):
    server.change(2, text=text)
    polls = Polls(server)
    result = polls.poll_until_done()
    assert set(polls.entries) == {"t3_000001", "t3_000003"}
    assert result.report["skipped"] == 0


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (403, {"reason": "private", "message": "Forbidden"}, "access_denied"),
        (404, {"reason": "banned", "message": "Not Found"}, "access_denied"),
        (404, {"message": "Not Found"}, "not_found"),
    ],
)
def test_reddit_names_closed_subreddits(server, status, body, code):
    polls = Polls(server)
    polls.poll_until_done()
    server.fail(status, body)
    assert polls.poll().error.code == code
