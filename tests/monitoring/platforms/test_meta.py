"""Facebook, Instagram and Threads: error codes, waits, comments, hidden counts, hashtags."""

from datetime import timedelta

import pytest

from tests.lookalikes.platforms.base import NOW, make_posts
from tests.lookalikes.platforms.meta import FacebookServer, InstagramServer, ThreadsServer
from tests.monitoring.platforms.polling import Polls


@pytest.fixture(params=[FacebookServer, InstagramServer, ThreadsServer])
def server(request):
    with request.param() as server:
        server.posts = make_posts(3)
        yield server


@pytest.mark.parametrize(
    ("code", "status", "expected"),
    [
        (190, 400, "reconnect"),
        (10, 403, "access_denied"),
        (230, 403, "access_denied"),
        (4, 403, "rate_limited"),
        (17, 400, "rate_limited"),
        (18, 400, "rate_limited"),
        (32, 403, "rate_limited"),
        (613, 400, "rate_limited"),
        (80002, 403, "rate_limited"),
        (2, 500, "unavailable"),
        (100, 400, "query_rejected"),
    ],
)
def test_error_codes_of_the_graph_api_have_their_meaning(server, code, status, expected):
    server.fail_with(server.error(code, 1, "nope", status))
    assert Polls(server).poll().error.code == expected


def test_wait_after_too_many_calls_is_that_of_the_usage_header(server):
    server.fail_with(server.rate_limited())
    assert Polls(server).poll().retry_after_s == 7 * 60
    server.fail_with(server.error(4, 1, "too many", 403, {"x-business-use-case-usage": "no JSON"}))
    assert Polls(server).poll().retry_after_s == 3600


def test_list_with_a_cursor_and_without_next_is_the_last_page(server):
    polls = Polls(server)
    polls.poll_until_done()
    assert len([request for request in server.requests if "after" in request.query]) == 0


def test_facebook_reads_comments_with_their_posts():
    with FacebookServer() as server:
        server.posts = make_posts(4)
        server.comments = frozenset({3})
        polls = Polls(server)
        polls.poll_until_done()
        comment = polls.entries["100000000000777_3"]
        assert (comment.kind, comment.reply_to) == ("comment", "100000000000777_2")
        assert set(polls.entries) == {server.native_id(post) for post in server.posts}


def test_facebook_finds_new_comments_of_posts_of_the_last_days():
    with FacebookServer() as server:
        server.posts = make_posts(2)
        polls = Polls(server)
        polls.poll_until_done()
        server.posts += make_posts(1, now=NOW + timedelta(hours=20), first=3)
        server.comments, server.now = frozenset({3}), NOW + timedelta(hours=20)
        polls.poll_until_done()
        assert "100000000000777_3" in polls.entries


def test_instagram_asks_for_the_hashtag_and_reads_hidden_likes_as_unknown():
    with InstagramServer() as server:
        server.posts = make_posts(60)
        server.change(60, likes=None)
        polls = Polls(server)
        polls.poll_until_done()
        paths = [request.path for request in server.requests]
        assert paths == ["/ig_hashtag_search", *["/17840000000000777/recent_media"] * 2]
        entry = polls.entries[server.native_id(server.posts[-1])]
        assert (entry.likes, entry.engagement) == (None, 2)


def test_threads_decodes_entities_and_never_asks_before_its_first_day():
    with ThreadsServer() as server:
        server.posts = make_posts(1)
        polls = Polls(server, since=NOW.replace(year=2001))
        polls.poll_until_done()
        assert list(polls.texts().values()) == [server.posts[0].text]
        assert int(server.requests[0].query["since"]) == 1_688_540_400
