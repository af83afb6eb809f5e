"""Stack Exchange: authors from a second request, waits and quotas from the body, a key that is in no result."""

import gzip
import json
from datetime import timedelta

import pytest

from monitoring.content.clean import clean
from tests.lookalikes.platforms.base import NOW, Reply, make_posts
from tests.lookalikes.platforms.stackexchange import StackExchangeServer
from tests.monitoring.platforms.polling import Polls


@pytest.fixture
def server():
    with StackExchangeServer() as server:
        yield server


@pytest.fixture
def polls(server):
    return Polls(server)


def test_search_without_results_takes_one_request(server, polls):
    assert polls.poll().requests == 1
    assert server.requests[0].query["q"] == "lumen"


def test_answer_has_title_of_its_question_and_refers_to_it(server, polls):
    server.posts = make_posts(2)
    assert polls.poll().requests == 2
    answer, question = polls.entries["stackoverflow/79000001"], polls.entries["stackoverflow/79000002"]
    assert (answer.kind, answer.reply_to, answer.thread) == ("comment", "stackoverflow/78000000", answer.reply_to)
    assert clean(answer).title == "Lumen 1: l’avis d’Ada & co"
    assert (question.kind, question.reply_to, question.thread) == ("post", "", question.native_id)
    assert answer.author_url == "https://stackoverflow.com/users/1/ada1"


def test_escaped_title_and_name_are_decoded_once(server, polls):
    server.posts = make_posts(1)
    server.change(1, title="How to quote &amp; in <b>?", name="Zoé & &lt;Co")
    polls.poll()
    entry = polls.entries["stackoverflow/79000001"]
    assert clean(entry).title == "How to quote &amp; in <b>?"
    assert entry.author == "Zoé & &lt;Co"


def test_deleted_owner_leaves_author_empty(server, polls):
    server.posts = make_posts(1)
    real = server._post
    server._post = lambda post: real(post) | {"owner": {"user_type": "does_not_exist"}}
    polls.poll()
    entry = polls.entries["stackoverflow/79000001"]
    assert (entry.author, entry.author_url) == ("", "")


def test_backoff_ends_poll_and_delays_the_next_one(server, polls):
    server.posts = make_posts(3)
    server.backoff = 10
    result = polls.poll()
    assert (result.requests, result.retry_after_s, result.error) == (1, 12, None)
    assert result.is_incomplete
    server.backoff = None
    polls.poll()
    assert len(polls.entries) == 3


def test_quota_is_read_from_the_body(server, polls):
    server.quota = 17
    assert polls.poll().quota.remaining == 17


@pytest.mark.parametrize(
    ("error_id", "message", "code", "wait_s"),
    [
        (502, "too many requests from this IP, more requests available in 84213 seconds", "quota_used_up", 84213),
        (502, "too many requests from this IP, more requests available in 5 seconds", "rate_limited", 5),
        (502, "Violation of backoff parameter", "rate_limited", None),
        (400, "`key` doesn't match a known application", "credential_rejected", None),
        (400, "No site found for name `nowhere`", "query_rejected", None),
        (500, "an error has occurred", "server_error", None),
        (503, "temporarily unavailable", "unavailable", None),
    ],
)
def test_error_id_in_body_decides_code(server, polls, error_id, message, code, wait_s):
    server.fail(400, {"error_id": error_id, "error_name": "some_error", "error_message": message})
    result = polls.poll()
    assert (result.error.code, result.retry_after_s) == (code, wait_s)


def test_key_is_sent_and_appears_in_no_result(server):
    server.posts = make_posts(1)
    polls = Polls(server)
    polls.secrets = {"key": "U4DMVkey"}
    server.fail(400, {"error_id": 400, "error_name": "bad_parameter", "error_message": "pagesize"})
    results = [polls.poll(), polls.poll()]
    assert [request.query["key"] for request in server.requests] == ["U4DMVkey"] * 3
    assert "U4DMVkey" not in repr(results)


def test_compressed_response_is_read(server, polls):
    body = gzip.compress(json.dumps({"items": [], "has_more": False}).encode())
    server.fail_with(Reply(body, headers={"Content-Encoding": "gzip"}))
    assert polls.poll().error is None


def test_walk_through_more_results_than_a_page_within_one_second_loses_none(server, polls):
    server.posts = make_posts(230, every=timedelta(0))
    polls.poll_until_done()
    assert len(polls.entries) == 230


def test_walk_that_is_interrupted_between_search_and_posts_goes_on_with_the_posts(server, polls):
    server.posts = make_posts(120)
    while polls.poll(requests=1).is_incomplete:
        server.now += timedelta(seconds=5)
    assert len(polls.entries) == 120
    assert server.now - NOW < timedelta(minutes=1)
