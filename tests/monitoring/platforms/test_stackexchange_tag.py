"""Stack Exchange tags: addresses of sites and tags."""

import pytest

from monitoring.platforms.registry import PLATFORMS
from tests.lookalikes.platforms.base import make_posts
from tests.lookalikes.platforms.stackexchange_tag import StackExchangeTagServer
from tests.monitoring.platforms.polling import Polls


@pytest.mark.parametrize(
    ("site", "host"),
    [("stackoverflow", "stackoverflow.com"), ("french", "french.stackexchange.com")],
)
def test_stack_exchange_tag_reads_the_site_of_its_settings(site, host):
    platform = PLATFORMS["stackexchangetag"]
    assert platform.address({"site": site, "tag": "c#"}) == f"https://{host}/questions/tagged/c%23"
    assert platform.api_url({"site": site, "tag": "c#"}) == f"https://{host}"


def test_stack_exchange_tag_reads_ids_in_both_forms():
    with StackExchangeTagServer() as server:
        server.posts = make_posts(2)
        real = server._question
        server._question = lambda post: real(post).replace("/q/2<", "/questions/2/lumen<")
        polls = Polls(server)
        polls.poll()
        assert set(polls.entries) == {"stackoverflow/1", "stackoverflow/2"}
