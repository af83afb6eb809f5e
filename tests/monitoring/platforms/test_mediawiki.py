"""MediaWiki: errors with status 200, snippets, the end of what its search reaches."""

import pytest

from monitoring.content.clean import clean
from monitoring.platforms.registry import PLATFORMS
from tests.lookalikes.platforms.base import Reply, make_posts
from tests.lookalikes.platforms.mediawiki import MediaWikiServer
from tests.monitoring.platforms.polling import Polls


@pytest.fixture
def server():
    with MediaWikiServer() as server:
        yield server


@pytest.fixture
def polls(server):
    return Polls(server)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("ratelimited", "rate_limited"),
        ("maxlag", "unavailable"),
        ("readonly", "unavailable"),
        ("readapidenied", "access_denied"),
        ("badvalue", "query_rejected"),
    ],
)
def test_error_with_status_200_is_an_error_with_its_wait(server, polls, name, code):
    server.posts = make_posts(2)
    server.fail_with(Reply({"error": {"code": name, "info": "…"}}, headers={"Retry-After": "7"}))
    result = polls.poll()
    assert (result.error.code, result.retry_after_s) == (code, 7)
    polls.poll()
    assert len(polls.entries) == 2


def test_snippet_becomes_text_and_language_is_that_of_the_wiki(server, polls):
    server.posts = make_posts(1)
    polls.poll()
    entry = polls.entries["fr.wikipedia.org/1"]
    assert clean(entry).text == "Ma lampe Lumen n° 1 & l’été <3"
    assert (entry.language, entry.kind) == ("fr", "article")


def test_request_asks_server_to_refuse_while_it_is_behind(server, polls):
    polls.poll()
    assert (server.requests[0].query["maxlag"], server.requests[0].query["formatversion"]) == ("5", "2")


def test_walk_ends_where_the_search_ends(server, polls):
    server.posts = make_posts(2)
    real = server.respond
    following = {"sroffset": 10_000, "continue": "-||"}
    server.respond = lambda request: Reply(real(request).body | {"continue": following})
    assert not polls.poll().is_incomplete
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("chosen", "url"),
    [
        ({"wiki": "en.wikipedia.org"}, "https://en.wikipedia.org/w"),
        ({"wiki": "wiki.archlinux.org", "path": ""}, "https://wiki.archlinux.org"),
    ],
)
def test_api_is_at_the_path_of_the_wiki(chosen, url):
    assert PLATFORMS["mediawiki"].api_url(chosen) == url


def test_exclusions_and_phrases_are_passed_on(server):
    polls = Polls(server, ['"ville lumière" lampe -(soleil OR #jour)'])
    polls.poll()
    assert server.requests[0].query["srsearch"] == '"ville lumière" lampe -soleil -"#jour"'
