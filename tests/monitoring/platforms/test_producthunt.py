"""Product Hunt: errors in a response with status 200, the wait for complexity, redacted people."""

import pytest

from tests.lookalikes.platforms.base import make_posts
from tests.lookalikes.platforms.producthunt import ProductHuntServer
from tests.monitoring.platforms.polling import Polls


@pytest.fixture
def server():
    with ProductHuntServer() as server:
        server.posts = make_posts(2)
        yield server


@pytest.mark.parametrize(
    ("error", "code"),
    [
        ({"error": "rate_limit_reached"}, "rate_limited"),
        ({"error": "invalid_oauth_token"}, "credential_rejected"),
        ({"message": "Field 'x' doesn't exist"}, "query_rejected"),
    ],
)
def test_error_in_successful_response_is_an_error(server, error, code):
    server.fail(200, {"data": None, "errors": [error]})
    assert Polls(server).poll().error.code == code


def test_rate_limit_says_when_points_refill(server):
    server.fail_with(server.rate_limited())
    result = Polls(server).poll()
    assert (result.error.code, result.retry_after_s) == ("rate_limited", 30)


def test_product_of_redacted_person_is_read(server):
    real = server._node
    server._node = lambda post: real(post) | {"user": None, "description": None}
    polls = Polls(server)
    polls.poll()
    assert {(entry.author, entry.body) for entry in polls.entries.values()} == {("", "Une lampe")}
