"""GitHub: windows of time beyond 1,000 results, discussions with a token, limits with status 403."""

from datetime import timedelta

import pytest

from monitoring.content.clean import clean
from tests.lookalikes.platforms.base import make_posts
from tests.lookalikes.platforms.github import GitHubServer
from tests.monitoring.platforms.polling import Polls


@pytest.fixture
def server():
    with GitHubServer() as server:
        yield server


@pytest.fixture
def polls(server):
    return Polls(server)


def test_walk_beyond_1000_results_loses_none(server, polls):
    server.posts = make_posts(1_250, every=timedelta(minutes=5))
    polls.poll_until_done()
    assert len(polls.entries) == 1_250


def test_walk_through_more_than_a_page_within_one_second_loses_none(server, polls):
    server.posts = make_posts(230, every=timedelta(0))
    polls.poll_until_done()
    assert len(polls.entries) == 230


def test_discussions_are_found_with_a_token_only(server, polls):
    server.posts = make_posts(4)
    server.discussions = (2, 4)
    polls.poll_until_done()
    assert set(polls.entries) == {"I_kwDO1", "I_kwDO3"}
    assert all(request.path == "/search/issues" for request in server.requests)
    polls = Polls(server)
    polls.secrets = {"token": "ghp_s3cret"}
    server.token = "ghp_s3cret"
    polls.poll_until_done()
    assert set(polls.entries) == {"I_kwDO1", "I_kwDO3", "D_kwDO2", "D_kwDO4"}
    entry = polls.entries["D_kwDO2"]
    assert (entry.author, entry.likes, entry.replies, entry.kind) == ("", 3, 2, "post")
    assert "ghp_s3cret" not in repr(polls.results)


def test_walk_through_discussions_goes_on_by_time(server):
    server.posts = make_posts(250)
    server.discussions = tuple(post.number for post in server.posts)
    polls = Polls(server)
    polls.secrets = {"token": "t0ken"}
    polls.poll_until_done()
    assert len(polls.entries) == 250


def test_alternatives_are_one_search_for_issues_and_several_for_discussions(server):
    polls = Polls(server, ["lumen OR (lampe -soleil)"])
    polls.secrets = {"token": "t0ken"}
    polls.poll()
    issues = [request.query["q"] for request in server.requests if request.path != "/graphql"]
    discussions = [request.json["variables"]["q"] for request in server.requests if request.path == "/graphql"]
    assert [text.partition(" is:issue")[0] for text in issues] == ["(lumen OR (lampe NOT soleil))"]
    assert sorted(text.partition(" created:")[0] for text in discussions) == ["lampe NOT soleil", "lumen"]


def test_query_has_at_most_5_operators_and_256_characters(server):
    polls = Polls(server, [" OR ".join(f"word{number}" for number in range(20))])
    polls.poll()
    texts = [request.query["q"].partition(" is:issue")[0] for request in server.requests]
    assert len(texts) == 4
    assert all(text.count(" OR ") <= 5 and len(text) <= 256 for text in texts)


def test_incomplete_results_are_stored_and_searched_again(server, polls):
    server.posts = make_posts(3)
    server.is_incomplete = True
    result = polls.poll()
    assert (result.error.code, len(polls.entries)) == ("unavailable", 3)
    server.is_incomplete = False
    server.posts += make_posts(2, first=100, now=server.now - timedelta(days=2))
    polls.poll_until_done()
    assert len(polls.entries) == 5


@pytest.mark.parametrize(
    ("status", "body", "headers", "code", "wait_s"),
    [
        (403, {"message": "You have exceeded a secondary rate limit."}, {"Retry-After": "60"}, "rate_limited", 60),
        (429, {"message": "Too many requests"}, {"Retry-After": "60"}, "rate_limited", 60),
        (403, {"message": "API rate limit exceeded"}, {}, "rate_limited", None),
        (403, {"message": "Resource not accessible"}, {}, "access_denied", None),
        (401, {"message": "Bad credentials"}, {}, "credential_rejected", None),
        (422, {"message": "Validation Failed"}, {}, "query_rejected", None),
    ],
)
def test_status_and_message_decide_code(server, polls, status, body, headers, code, wait_s):
    server.fail(status, body, headers=headers)
    result = polls.poll()
    assert (result.error.code, result.retry_after_s) == (code, wait_s)


def test_errors_of_graphql_with_status_200_are_errors(server):
    polls = Polls(server)
    polls.secrets = {"token": "t0ken"}
    polls.poll()
    server.now += timedelta(hours=1)
    real = server.respond
    body = {"errors": [{"type": "RATE_LIMITED", "message": "API rate limit exceeded"}]}
    server.respond = lambda request: type(real(request))(body) if request.path == "/graphql" else real(request)
    assert polls.poll().is_incomplete


def test_null_body_and_deleted_author_are_tolerated(server, polls):
    server.posts = make_posts(1)
    real = server._issue
    server._issue = lambda post: real(post) | {"body": None, "user": None, "reactions": None}
    polls.poll()
    entry = polls.entries["I_kwDO1"]
    assert (entry.author, entry.likes, entry.engagement, clean(entry).text) == ("", None, 2, "")


def test_quota_is_read_from_headers(server, polls):
    server.posts = make_posts(1)
    assert polls.poll().quota.remaining == 9
