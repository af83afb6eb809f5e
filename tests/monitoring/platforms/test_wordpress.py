"""WordPress: pages of unknown size, and the page after the last one."""

import pytest

from monitoring.platforms.registry import PLATFORMS
from tests.lookalikes.platforms.base import make_posts
from tests.lookalikes.platforms.wordpress import WordPressServer
from tests.monitoring.platforms.polling import Polls


@pytest.fixture
def server():
    with WordPressServer() as server:
        yield server


@pytest.mark.parametrize("page_size", [5, 10, 25])
def test_wordpress_reads_all_pages_when_the_site_sets_their_size(server, page_size):
    server.page_size = page_size
    server.posts = make_posts(50)
    polls = Polls(server)
    result = polls.poll_until_done()
    assert (len(polls.entries), result.error) == (50, None)
    assert len(server.requests) == 50 // page_size + 1


def test_wordpress_reports_not_found_when_the_site_has_no_search_feed(server):
    server.fail(404, b"Not Found", content_type="text/html")
    assert Polls(server).poll().error.code == "not_found"


def test_wordpress_searches_alternatives_separately_and_leaves_exclusions_to_the_matcher(server):
    Polls(server, ['(lumen OR "ville lumière") NOT lampe']).poll()
    assert {request.query["s"] for request in server.requests} == {"lumen", '"ville lumière"'}


def test_wordpress_reads_a_site_in_a_folder():
    assert PLATFORMS["wordpress"].address({"site": "https://example.org/blog/"}) == "https://example.org/blog/"
