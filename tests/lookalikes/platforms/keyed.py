"""A platform with a key, for tests of forms and credentials: a search as of Hacker News that needs a bearer token."""

from dataclasses import replace

from monitoring.platforms.base import Limit, Needs, Setting
from monitoring.platforms.hackernews import HackerNews
from tests.lookalikes.platforms.hackernews import HackerNewsServer


class KeyedPlatform(HackerNews):
    name = "keyed"
    label = "Keyed Search"
    summary = "Posts that match your keywords."
    needs = Needs.KEY
    limits = (Limit(50, 3_600),)
    settings = (
        Setting("place", "Place", help="Where to search.", example="lyon", pattern=r"[a-z]+", is_required=False),
        Setting("key", "API key", link="https://keys.example/new", example="k-123", pattern=r"k-\d+", is_secret=True),
    )

    def address(self, settings):
        return f"https://keyed.example/{settings.get('place', '')}"

    def request(self, page):
        return replace(super().request(page), headers={"Authorization": f"Bearer {page.secrets.get('key', '')}"})


class KeyedServer(HackerNewsServer):
    platform = "keyed"
    secrets = {"key": "k-1"}

    def is_accepted(self, request):
        return request.headers.get("authorization") == f"Bearer {self.valid['key']}"
