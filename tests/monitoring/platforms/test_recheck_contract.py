"""The duties of platforms that can look known items up again, against their look-alikes: counts, deletions, errors."""

from datetime import timedelta

import pytest

from monitoring.platforms.base import Can
from monitoring.platforms.registry import PLATFORMS
from tests.lookalikes.platforms.base import make_posts
from tests.lookalikes.platforms.registry import LOOKALIKES
from tests.monitoring.platforms.polling import Polls

RECHECKED = sorted(name for name, platform in PLATFORMS.items() if Can.RECHECK in platform.can)


@pytest.fixture(params=RECHECKED)
def server(request):
    with LOOKALIKES[request.param]() as server:
        server.posts = make_posts(6)
        yield server


@pytest.fixture
def polls(server):
    polls = Polls(server)
    polls.poll_until_done()
    return polls


def recheck_ids(polls):
    """Return the ids that look items up, by the native ids of entries."""
    return {native_id: entry.recheck_id for native_id, entry in polls.entries.items()}


def check(polls, **job):
    """Look up all items. Return the entries and the deleted ids, by native id, and the errors."""
    by_id = {recheck_id: native_id for native_id, recheck_id in recheck_ids(polls).items()}
    ids, size = sorted(by_id), PLATFORMS[polls.server.platform].recheck.batch
    rechecker = polls.rechecker(**job)
    found, deleted, errors = {}, set(), []
    for start in range(0, len(ids), size):
        checked = rechecker.check(tuple(ids[start : start + size]))
        found |= {by_id[one]: (entry, checked.has_texts) for one, entry in checked.entries.items()}
        deleted |= {by_id[one] for one in checked.deleted}
        errors += [checked.error.code] if checked.error else []
    return found, deleted, errors, rechecker


def test_capability_and_policy_agree():
    for platform in PLATFORMS.values():
        assert bool(getattr(platform, "recheck", None)) == (Can.RECHECK in platform.can)


def test_entries_have_the_id_that_looks_them_up(server, polls):
    assert all(recheck_ids(polls).values())
    assert len(set(recheck_ids(polls).values())) == len(polls.entries)


def test_recheck_returns_the_counts_of_known_items(server, polls):
    for post in server.posts:
        server.change(post.number, likes=70 + post.number)
    found, deleted, errors, _ = check(polls)
    assert (set(found), deleted, errors) == (set(polls.entries), set(), [])
    assert {entry.likes for entry, _ in found.values()} == {70 + post.number for post in server.posts}


def test_recheck_with_texts_returns_what_a_poll_returns(server, polls):
    """Otherwise each check would be an edit."""
    for native_id, (entry, has_texts) in check(polls)[0].items():
        polled = polls.entries[native_id]
        if has_texts:
            texts = ("title", "title_is_html", "body", "body_is_html", "other_texts", "url", "author", "author_url")
            for name in texts:
                assert getattr(entry, name) == getattr(polled, name), name


def test_edited_item_is_returned_with_its_new_text_if_texts_are(server, polls):
    server.change(2, text="Lumen: tout a changé", edited=server.now)
    entry, has_texts = check(polls)[0][server.native_id(server.posts[1])]
    assert not has_texts or "tout a changé" in entry.body


def test_deleted_items_are_told_apart_from_existing_ones(server, polls):
    server.change(2, is_deleted=True)
    server.change(5, is_deleted=True)
    found, deleted, errors, _ = check(polls)
    assert deleted == {server.native_id(post) for post in server.posts if post.is_deleted}
    assert set(found) == set(polls.entries) - deleted
    assert errors == []


@pytest.mark.parametrize(
    ("server", "failure"),
    [(name, failure) for name in RECHECKED for failure in LOOKALIKES[name].failures if failure != "slow"],
    indirect=["server"],
)
def test_failed_request_says_nothing_about_items(server, polls, failure):
    reply, code = server.failures[failure]
    for _ in range(len(polls.entries) + 1):
        server.fail_with(reply)
    found, deleted, errors, rechecker = check(polls)
    assert (found, deleted) == ({}, set())
    assert code in errors
    assert not rechecker.is_allowed


@pytest.mark.parametrize("status", [401, 403])
def test_rejected_credential_and_lost_permission_say_nothing_about_items(server, polls, status):
    server.fail(status, {"error": "no", "message": "no"}, times=3 * len(polls.entries))
    found, deleted, errors, rechecker = check(polls)
    assert (found, deleted) == ({}, set())
    assert errors and not rechecker.is_allowed


def test_rate_limit_ends_the_check_and_says_when_to_go_on(server, polls):
    server.fail_with(server.rate_limited())
    rechecker = polls.rechecker()
    first = sorted(recheck_ids(polls).values())[:1]
    checked = rechecker.check(tuple(first))
    assert checked.error.code in ("rate_limited", "quota_used_up")
    assert (checked.entries, checked.deleted) == ({}, frozenset())
    assert not rechecker.is_allowed


def test_malformed_item_is_not_deleted(server, polls):
    server.malformed = {2}
    deleted = check(polls)[1]
    assert server.native_id(server.posts[1]) not in deleted
    server.change(5, is_deleted=True)
    assert check(polls)[1] <= {server.native_id(server.posts[4])}


def test_requests_and_costs_are_counted(server, polls):
    before = len(server.requests)
    result = check(polls)[3].result()
    assert result.requests == len(server.requests) - before
    platform = PLATFORMS[server.platform]
    limits = platform.recheck_limits(platform.limits_of(server.settings, has_credential=bool(server.secrets)))
    others = {limit.name for limit in limits if limit.name != "requests"}
    assert others <= result.spent.keys()


def test_no_item_is_kept_longer_unchecked_than_allowed(server):
    policy = PLATFORMS[server.platform].recheck
    for is_mention in (True, False):
        due = policy.next_check(server.now - timedelta(days=30), is_mention, server.now)
        assert due is None or server.now < due <= server.now + policy.within
    assert policy.next_check(server.now, True, server.now) == server.now + timedelta(hours=1)
