"""NewsAPI.org: error codes, the limits of the free plan, cut texts."""

from datetime import timedelta

import pytest

from monitoring.content.clean import clean
from tests.lookalikes.platforms.base import make_posts
from tests.lookalikes.platforms.newsapi import NewsApiServer, failure
from tests.monitoring.platforms.polling import Polls


@pytest.fixture
def server():
    with NewsApiServer() as server:
        server.posts = make_posts(2)
        yield server


@pytest.mark.parametrize(
    ("status", "name", "code"),
    [
        (401, "apiKeyInvalid", "credential_rejected"),
        (401, "apiKeyDisabled", "credential_rejected"),
        (429, "rateLimited", "rate_limited"),
        (429, "apiKeyExhausted", "quota_used_up"),
        (400, "parameterInvalid", "query_rejected"),
        (426, "parameterInvalid", "query_rejected"),
        (500, "unexpectedError", "server_error"),
    ],
)
def test_error_code_decides_over_status(server, status, name, code):
    server.fail_with(failure(status, name))
    assert Polls(server).poll().error.code == code


def test_results_beyond_the_plan_end_the_walk(server):
    """150 articles of one second are more than the plan shows."""
    server.posts = make_posts(150, every=timedelta())
    polls = Polls(server)
    result = polls.poll_until_done()
    assert result.error is None
    assert len(polls.entries) == 100


def test_removed_article_is_left_out_and_cut_text_ends_plainly(server):
    real = server._article
    server._article = lambda post: real(post) | ({"title": "[Removed]"} if post.number == 1 else {})
    polls = Polls(server)
    polls.poll()
    (entry,) = polls.entries.values()
    assert clean(entry).text.startswith("Ma lampe Lumen n° 2 & l’été <3…")
    assert "chars]" not in clean(entry).text


def test_article_published_a_day_late_is_found(server):
    server.change(2, indexed=server.now + timedelta(hours=24))
    polls = Polls(server)
    polls.poll()
    server.now += timedelta(hours=25)
    polls.poll_until_done()
    assert len(polls.entries) == 2
