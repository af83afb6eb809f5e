"""Discourse: windows of days beyond ten pages, errors with status 200, waits from the body, optional keys."""

from datetime import timedelta

import pytest

from monitoring.content.clean import clean
from monitoring.platforms.registry import PLATFORMS
from tests.lookalikes.platforms.base import make_posts
from tests.lookalikes.platforms.discourse import DiscourseServer
from tests.monitoring.platforms.polling import Polls


@pytest.fixture
def server():
    with DiscourseServer() as server:
        yield server


@pytest.fixture
def polls(server):
    return Polls(server)


def test_walk_beyond_ten_pages_goes_on_with_earlier_days(server, polls):
    server.posts = make_posts(700, every=timedelta(minutes=20))
    polls.poll_until_done()
    assert set(polls.entries) == {server.native_id(post) for post in server.posts}
    assert max(int(request.query["page"]) for request in server.requests) == 10


def test_day_with_more_posts_than_ten_pages_does_not_repeat_forever(server, polls):
    server.posts = make_posts(620, every=timedelta(seconds=20))
    polls.poll_until_done()
    assert len(polls.entries) == 500


def test_topic_gives_title_and_first_post_is_a_post(server, polls):
    server.posts = make_posts(2)
    real = server._post
    server._post = lambda post: real(post) | {"post_number": post.number}
    polls.poll()
    first, second = polls.entries["forum.example/70001"], polls.entries["forum.example/70002"]
    assert (first.kind, second.kind) == ("post", "comment")
    assert clean(second).title == "Lumen 2: l’avis d’Ada & co"
    assert first.url == "https://forum.example/t/lumen/1/1"


def test_missing_topic_and_null_name_are_tolerated(server, polls):
    server.posts = make_posts(1)
    real = server._post
    server._post = lambda post: real(post) | {"topic_id": 99, "name": None, "blurb": "j&rsquo;ai Lumen &amp; co"}
    polls.poll()
    entry = polls.entries["forum.example/70001"]
    assert (entry.title, entry.author, clean(entry).text) == ("", "ada1", "j’ai Lumen & co")


def test_search_error_with_status_200_is_an_error(server, polls):
    server.fail(200, {"posts": [], "topics": [], "grouped_search_result": {"error": "overloaded"}})
    assert polls.poll().error.code == "unavailable"


@pytest.mark.parametrize(
    ("status", "body", "code", "wait_s"),
    [
        (429, {"errors": ["x"], "error_type": "rate_limit", "extras": {"wait_seconds": 12}}, "rate_limited", 12),
        (429, {"failed": "FAILED", "message": "You're doing that too often"}, "rate_limited", None),
        (400, {"errors": ["q"], "error_type": "invalid_parameters"}, "query_rejected", None),
        (403, {"errors": ["You need to be logged in"], "error_type": "not_logged_in"}, "timeline_closed", None),
        (403, b"<html>no</html>", "access_denied", None),
    ],
)
def test_body_of_error_decides_code_and_wait(server, polls, status, body, code, wait_s):
    server.fail(status, body)
    result = polls.poll()
    assert (result.error.code, result.retry_after_s) == (code, wait_s)


def test_key_is_sent_as_header_and_rejected_key_is_an_error_of_the_credential(server):
    server.key = "s3cret-key"
    polls = Polls(server)
    polls.secrets = {"api_key": "s3cret-key", "api_username": "vigie"}
    assert polls.poll().error is None
    assert server.requests[0].headers["api-username"] == "vigie"
    polls.secrets = {"api_key": "other", "api_username": "vigie"}
    assert polls.poll().error.code == "credential_rejected"
    assert "s3cret-key" not in repr(polls.results) + server.requests[0].raw_query


def test_signs_and_short_words_are_no_filters(server):
    polls = Polls(server, ['"@lumen" OR #lampe OR "in:title"', "ab lumen"])
    polls.poll()
    found = sorted(request.query["q"].partition(" order:")[0] for request in server.requests)
    assert found == ['"#lampe"', '"@lumen"', '"in:title"', "lumen"]


@pytest.mark.parametrize("forum", ["forum.example", "https://forum.example/", "forum.example/c"])
def test_forum_may_be_host_or_url(forum):
    base = f"https://{forum.removeprefix('https://').rstrip('/')}"
    assert PLATFORMS["discourse"].api_url({"forum": forum}) == base
