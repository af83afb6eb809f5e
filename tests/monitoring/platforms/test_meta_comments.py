"""Comments of Facebook and Instagram: with their posts, on further pages, on older posts, replies, deleted posts."""

from datetime import timedelta

import pytest

from tests.lookalikes.platforms.base import NOW, make_posts
from tests.lookalikes.platforms.meta_comments import FacebookServer, InstagramMentionsServer
from tests.monitoring.platforms.polling import Polls


@pytest.fixture(params=[FacebookServer, InstagramMentionsServer], ids=lambda kind: kind.platform)
def server(request):
    """A server with a post on the own Page or account."""
    with request.param() as server:
        server.posts = make_posts(1, now=NOW - timedelta(days=3))
        server.own = frozenset({1})
        yield server


@pytest.fixture
def polls(server):
    return Polls(server)


def comment(server, count, *, on=1, first=2, **post):
    """Add comments on a post, one per minute."""
    server.posts += make_posts(count, first=first, **({"now": server.now, "every": timedelta(minutes=1)} | post))
    server.comments = {**server.comments, **dict.fromkeys(range(first, first + count), on)}


def ids(server, numbers):
    return {server.native_id(post) for post in server.posts if post.number in numbers}


def comments(polls):
    return {native_id for native_id, entry in polls.entries.items() if entry.kind == "comment"}


def test_comment_names_its_post(server, polls):
    comment(server, 1)
    polls.poll_until_done()
    entry = polls.entries[server.native_id(server.posts[1])]
    post = server.native_id(server.posts[0])
    assert (entry.kind, entry.reply_to, entry.thread) == ("comment", post, post)
    assert entry.url.startswith("https://www.")


def test_all_comments_of_a_post_are_read_page_by_page(server, polls):
    comment(server, 180)
    polls.poll_until_done(requests=2)
    assert comments(polls) == ids(server, range(2, 182))


def test_old_comments_are_not_read_again(server, polls):
    comment(server, 180)
    polls.poll_until_done()
    server.now += timedelta(days=3)
    comment(server, 1, first=1000)
    polls.poll_until_done()
    server.requests.clear()
    polls.entries.clear()
    polls.poll_until_done()
    assert comments(polls) == ids(server, {1000})
    assert all("comments" not in request.path for request in server.requests)


def test_new_comments_on_own_posts_of_the_last_month_are_found(server, polls):
    polls.poll_until_done()
    server.now += timedelta(days=20)
    comment(server, 70)
    polls.poll_until_done()
    assert comments(polls) == ids(server, range(2, 72))


def test_own_posts_are_not_read_further_back_than_a_month(server, polls):
    polls.poll_until_done()
    server.posts = make_posts(200, now=server.now, every=timedelta(days=1), first=1000)
    server.own = frozenset(range(1000, 1200))
    polls.poll_until_done()
    assert len(server.requests) <= 6


def test_pages_of_comments_hide_no_further_page_of_posts(server, polls):
    server.posts = make_posts(60, now=NOW - timedelta(days=1), first=2000)
    server.own = frozenset(range(2000, 2060))
    for post in range(2000, 2060, 20):
        comment(server, 80, on=post, first=post * 10)
    polls.poll_until_done(requests=1)
    assert len(comments(polls)) == 240


def test_post_that_is_deleted_meanwhile_hides_no_other_one(server, polls):
    server.posts = make_posts(2, now=NOW - timedelta(days=1))
    server.own = frozenset({1, 2})
    comment(server, 90, on=2, first=100)
    comment(server, 90, on=1, first=300)
    server.gone = frozenset({2})
    polls.poll_until_done()
    assert ids(server, range(300, 390)) <= comments(polls)


def test_malformed_comment_is_left_out_and_counted(server, polls):
    comment(server, 3)
    real = server.comment_item
    server.comment_item = lambda post: {"id": "9"} if post.number == 3 else real(post)
    polls.poll_until_done()
    assert comments(polls) == ids(server, {2, 4})
    assert sum(result.report["skipped"] for result in polls.results) == 1


def test_instagram_reads_replies_and_no_own_media():
    with InstagramMentionsServer() as server:
        server.posts = make_posts(3, now=NOW)
        server.own, server.comments, server.replies = frozenset({1}), {2: 1}, {3: 2}
        polls = Polls(server)
        polls.poll_until_done()
        assert set(polls.entries) == ids(server, {2, 3})
        reply = polls.entries[server.native_id(server.posts[2])]
        assert (reply.reply_to, reply.author_handle) == (server.native_id(server.posts[1]), "@ada3")
