"""The API of a MediaWiki with CirrusSearch: pages, the last edited first, with `continue`."""

from html import escape

from tests.lookalikes.platforms.base import PlatformServer, Post, Received, Reply


class MediaWikiServer(PlatformServer):
    platform = "mediawiki"
    settings = {"wiki": "fr.wikipedia.org", "path": ""}
    lacks = frozenset({"author", "name", "likes", "replies", "shares", "views", "rating"})
    page_size = 50

    def respond(self, request: Received) -> Reply:
        assert request.path == "/api.php" and request.query["srsort"] == "last_edit_desc"
        start, size = int(request.query.get("sroffset", 0)), int(request.query["srlimit"])
        found = self.visible()
        body = {"query": {"search": [self._found(post) for post in found[start : start + size]]}}
        if start + size < len(found):
            assert start + size <= 10_000
            body["continue"] = {"sroffset": start + size, "continue": "-||"}
        return Reply(body)

    def rate_limited(self) -> Reply:
        body = {"error": {"code": "ratelimited", "info": "You've exceeded your rate limit."}}
        return Reply(body, 200, {"Retry-After": "30", "MediaWiki-API-Error": "ratelimited"})

    def native_id(self, post: Post) -> str:
        return f"fr.wikipedia.org/{post.number}"

    def permalink(self, post: Post) -> str:
        return f"https://fr.wikipedia.org/?curid={post.number}"

    def _found(self, post: Post) -> dict:
        if post.number in self.malformed:
            return {"ns": 0, "title": post.title}
        return {
            "ns": 0,
            "title": post.title,
            "pageid": post.number,
            "snippet": escape(post.text).replace("Lumen", '<span class="searchmatch">Lumen</span>'),
            "timestamp": f"{post.published:%Y-%m-%dT%H:%M:%SZ}",
        }
