"""Facebook, Instagram and Threads: error codes, waits, usage, proofs, cursors, hidden counts, hashtags."""

import hashlib
import hmac
import json
from datetime import timedelta

import pytest

from tests.lookalikes.platforms.base import NOW, make_posts
from tests.lookalikes.platforms.meta import InstagramServer, ThreadsMentionsServer, ThreadsServer
from tests.lookalikes.platforms.meta_comments import FacebookServer, InstagramMentionsServer
from tests.monitoring.platforms.polling import Polls

APP_SECRET = "0123456789abcdef0123456789abcdef"


def paths(server):
    return [request.path for request in server.requests]


def usage(percent, minutes=0):
    """Return the headers of an app and a business that have used this much of their limits."""
    business = {"type": "instagram", "call_count": percent, "estimated_time_to_regain_access": minutes}
    return {
        "X-App-Usage": json.dumps({"call_count": 3, "total_cputime": 1, "total_time": 2}),
        "X-Business-Use-Case-Usage": json.dumps({"17841400000000000": [business]}),
    }


@pytest.fixture(
    params=[FacebookServer, InstagramServer, InstagramMentionsServer, ThreadsServer, ThreadsMentionsServer],
    ids=lambda kind: kind.platform,
)
def server(request):
    with request.param() as server:
        server.posts = make_posts(3)
        yield server


@pytest.mark.parametrize(
    ("code", "status", "expected"),
    [
        (190, 400, "reconnect"),
        (10, 403, "access_denied"),
        (230, 403, "access_denied"),
        (4, 403, "rate_limited"),
        (17, 400, "rate_limited"),
        (32, 403, "rate_limited"),
        (613, 400, "rate_limited"),
        (80002, 403, "rate_limited"),
        (2, 500, "unavailable"),
        (100, 400, "query_rejected"),
    ],
)
def test_error_codes_of_the_graph_api_have_their_meaning(server, code, status, expected):
    server.fail_with(server.error(code, 1, "nope", status))
    assert Polls(server).poll().error.code == expected


def test_wait_after_too_many_calls_is_that_of_the_usage_header(server):
    server.fail_with(server.rate_limited())
    assert Polls(server).poll().retry_after_s == 7 * 60
    server.fail_with(server.error(4, 1, "too many", 403, {"x-business-use-case-usage": "no JSON"}))
    assert Polls(server).poll().retry_after_s == 3600


def test_list_with_a_cursor_and_without_next_is_the_last_page(server):
    polls = Polls(server)
    polls.poll_until_done()
    assert len([request for request in server.requests if "after" in request.query]) == 0


def test_instagram_asks_for_the_hashtag_and_reads_hidden_likes_as_unknown():
    with InstagramServer() as server:
        server.posts = make_posts(60)
        server.change(60, likes=None)
        polls = Polls(server)
        polls.poll_until_done()
        counting = "/17841400000000000/recently_searched_hashtags"
        assert paths(server) == ["/ig_hashtag_search", counting, *["/17840000000000777/recent_media"] * 2]
        entry = polls.entries[server.native_id(server.posts[-1])]
        assert (entry.likes, entry.engagement) == (None, 2)


def test_threads_decodes_entities_and_never_asks_before_its_first_day():
    with ThreadsServer() as server:
        server.posts = make_posts(1)
        polls = Polls(server, since=NOW.replace(year=2001))
        polls.poll_until_done()
        assert list(polls.texts().values()) == [server.posts[0].text]
        assert int(server.requests[0].query["since"]) == 1_688_540_400


def test_usage_far_below_the_limit_delays_nothing(server):
    server.headers = usage(75)
    result = Polls(server).poll()
    assert (result.is_incomplete, result.quota.resets_at) == (False, None)


@pytest.mark.parametrize(
    ("percent", "minutes", "remaining", "pause"),
    [(80, 0, None, 12), (99, 0, None, 57.6), (100, 0, 0, 60), (100, 19, 0, 19), (100, 10**9, 0, 31 * 24 * 60)],
)
def test_usage_near_the_limit_pauses_before_a_call_is_rejected(server, percent, minutes, remaining, pause):
    server.headers = usage(percent, minutes)
    polls = Polls(server)
    result = polls.poll()
    assert len(server.requests) == 1
    assert result.error is None
    assert result.quota.remaining == remaining
    assert abs(result.quota.resets_at - NOW - timedelta(minutes=pause)) < timedelta(seconds=1)
    server.headers = {}
    polls.poll_until_done()
    assert set(polls.entries) == {server.native_id(post) for post in server.posts}


@pytest.mark.parametrize(
    "header", ["[]", "{", '{"a": 1, "b": [2]}', '{"call_count": "many"}', '{"1": [{"call_count": NaN}]}']
)
def test_usage_that_is_malformed_is_ignored(server, header):
    server.headers = {"X-App-Usage": header, "X-Business-Use-Case-Usage": header}
    result = Polls(server).poll()
    assert (result.error, result.quota) == (None, None)


@pytest.mark.parametrize("kind", [FacebookServer, InstagramServer, InstagramMentionsServer])
def test_app_secret_proves_each_request_and_is_never_sent(kind):
    with kind() as server:
        server.posts = make_posts(1)
        polls = Polls(server)
        polls.secrets = {**server.secrets, "app_secret": APP_SECRET}
        polls.poll_until_done()
        proof = hmac.new(APP_SECRET.encode(), server.secrets["token"].encode(), hashlib.sha256).hexdigest()
        assert {request.query["appsecret_proof"] for request in server.requests} == {proof}
        assert all(APP_SECRET not in request.raw_query + str(request.headers) for request in server.requests)
        server.fail_with(server.error(100, 0, "API calls from the server require an appsecret_proof argument", 400))
        assert polls.poll().error.code == "credential_rejected"


def test_instagram_remembers_the_hashtag_and_counts_those_left_once_a_day():
    with InstagramServer() as server:
        server.asked = [str(number) for number in range(17)]
        server.posts = make_posts(1)
        polls = Polls(server)
        assert polls.poll_until_done().left == {"hashtags": 12}
        for hours, expected in ((12, ["/17840000000000777/recent_media"]), (13, None)):
            server.requests.clear()
            server.now += timedelta(hours=hours)
            polls.poll_until_done()
            assert "/ig_hashtag_search" not in paths(server)
            assert paths(server) == (expected or ["/17841400000000000/recently_searched_hashtags", *paths(server)[1:]])


def test_instagram_says_that_one_hashtag_more_is_too_many_and_delays_no_other_source():
    with InstagramServer() as server:
        server.asked = [str(number) for number in range(30)]
        result = Polls(server).poll()
        assert (result.error.code, result.retry_after_s, result.quota) == ("hashtag_limit", None, None)


def test_instagram_rejects_an_unknown_hashtag():
    with InstagramServer() as server:
        polls = Polls(server)
        polls.source.settings["tag"] = "unknown"
        assert polls.poll().error.code == "query_rejected"


def test_threads_mentions_are_those_of_the_account_of_the_token():
    with ThreadsMentionsServer() as server:
        server.posts = make_posts(1)
        polls = Polls(server)
        polls.poll_until_done()
        assert paths(server) == ["/me/mentions"]
        assert polls.entries[server.native_id(server.posts[0])].author_handle == "@ada1"


def test_cursor_that_is_rejected_starts_again_at_the_first_page(server):
    server.posts = make_posts(120, every=timedelta(minutes=1))
    real, rejected = server._reply, []

    def reply(request):
        if "after" in request.query and not rejected:
            rejected.append(request)
            return server.error(100, 33, "Invalid cursor", 400)
        return real(request)

    server._reply = reply
    polls = Polls(server)
    if server.page_size < 100:
        assert polls.poll().error.code == "bad_cursor"
    polls.poll_until_done()
    assert set(polls.entries) == {server.native_id(post) for post in server.posts}
