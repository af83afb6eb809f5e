"""X: two namings of its fields, costs and caps, errors."""

from datetime import timedelta

import pytest

from monitoring.platforms.buckets import capacity
from monitoring.platforms.registry import PLATFORMS
from tests.lookalikes.platforms.base import NOW, Reply, make_posts
from tests.lookalikes.platforms.x import XServer
from tests.monitoring.platforms.polling import Polls


@pytest.fixture
def server():
    with XServer() as server:
        server.posts = make_posts(3)
        yield server


@pytest.mark.parametrize("naming", ["tweet", "post"])
def test_x_reads_either_naming_of_its_fields(server, naming):
    server.naming = naming
    polls = Polls(server)
    polls.poll_until_done()
    entry = polls.entries[server.native_id(server.posts[0])]
    assert (entry.shares, entry.reply_to, entry.thread) == (1, "1980000000000000001", "1980000000000000000")
    assert polls.texts()[entry.native_id] == server.posts[0].text
    assert (entry.followers, entry.author_handle, entry.author_url) == (77, "@ada1", "https://x.com/ada1")


def test_x_counts_posts_and_authors_that_it_paid_for(server):
    result = Polls(server).poll()
    assert result.spent == {"usd": pytest.approx(3 * 0.005 + 3 * 0.010)}
    assert result.requests == 1


@pytest.mark.parametrize(("cap", "size"), [("1", 10), ("20", 100), ("9", 60), ("100000", 100)])
def test_x_asks_for_pages_that_the_cap_can_pay_at_one_time(server, cap, size):
    server.settings = {"cap": cap}
    polls = Polls(server)
    polls.poll()
    assert server.requests[-1].query["max_results"] == str(size)
    usd = next(limit for limit in PLATFORMS["x"].limits_of({"cap": cap}) if limit.name == "usd")
    assert usd.cost <= capacity(usd) or usd.amount < usd.cost * 10
    assert usd.cost <= usd.amount


def test_x_never_asks_for_more_than_it_reaches_back(server):
    polls = Polls(server)
    polls.poll_until_done()
    server.now = NOW + timedelta(days=20)
    assert polls.poll().error is None


def test_x_reports_used_up_credits_apart_from_too_many_requests(server):
    problem = {"title": "UsageCapExceeded", "type": "https://api.x.com/2/problems/usage-capped", "status": 429}
    server.fail_with(Reply(problem, 429))
    assert Polls(server).poll().error.code == "spend_cap"
    server.fail_with(Reply({"title": "Too Many Requests", "type": "about:blank", "status": 429}, 429))
    assert Polls(server).poll().error.code == "rate_limited"


def test_x_reads_posts_beside_partial_errors_and_without_users(server):
    post = server._post(server.posts[0])
    body = {"data": [post], "meta": {"result_count": 1}, "errors": [{"title": "Not Found Error", "value": "u1"}]}
    server.fail_with(Reply(body))
    polls = Polls(server)
    assert polls.poll().error is None
    [entry] = polls.entries.values()
    assert (entry.author, entry.author_url, entry.followers) == ("", "", None)


def test_estimate_of_a_month_has_posts_and_their_authors():
    assert PLATFORMS["x"].monthly_cost(100) == pytest.approx(45)
