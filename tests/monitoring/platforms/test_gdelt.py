"""GDELT: plain text for errors, windows of time, alternatives in parentheses, languages by name."""

from datetime import timedelta

import pytest

from tests.lookalikes.platforms.base import Reply, make_posts
from tests.lookalikes.platforms.gdelt import GdeltServer
from tests.monitoring.platforms.polling import Polls


@pytest.fixture
def server():
    with GdeltServer() as server:
        yield server


@pytest.fixture
def polls(server):
    return Polls(server)


@pytest.mark.parametrize(
    ("text", "code", "wait_s"),
    [
        ("Please limit requests to one every 5 seconds or contact us.", "rate_limited", 60),
        ("The specified phrase is too short.", "query_rejected", None),
        ("Your query was too short or too long.", "query_rejected", None),
        ("Parentheses may only be used around OR'd statements.", "query_rejected", None),
    ],
)
def test_plain_text_with_status_200_is_an_error(server, polls, text, code, wait_s):
    server.fail(200, text.encode())
    result = polls.poll()
    assert (result.error.code, result.error.detail, result.retry_after_s) == (code, text, wait_s)


def test_long_text_is_no_message(server, polls):
    server.fail(200, b"word " * 200)
    assert polls.poll().error.code == "unexpected_response"


def test_control_character_in_title_is_tolerated(server, polls):
    body = b'{"articles": [{"url": "https://a.example/1", "title": "a\tb", "seendate": "20261120T110000Z"}]}'
    server.fail_with(Reply(body))
    polls.poll()
    assert polls.entries["https://a.example/1"].title == "a\tb"


def test_window_ends_now_and_then_where_the_last_page_ended(server, polls):
    server.posts = make_posts(300, every=timedelta(minutes=5))
    polls.poll()
    ends = [request.query["enddatetime"] for request in server.requests]
    assert ends == ["20261120120000", server.posts[50].published.strftime("%Y%m%d%H%M%S")]
    assert server.requests[0].query["startdatetime"] == "20261117120000"


def test_more_articles_at_one_second_than_a_page_do_not_end_the_walk(server, polls):
    server.posts = make_posts(30, now=server.now - timedelta(hours=1)) + make_posts(400, every=timedelta(0), first=100)
    polls.poll_until_done()
    assert {server.native_id(post) for post in server.posts[:30]} <= set(polls.entries)


def test_language_and_country_are_codes(server, polls):
    server.posts = make_posts(1)
    polls.poll()
    (entry,) = polls.entries.values()
    assert (entry.language, entry.country, entry.kind) == ("fr", "FR", "article")


def test_unknown_language_and_country_are_left_empty(server, polls):
    server.posts = make_posts(1)
    real = server._article
    server._article = lambda post: real(post) | {"language": "Klingon", "sourcecountry": ""}
    polls.poll()
    (entry,) = polls.entries.values()
    assert (entry.language, entry.country) == ("", "")


def test_only_alternatives_have_parentheses(server):
    polls = Polls(server, ["lumen OR lampe OR ab", 'soleil "ville lumière" -#nuit', "(jour OR aube) matin"])
    polls.poll()
    found = {request.query["query"] for request in server.requests}
    assert found == {'soleil "ville lumière" -"#nuit"', "matin jour", "matin aube"}


def test_alternatives_are_joined_in_one_search(server):
    polls = Polls(server, ["lumen OR lampe"])
    polls.poll()
    assert [request.query["query"] for request in server.requests] == ["(lumen OR lampe)"]
