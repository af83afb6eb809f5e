"""A Lemmy server: search by version 3 of its API, or by version 4 only. Posts with odd numbers are comments."""

from tests.lookalikes.platforms.base import PlatformServer, Post, Received, Reply


class LemmyServer(PlatformServer):
    platform = "lemmy"
    settings = {"server": "lemmy.example"}
    lacks = frozenset({"title", "shares", "views", "rating"})
    page_size = 100  # 50 posts and 50 comments
    api = "v3"

    def respond(self, request: Received) -> Reply:
        if request.path != f"/api/{self.api}/search":
            return Reply({"error": "not_found"}, 404)
        return Reply(self._v3(request) if self.api == "v3" else self._v4(request))

    def rate_limited(self) -> Reply:
        return Reply({"error": "rate_limit_error"}, 400)

    def native_id(self, post: Post) -> str:
        return f"https://lemmy.example/{'comment' if _is_comment(post) else 'post'}/{post.number}"

    def permalink(self, post: Post) -> str:
        return self.native_id(post)

    def _v3(self, request: Received) -> dict:
        size, start = int(request.query["limit"]), (int(request.query["page"]) - 1) * int(request.query["limit"])
        posts = [post for post in self.visible() if not _is_comment(post)][start : start + size]
        comments = [post for post in self.visible() if _is_comment(post)][start : start + size]
        return {
            "type_": "All",
            "posts": [self._item(post) for post in posts],
            "comments": [self._item(post) for post in comments],
            "communities": [],
            "users": [],
        }

    def _v4(self, request: Received) -> dict:
        start, size = int(request.query.get("page_cursor", "P0")[1:]), int(request.query["limit"])
        found = self.visible()
        page = [self._v4_item(post) for post in found[start : start + size]]
        following = f"P{start + size}" if start + size < len(found) else None
        return {"search": [*page, {"type_": "Community", "community": {}}], "next_page": following, "prev_page": None}

    def _item(self, post: Post) -> dict:
        if post.number in self.malformed:
            return {"post": {"id": post.number}, "creator": None}
        text = {"content": post.text, "path": "0.1"} if _is_comment(post) else {"name": post.title, "body": post.text}
        this = text | {
            "id": post.number,
            "ap_id": self.native_id(post),
            "published": post.published.replace(tzinfo=None).isoformat(),
            "updated": post.edited.isoformat() if post.edited else None,
            "deleted": False,
            "removed": False,
            "language_id": 0,
        }
        shared = {"creator": self._creator(post), "community": {"name": "lampes"}}
        score = {"upvotes": post.likes, "downvotes": 0, "score": post.likes}
        if not _is_comment(post):
            return {"post": this, "counts": score | {"comments": post.replies}} | shared
        parent = {"id": 1, "name": "Lampes", "ap_id": "https://lemmy.example/post/1"}
        return {"comment": this, "post": parent, "counts": score | {"child_count": post.replies}} | shared

    def _v4_item(self, post: Post) -> dict:
        item = self._item(post)
        kind = "comment" if _is_comment(post) else "post"
        if item["creator"] is None:
            return item | {"type_": "Post"}
        this = dict(item[kind]) | item.pop("counts")
        this["published_at"], this["updated_at"] = this.pop("published") + "Z", this.pop("updated")
        creator = dict(item["creator"])
        creator["ap_id"] = creator.pop("actor_id")
        return item | {"type_": kind.title(), kind: this, "creator": creator}

    def _creator(self, post: Post) -> dict:
        profile = f"https://elsewhere.example/u/{post.author}"
        return {"id": 7, "name": post.author, "display_name": post.name, "actor_id": profile, "bot_account": False}


def _is_comment(post: Post) -> bool:
    return post.number % 2 == 1
