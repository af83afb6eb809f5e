"""Reddit's feeds: what they are asked for, their endings, comments, deleted posts, and a token that stays secret."""

import logging

import pytest

from monitoring.content.clean import clean
from monitoring.models import RequestBudget
from monitoring.platforms.registry import PLATFORMS
from monitoring.services.platform_sources import NewPlatformSource, add_platform_source
from tests.factories import make_keyword
from tests.lookalikes.platforms.base import make_posts
from tests.lookalikes.platforms.reddit_feed import TOKEN, RedditFeedServer
from tests.monitoring.conftest import poll_again
from tests.monitoring.platforms.polling import Polls
from tests.stored_texts import all_texts


@pytest.fixture
def server():
    with RedditFeedServer() as server:
        yield server


@pytest.mark.parametrize(
    ("place", "path", "text"),
    [
        ("r/france+Lyon", "/r/france+Lyon/new/.rss", None),
        ("u/ada", "/user/ada/.rss", None),
        ("search", "/search.rss", "lumen"),
    ],
)
def test_request_reads_the_place(server, place, path, text):
    server.settings = {"place": place}
    polls = Polls(server)
    polls.secrets = {}
    polls.poll()
    [request] = server.requests
    assert (request.path, request.query.get("q"), request.query.get("feed")) == (path, text, None)


def test_limit_is_one_request_per_minute_without_a_token():
    platform = PLATFORMS["redditfeed"]
    assert [limit.amount for limit in platform.limits_of({"place": "r/france"})] == [1]
    named = {"place": "r/france", "user": "ada"}
    assert [limit.amount for limit in platform.limits_of(named)] == [1]
    assert [limit.amount for limit in platform.limits_of(named, has_credential=True)] == [10]


def test_entry_with_much_white_space_is_read_in_linear_time(server):
    server.posts = make_posts(1)
    server.change(1, text="Lumen" + " &#32;" * 150_000 + "submitted by nobody" + "<" * 100_000)
    polls = Polls(server)
    polls.poll()
    [entry] = polls.entries.values()
    assert clean(entry).text.startswith("Lumen")


def test_entry_has_the_text_without_its_ending_and_the_link(server):
    server.posts = make_posts(2)
    server.links = {2: "https://blog.example/?a=1&b=2"}
    polls = Polls(server)
    polls.poll()
    own, shared = clean(polls.entries["t3_000001"]), clean(polls.entries["t3_000002"])
    assert own.text == server.posts[0].text
    assert shared.text.split("\n")[-1] == "https://blog.example/?a=1&b=2"
    assert (own.author_handle, own.kind) == ("u/ada1", "post")


def test_comment_has_no_title_and_deleted_post_is_left_out(server):
    server.posts = make_posts(2)
    server.comments = frozenset({1})
    server.change(2, text="[deleted]")
    polls = Polls(server)
    polls.poll()
    assert {(one.native_id, one.kind, one.title) for one in polls.entries.values()} == {("t1_000001", "comment", "")}


@pytest.mark.django_db(transaction=True)
def test_token_is_stored_shown_and_logged_nowhere(server, project, manager, viewer, as_person, caplog, capsys):
    caplog.set_level(logging.DEBUG)
    make_keyword(project, query="lumen")
    server.posts = make_posts(2)
    settings = {"place": "r/france+Lyon", "user": "lumen_team"}
    source = add_platform_source(
        project, manager, NewPlatformSource("redditfeed", settings, secrets={"token": TOKEN})
    ).source
    source.settings["base_url"] = server.url
    source.save()
    assert poll_again(source).error_code == ""
    assert server.requests[-1].query["feed"] == TOKEN
    for reply in ({"status": 301, "headers": {"Location": f"/again?feed={TOKEN}"}}, {"status": 403}):
        RequestBudget.objects.all().delete()  # a minute has passed
        server.fail(times=7, **reply)
        assert poll_again(source).error_code
        server._failures.clear()
        reader = as_person(viewer)
        pages = [reader.get(f"/p/{project.pk}/{page}") for page in ("sources", f"sources/{source.pk}", "sources.opml")]
        shown = "".join(page.content.decode() for page in pages)
        assert TOKEN not in shown + all_texts() + caplog.text + capsys.readouterr().out
