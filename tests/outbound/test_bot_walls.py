"""Test that pages of bot walls are recognized with any status, and other errors and pages are not taken for them."""

import time

import pytest

from monitoring.feeds.parse import parse
from monitoring.messages.source_errors import error_text
from monitoring.records import ParsedFeed
from outbound import ClientSettings, HttpClient
from tests.lookalikes.bot_walls import BOT_WALLS, NO_BOT_WALLS
from tests.lookalikes.feeds import FeedServer


@pytest.fixture(scope="module")
def web():
    with FeedServer() as server:
        yield server


@pytest.fixture(scope="module")
def fetch(web):
    http_client = HttpClient(ClientSettings(allowed_hosts=frozenset({"127.0.0.0/8"})))
    yield lambda **route: http_client.fetch(web.put("/feed.xml", **route))
    http_client.close()


@pytest.mark.parametrize("case", BOT_WALLS)
def test_page_of_a_bot_wall_is_an_error_of_its_own(fetch, case):
    result = fetch(**BOT_WALLS[case])
    assert (result.error and result.error.code, result.body) == ("bot_wall", b"")
    assert str(BOT_WALLS[case]["status"]) in result.error.detail


@pytest.mark.parametrize("case", NO_BOT_WALLS)
def test_other_responses_keep_their_meaning(fetch, case):
    route, code = NO_BOT_WALLS[case]
    result = fetch(**route)
    assert (result.error.code if result.error else "") == code
    assert bool(result.body) == (not code)


def test_feed_about_bot_walls_is_read(fetch):
    route, _ = NO_BOT_WALLS["a feed about a wall"]
    assert isinstance(parse(fetch(**route).body, content_type="text/html"), ParsedFeed)


def test_compressed_page_of_a_bot_wall_is_read(fetch):
    assert fetch(**BOT_WALLS["Anubis"] | {"gzipped": True}).error.code == "bot_wall"
    assert fetch(**BOT_WALLS["words in French"] | {"gzipped": True}).error.code == "bot_wall"


@pytest.mark.parametrize("route", [{"fault": "slow body", "drip_s": 0.3}, {"encoding": "gzip"}])
def test_error_page_that_is_slow_or_unreadable_keeps_its_status(fetch, route):
    started = time.monotonic()
    result = fetch(status=403, body=b"x" * 1000, content_type="text/html", **route)
    assert (result.error.code, result.status) == ("forbidden", 403)
    assert time.monotonic() - started < 5


def test_retry_after_of_a_bot_wall_is_kept(fetch):
    route = BOT_WALLS["Cloudflare, attack mode"] | {"headers": {"Retry-After": "7200"}}
    assert fetch(**route).retry_after_s == 7200


def test_advice_says_what_helps():
    assert "official feed or API address" in str(error_text("bot_wall").advice)
