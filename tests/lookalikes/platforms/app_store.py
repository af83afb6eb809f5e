"""Apple's feed of customer reviews: ten pages of 50, values in labels, an entry for the app itself, no key."""

import re

from tests.lookalikes.platforms.base import PlatformServer, Post, Received, Reply

APP = "1234567890"
_PATH = re.compile(rf"/([a-z][a-z])/rss/customerreviews/page=(\d+)/id={APP}/sortby=mostrecent/json")


class AppStoreServer(PlatformServer):
    platform = "appstore"
    settings = {"app": APP, "countries": "fr"}
    lacks = frozenset({"author", "replies", "shares", "views"})
    page_size = 50
    reach = 500

    def respond(self, request: Received) -> Reply:
        found = _PATH.fullmatch(request.path)
        assert found
        country, number = found[1], int(found[2])
        posts = self.visible()[: self.reach]
        last = max(-(-len(posts) // self.page_size), 1)
        start = (number - 1) * self.page_size
        entries = [self._review(post, country) for post in posts[start : start + self.page_size]]
        path = request.path.replace(f"page={number}", f"page={last}")
        feed = {
            "author": {"name": {"label": "iTunes Store"}},
            "link": [
                {"attributes": {"rel": "self", "href": f"https://itunes.apple.com{request.path}"}},
                {"attributes": {"rel": "last", "href": f"https://itunes.apple.com{path}"}},
            ],
        }
        entries = [{"im:name": {"label": "Lumen"}, "id": {"label": "the app"}}, *entries] if number == 1 else entries
        return Reply({"feed": feed | ({"entry": entries[0] if len(entries) == 1 else entries} if entries else {})})

    def native_id(self, post: Post) -> str:
        return str(9_000_000_000 + post.number)

    def permalink(self, post: Post) -> str:
        return f"https://apps.apple.com/fr/app/id{APP}?see-all=reviews&reviewId={self.native_id(post)}"

    def _review(self, post: Post, country: str) -> dict:
        if post.number in self.malformed:
            return {"id": {"label": self.native_id(post)}, "im:rating": {"label": "many"}}
        uri = f"https://itunes.apple.com/{country}/reviews/id{post.author}"
        return {
            "author": {"uri": {"label": uri}, "name": {"label": post.name}, "label": ""},
            "updated": {"label": (post.edited or post.published).isoformat()},
            "im:rating": {"label": str(post.rating)},
            "im:version": {"label": "3.4.1"},
            "id": {"label": self.native_id(post)},
            "title": {"label": post.title},
            "content": {"label": post.text, "attributes": {"type": "text"}},
            "im:voteSum": {"label": str(post.likes)},
            "im:voteCount": {"label": str(post.likes + 1)},
        }
