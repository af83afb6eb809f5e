"""YouTube: searches and their quota, whole videos, comments, hidden numbers."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from monitoring.content.clean import clean
from monitoring.platforms.registry import PLATFORMS
from monitoring.platforms.youtube import seconds_to_refill
from tests.lookalikes.platforms.base import make_posts
from tests.lookalikes.platforms.youtube import YouTubeServer, failure
from tests.monitoring.platforms.polling import Polls


@pytest.fixture
def server():
    with YouTubeServer() as server:
        server.posts = make_posts(3)
        yield server


@pytest.fixture
def polls(server):
    return Polls(server)


def with_comments(polls):
    polls.source = replace(polls.source, settings={"comments": "yes"})
    return polls


def test_alternatives_are_one_search_that_counts_once(server, polls):
    polls = Polls(server, ["lumen OR clairefontaine"])
    result = polls.poll()
    assert [request.path for request in server.requests] == ["/search", "/videos"]
    assert server.requests[0].query["q"] == "lumen | clairefontaine"
    assert (result.requests, result.spent) == (2, {"searches": 1})


def test_video_with_hidden_numbers_is_read(server, polls):
    real = server._video
    server._video = lambda post: real(post) | {"statistics": {"viewCount": "1543"}}
    polls.poll()
    entry = polls.entries["video000003"]
    assert (entry.views, entry.likes, entry.replies, entry.engagement) == (1543, None, None, None)
    assert (entry.kind, entry.language) == ("video", "fr-fr")


def test_video_is_stored_as_found_when_its_whole_text_is_not_reached(server, polls):
    polls.poll(requests=1)
    entry = polls.entries["video000003"]
    assert (clean(entry).title, entry.author, entry.views) == ("Lumen 3: l’avis d’Ada & co", "Ada Lumière", None)
    assert clean(entry).text.startswith("Ma lampe Lumen n° 3")
    polls.poll()
    assert polls.entries["video000003"].views == 40


def test_videos_that_are_gone_end_no_walk(server, polls):
    real = server._reply
    gone = failure(404, "notFound")
    server._reply = lambda request: gone if request.path == "/videos" else real(request)
    result = polls.poll()
    assert (len(polls.entries), result.error, result.is_incomplete) == (3, None, False)


def test_limit_of_searches_is_that_of_the_project():
    platform = PLATFORMS["youtube"]
    assert [limit.amount for limit in platform.limits_of({"searches": "5000"})] == [10_000, 5_000]
    assert platform.limits_of({}) == platform.limits


def test_comments_are_read_if_wanted(server, polls):
    server.comments = {number: [f"Avis {number}"] for number in (1, 2, 3)}
    polls.poll()
    assert len(polls.entries) == 3
    with_comments(polls).poll()
    comments = [entry for entry in polls.entries.values() if entry.kind == "comment"]
    assert sorted(entry.body for entry in comments) == ["Avis 1", "Avis 2", "Avis 3"]
    assert comments[0].url == f"https://www.youtube.com/watch?v={comments[0].thread}&lc={comments[0].native_id}"
    assert (comments[0].author_handle, comments[0].likes, comments[0].replies) == ("@invente-01", 2, 1)


def test_closed_comments_and_those_of_deleted_videos_are_no_error(server, polls):
    server.comments = {number: ["Avis"] for number in (1, 2, 3)}
    server.closed = frozenset({2, 3})
    result = with_comments(polls).poll()
    assert result.error is None and not result.is_incomplete
    assert len([entry for entry in polls.entries.values() if entry.kind == "comment"]) == 1


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (failure(403, "quotaExceeded"), "quota_used_up"),
        (failure(403, "rateLimitExceeded"), "rate_limited"),
        (failure(400, "keyInvalid"), "credential_rejected"),
        (failure(403, "accessNotConfigured"), "access_denied"),
        (failure(400, "invalidPageToken"), "bad_cursor"),
    ],
)
def test_reason_decides_over_status(server, polls, reply, code):
    server.fail_with(reply)
    assert polls.poll().error.code == code


def test_used_up_quota_waits_until_midnight_in_california(server, polls):
    server.fail_with(failure(403, "quotaExceeded"))
    assert 0 < polls.poll().retry_after_s <= 86_401


@pytest.mark.parametrize(
    ("now", "seconds"),
    [(datetime(2026, 11, 20, 7, 59, tzinfo=UTC), 61), (datetime(2026, 7, 20, 7, 0, tzinfo=UTC), 86_401)],
    ids=["winter", "summer"],
)
def test_seconds_to_refill_follow_daylight_saving_time(now, seconds):
    assert seconds_to_refill(now) == seconds
