"""Lemmy: two lists of one page, both versions of the API, removed items, private servers."""

from datetime import timedelta

import pytest

from monitoring.content.clean import clean
from tests.lookalikes.platforms.base import NOW, make_posts
from tests.lookalikes.platforms.lemmy import LemmyServer
from tests.monitoring.platforms.polling import Polls


@pytest.fixture
def server():
    with LemmyServer() as server:
        yield server


@pytest.fixture
def polls(server):
    return Polls(server)


def test_post_and_comment_have_their_fields(server, polls):
    server.posts = make_posts(2)
    polls.poll()
    comment, post = polls.entries["https://lemmy.example/comment/1"], polls.entries["https://lemmy.example/post/2"]
    assert (comment.kind, comment.title) == ("comment", "")
    assert comment.reply_to == comment.thread == "https://lemmy.example/post/1"
    assert (post.kind, clean(post).title, post.thread) == ("post", "Lumen 2: l’avis d’Ada & co", "")
    assert post.author_handle == "@ada2@elsewhere.example"
    assert post.published == server.posts[1].published


def test_reply_to_comment_has_thread_only(server, polls):
    server.posts = make_posts(1)
    real = server._item
    server._item = lambda post: real(post) | {"comment": real(post)["comment"] | {"path": "0.12.13"}}
    polls.poll()
    entry = polls.entries["https://lemmy.example/comment/1"]
    assert (entry.reply_to, entry.thread) == ("", "https://lemmy.example/post/1")


def test_old_posts_do_not_end_walk_through_comments(server, polls):
    """A first page of posts goes back years while the comments of one day fill several pages."""
    server.posts = make_posts(300, every=timedelta(minutes=1))
    old = [post.number for post in server.posts if post.number % 2 == 0]
    for number in old:
        server.change(number, published=NOW - timedelta(days=400))
    polls.poll_until_done()
    assert set(polls.entries) == {server.native_id(post) for post in server.posts if post.number % 2}


@pytest.mark.parametrize("flag", ["deleted", "removed"])
def test_deleted_and_removed_items_are_left_out(server, polls, flag):
    server.posts = make_posts(3)
    real = server._item

    def item(post):
        found = real(post)
        kind = "comment" if "comment" in found else "post"
        return found | {kind: found[kind] | {flag: post.number == 2}}

    server._item = item
    polls.poll()
    assert set(polls.entries) == {server.native_id(post) for post in server.posts if post.number != 2}


def test_server_without_version_3_is_read_by_version_4_from_then_on(server, polls):
    server.api = "v4"
    server.posts = make_posts(130)
    first = polls.poll()
    assert [request.path for request in server.requests[:2]] == ["/api/v3/search", "/api/v4/search"]
    assert first.requests == len(server.requests)
    assert set(polls.entries) == {server.native_id(post) for post in server.posts}
    entry = polls.entries["https://lemmy.example/post/130"]
    assert (entry.published, entry.likes, entry.replies) == (server.posts[-1].published, 3, 2)
    assert entry.author_url == "https://elsewhere.example/u/ada0"
    made = len(server.requests)
    polls.poll()
    assert {request.path for request in server.requests[made:]} == {"/api/v4/search"}


def test_markdown_becomes_text(server, polls):
    server.posts = make_posts(2)
    server.change(2, text="**Enfin !** Lumen est `libre` & [gratuit](https://x.example) <3\n\n> vraiment")
    polls.poll()
    assert (
        clean(polls.entries["https://lemmy.example/post/2"]).text == "Enfin ! Lumen est libre & gratuit <3\nvraiment"
    )


@pytest.mark.parametrize(
    ("status", "error", "code"),
    [
        (400, "instance_is_private", "timeline_closed"),
        (429, "rate_limit_error", "rate_limited"),
        (400, "rate_limit_error", "rate_limited"),
        (400, "unknown", "query_rejected"),
    ],
)
def test_error_name_in_body_decides_code(server, polls, status, error, code):
    server.fail(status, {"error": error})
    assert polls.poll().error.code == code


def test_one_word_of_each_alternative_is_searched(server):
    polls = Polls(server, ['lumen lamp OR "service client" -x'])
    polls.poll()
    assert {request.query["q"] for request in server.requests} == {"lumen", "service client"}
