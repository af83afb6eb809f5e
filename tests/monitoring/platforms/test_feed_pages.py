"""Platforms that respond with feeds, and lists without credentials: their oddities."""

import json

import pytest

from monitoring.platforms.registry import PLATFORMS
from tests.lookalikes.platforms.base import make_posts
from tests.lookalikes.platforms.devto import DevToServer
from tests.lookalikes.platforms.lobsters import LobstersServer
from tests.lookalikes.platforms.medium import MediumServer
from tests.lookalikes.platforms.youtube_channel import YouTubeChannelServer
from tests.monitoring.platforms.polling import Polls


@pytest.fixture(params=[404, 410])
def status(request):
    return request.param


def test_youtube_channel_is_unavailable_for_now_when_its_feed_is_not_found(status):
    with YouTubeChannelServer() as server:
        server.posts = make_posts(2)
        server.fail(status, b"Not Found", content_type="text/html")
        polls = Polls(server)
        assert polls.poll().error.code == "unavailable"
        assert not polls.poll().error
        assert len(polls.entries) == 2


def test_youtube_channel_gives_its_videos_the_ids_of_the_search():
    with YouTubeChannelServer() as server:
        server.posts = make_posts(1)
        polls = Polls(server)
        polls.poll()
        entry = polls.entries["v0000000001"]
        assert (entry.kind, entry.author_url) == ("video", PLATFORMS["youtubechannel"].address(server.settings))
        assert json.loads(entry.raw)["id"] == "yt:video:v0000000001"


@pytest.mark.parametrize(("tag", "path"), [("interior-design", "/feed/tag/interior-design"), ("@ada", "/feed/@ada")])
def test_medium_reads_a_tag_or_an_author(tag, path):
    with MediumServer() as server:
        server.settings = {"tag": tag}
        Polls(server).poll()
        assert server.requests[0].path == path


def test_devto_reads_one_page_as_articles_are_sorted_by_popularity():
    with DevToServer() as server:
        server.posts = make_posts(40)
        polls = Polls(server)
        polls.poll()
        assert len(server.requests) == 1
        assert len(polls.entries) == 40


def test_devto_counts_a_missing_user_as_unknown():
    with DevToServer() as server:
        server.posts = make_posts(1)
        real = server._article
        server._article = lambda post: real(post) | {"user": None, "comments_count": None}
        polls = Polls(server)
        polls.poll()
        entry = next(iter(polls.entries.values()))
        assert (entry.author, entry.replies, entry.engagement) == ("", None, 3)


def test_lobsters_reads_a_tag():
    with LobstersServer() as server:
        server.settings = {"tag": "privacy"}
        Polls(server).poll()
        assert server.requests[0].path == "/t/privacy/page/1.json"


def test_lobsters_ends_where_there_is_no_further_page():
    with LobstersServer() as server:
        server.posts = make_posts(server.page_size)
        result = Polls(server).poll()
        assert [request.path[-6:] for request in server.requests] == ["1.json", "2.json"]
        assert (result.error, result.is_incomplete) == (None, False)
