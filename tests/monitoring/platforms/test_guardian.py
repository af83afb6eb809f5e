"""The Guardian: its key, its day's quota, articles without the fields that were asked for."""

import pytest

from tests.lookalikes.platforms.base import make_posts
from tests.lookalikes.platforms.guardian import GuardianServer
from tests.monitoring.platforms.polling import Polls


@pytest.fixture
def server():
    with GuardianServer() as server:
        server.posts = make_posts(2)
        yield server


def test_query_is_one_search_with_operators(server):
    Polls(server, ['(lumen OR "lampe d\'Ada") -rumeur']).poll()
    (request,) = server.requests
    assert request.query["q"] == '(lumen AND NOT rumeur) OR ("lampe d\'Ada" AND NOT rumeur)'
    assert request.headers["api-key"] == "key-of-ada"


@pytest.mark.parametrize(
    ("status", "message", "code"),
    [
        (401, "Invalid authentication credentials", "credential_rejected"),
        (403, "Unauthorized", "credential_rejected"),
        (403, "Your IP address is not allowed", "access_denied"),
        (429, "API rate limit exceeded", "rate_limited"),
    ],
)
def test_refusal_of_the_gateway_is_an_error(server, status, message, code):
    server.fail(status, {"message": message})
    assert Polls(server).poll().error.code == code


def test_used_up_day_is_a_quota(server):
    server.fail(429, {"message": "API rate limit exceeded"}, headers={"X-RateLimit-Remaining-day": "0"})
    result = Polls(server).poll()
    assert (result.error.code, result.quota.remaining) == ("quota_used_up", 0)


def test_article_without_fields_is_read(server):
    real = server._result
    server._result = lambda post: real(post) | {"fields": None}
    polls = Polls(server)
    polls.poll()
    assert {entry.author for entry in polls.entries.values()} == {"The Guardian"}
