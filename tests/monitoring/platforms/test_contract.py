"""The duties of every platform, against its look-alike. A platform joins by its line in the registry.

A platform whose API cannot do something names it in its look-alike (`lacks`, `page_size`, `reach`), never here.
"""

from dataclasses import astuple, replace
from datetime import timedelta

import pytest

from monitoring.content.clean import clean
from monitoring.content.scrub import is_storable
from monitoring.messages.source_errors import ERROR_TEXTS
from monitoring.platforms.registry import PLATFORMS
from monitoring.query import Doc, compile_query
from monitoring.query.known_values import PLATFORMS as KNOWN_PLATFORMS
from outbound.secret_urls import hide
from tests.lookalikes.platforms.base import NOW, make_posts
from tests.lookalikes.platforms.registry import LOOKALIKES
from tests.monitoring.platforms.polling import Polls


@pytest.fixture(params=sorted(LOOKALIKES))
def server(request):
    with LOOKALIKES[request.param]() as server:
        yield server


@pytest.fixture
def polls(server):
    return Polls(server)


def reachable(server, count):
    """Return a number of new posts that the platform can reach, with three to spare for those that come later."""
    return count if server.reach is None else min(count, server.reach - 3)


def later_posts(server, count):
    """Return new posts of the last hours, none from before the first polls, for platforms with pages of any size."""
    every = min(timedelta(minutes=2), timedelta(hours=20) / count)
    return make_posts(count, now=server.now, first=1000, every=every)


def ids(server):
    return {server.native_id(post) for post in server.posts}


def test_every_platform_has_a_lookalike():
    assert set(LOOKALIKES) == set(PLATFORMS) - {"feed"}


def test_poll_returns_each_item_with_its_fields(server, polls):
    server.posts = make_posts(3)
    polls.poll_until_done()
    assert set(polls.entries) == ids(server)
    for post in server.posts:
        entry = polls.entries[server.native_id(post)]
        item = clean(entry)
        assert entry.url == server.permalink(post)
        assert post.text in item.text or post.text in item.title
        assert ("title" in server.lacks) or item.title == post.title
        assert abs(entry.published - post.published) < timedelta(seconds=1) or "published" in server.lacks
        # A handle may end with the author's server: "@ada@social.example".
        handle = entry.author_handle.lstrip("@").partition("@")[0]
        assert "author" in server.lacks or post.author in (entry.author, handle)
        assert "name" in server.lacks or entry.author == post.name
        for name in ("likes", "replies", "shares", "views", "rating"):
            assert getattr(entry, name) == server.expected(post, name), name
        assert entry.kind in ("post", "comment", "review", "article", "video")
        assert entry.raw


def test_poll_returns_texts_that_postgres_can_store(server, polls):
    if not server.sends_json:
        pytest.skip("XML, HTML and mail can't hold these characters")
    server.posts = make_posts(3)
    unusual = "Lumen \x00\ud800\x01 😡"
    server.posts[1] = replace(server.posts[1], title=unusual, text=unusual, name=unusual)
    polls.poll_until_done()
    assert set(polls.entries) == ids(server)
    for entry in polls.entries.values():
        texts = [value for value in astuple(entry) if isinstance(value, str)] + [text for text, _ in entry.other_texts]
        assert all(is_storable(text) for text in texts)


def test_polls_return_every_item_of_all_pages_exactly_once(server, polls):
    server.posts = make_posts(reachable(server, min(250, server.page_size * 2 + 50)))
    polls.poll_until_done()
    assert set(polls.entries) == ids(server)
    count = reachable(server, server.page_size * 2 + 7)
    every = min(timedelta(minutes=7), timedelta(days=1) / count)
    server.posts += make_posts(count, now=NOW + timedelta(days=1), first=1000, every=every)
    server.now = NOW + timedelta(days=1)
    polls.poll_until_done()
    assert set(polls.entries) == ids(server)


def test_poll_with_one_request_at_a_time_leaves_nothing_out(server, polls):
    server.posts = make_posts(5)
    polls.poll_until_done(requests=3)
    server.now = NOW + timedelta(days=1)
    count = reachable(server, server.page_size * 2 + 30)
    server.posts += later_posts(server, count)
    before = len(server.requests)
    for _ in range(60):
        made = len(server.requests)
        result = polls.poll(requests=3)
        assert len(server.requests) - made <= 3
        server.now += timedelta(seconds=5)
        if not result.is_incomplete:
            break
    assert len(server.requests) - before > 2 or server.reach
    assert set(polls.entries) == ids(server)


def test_items_that_appear_during_a_walk_are_found_afterwards(server, polls):
    server.posts = make_posts(5)
    polls.poll_until_done()
    server.now = NOW + timedelta(days=1)
    count = reachable(server, server.page_size + 30)
    server.posts += later_posts(server, count)
    polls.poll(requests=2)
    server.now += timedelta(minutes=3)
    server.posts += make_posts(3, now=server.now, first=9000, every=timedelta(seconds=20))
    polls.poll_until_done(requests=3)
    server.now += timedelta(minutes=10)
    polls.poll_until_done(requests=3)
    assert set(polls.entries) == ids(server)


def test_lost_poll_is_repeated_without_loss(server, polls):
    """A worker that is killed before it saves leaves the state as it was."""
    server.posts = make_posts(5)
    polls.poll_until_done()
    server.now = NOW + timedelta(days=1)
    count = reachable(server, server.page_size + 30)
    server.posts += later_posts(server, count)
    source, entries = polls.source, dict(polls.entries)
    polls.poll(requests=2)
    polls.source, polls.entries = source, entries
    polls.poll_until_done(requests=3)
    assert set(polls.entries) == ids(server)


def test_item_that_the_index_finds_late_is_returned(server, polls):
    server.posts = make_posts(5)
    overlap = PLATFORMS[server.platform].overlap
    late = overlap / 2
    server.change(4, published=NOW - timedelta(minutes=1) - overlap / 4, indexed=NOW + late)
    polls.poll_until_done()
    server.now = NOW + late + timedelta(minutes=1)
    polls.poll_until_done()
    if PLATFORMS[server.platform].is_forward:
        return
    assert set(polls.entries) == ids(server)


def test_edited_item_is_returned_with_its_new_text_if_it_is_read_again(server, polls):
    server.posts = make_posts(2)
    polls.poll_until_done()
    server.change(2, text="Lumen: tout a changé", edited=NOW)
    server.now += timedelta(minutes=2)
    polls.poll_until_done()
    if PLATFORMS[server.platform].is_forward:
        return
    entry = polls.entries[server.native_id(server.posts[1])]
    assert "tout a changé" in clean(entry).text + clean(entry).title


def test_poll_without_items_is_no_error(server, polls):
    result = polls.poll_until_done()
    assert (result.entries, result.error) == ((), None)


def test_malformed_item_is_left_out_and_counted(server, polls):
    server.posts = make_posts(4)
    server.malformed = {2}
    polls.poll_until_done()
    assert set(polls.entries) == ids(server) - {server.native_id(server.posts[1])}
    assert sum(result.report["skipped"] for result in polls.results) >= 1


@pytest.mark.parametrize(
    ("server", "failure"),
    [(name, failure) for name in sorted(LOOKALIKES) for failure in LOOKALIKES[name].failures],
    indirect=["server"],
)
def test_failed_request_is_an_error_and_loses_nothing(server, polls, failure):
    reply, code = server.failures[failure]
    server.posts = make_posts(4)
    for _ in range(3):
        server.fail_with(reply)
    result = polls.poll(requests=1)
    server._failures.clear()
    assert result.error.code == code
    assert code in ERROR_TEXTS
    polls.poll_until_done()
    assert set(polls.entries) == ids(server)


def test_rate_limit_is_an_error_that_says_when_to_go_on(server, polls):
    server.posts = make_posts(4)
    server.fail_with(server.rate_limited())
    result = polls.poll()
    assert result.error.code in ("rate_limited", "quota_used_up")
    waits = [result.retry_after_s, result.quota and result.quota.resets_at]
    assert any(waits) or server.rate_limited().headers == {}
    if result.retry_after_s:
        assert result.quota.remaining == 0
    polls.poll_until_done()
    assert set(polls.entries) == ids(server)


def test_rate_limit_on_the_way_keeps_what_was_read(server, polls):
    server.posts = make_posts(5)
    polls.poll_until_done()
    server.now = NOW + timedelta(days=1)
    count = reachable(server, server.page_size * 2 + 1)
    server.posts += later_posts(server, count)
    real, left = server._reply, [2]

    def limited(request):
        left[0] -= 1
        return real(request) if left[0] >= 0 else server.rate_limited()

    server._reply = limited
    result = polls.poll()
    server._reply = real
    assert result.is_incomplete or server.reach
    polls.poll_until_done()
    assert set(polls.entries) == ids(server)


def test_rejected_credential_is_an_error_of_the_credential(server, polls):
    if not server.secrets:
        return
    server.posts = make_posts(2)
    server.valid = dict.fromkeys(server.valid, "another")
    result = polls.poll()
    assert result.error.code in ("credential_rejected", "reconnect")
    assert not result.entries


def test_secrets_appear_in_no_result_and_no_repr(server, polls):
    if not server.secrets:
        return
    server.posts = make_posts(1)
    server.fail(400, {"error": "nope"}, times=2)
    results = [polls.poll(), polls.poll_until_done()]
    for name, secret in server.secrets.items():
        assert secret not in repr(results)
        for request in server.requests:
            url = f"{server.url}{request.path}?{request.raw_query}"
            # A secret that has to be in the query is one that Vigie hides wherever a URL is shown or logged.
            assert secret not in (hide(url) if name in server.secrets_in_query else url)


def test_query_for_all_matches_every_item_without_its_words(server, polls):
    platform = PLATFORMS[server.platform]
    if not (query := platform.query_for_all(server.settings)):
        return
    server.posts = make_posts(3)
    polls.poll_until_done()
    docs = [Doc("", "", url=entry.url, platform=platform.item_platform) for entry in polls.entries.values()]
    assert len(docs) == 3
    assert all(compile_query(query).match(doc) for doc in docs)
    assert not compile_query(query).match(Doc("", "", url="https://example.org/", platform=platform.item_platform))


def test_settings_and_texts_are_complete(server):
    platform = PLATFORMS[server.platform]
    assert platform.label and platform.summary.endswith(".")
    assert platform.item_platform in KNOWN_PLATFORMS
    assert {setting.name for setting in platform.settings if setting.is_required and not setting.is_secret} <= set(
        server.settings
    )
    assert {setting.name for setting in platform.settings if setting.is_secret and setting.is_required} <= set(
        server.secrets
    )
    assert platform.address(server.settings).startswith("https://")
    assert platform.api_url(server.settings).startswith("https://")
