"""The Graph API of Meta: a Facebook Page, and an Instagram account, with posts and their comments."""

from collections.abc import Mapping

from tests.lookalikes.platforms.base import Post, Received, Reply
from tests.lookalikes.platforms.meta import GraphServer, InstagramServer


class CommentsServer(GraphServer):
    """`comments` has the number of the post that a post, by its number, comments on. The newest come first.

    `nested` is how many comments come with their post. `own` are the numbers of posts on the own Page or account,
    `gone` those that are deleted after they were listed.
    """

    nested = 25
    comments: Mapping[int, int] = {}
    own: frozenset[int] = frozenset()
    gone: frozenset[int] = frozenset()

    def respond(self, request: Received) -> Reply:
        node, _, edge = request.path.strip("/").partition("/")
        if edge == "comments":
            found = [post for post in self.visible() if self.native_id(post) == node]
            if not found or found[0].number in self.gone:
                return self.error(100, 33, "Object does not exist", 400)
            return self.list_of(self._comments_on(found[0].number), request)
        return self.posts_of(edge, request)

    def posts_of(self, edge: str, request: Received) -> Reply:
        raise NotImplementedError

    def item(self, post: Post) -> dict:
        return self.comment_item(post) if post.number in self.comments else self.post_item(post)

    def post_item(self, post: Post) -> dict:
        raise NotImplementedError

    def comment_item(self, post: Post) -> dict:
        raise NotImplementedError

    def _posts(self, *, own: bool) -> list[Post]:
        return [one for one in self.visible() if one.number not in self.comments and (one.number in self.own) == own]

    def _comments_on(self, number: int) -> list[Post]:
        return [one for one in self.visible() if self.comments.get(one.number) == number]

    def nested_comments(self, post: Post) -> dict:
        """Return the first page of the comments of a post."""
        found = self._comments_on(post.number)
        if not found:
            return {"data": []}
        paging = {"cursors": {"before": "0", "after": str(self.nested)}}
        if len(found) > self.nested:
            paging["next"] = f"{self.url}/{self.native_id(post)}/comments?after={self.nested}"
        return {"data": [self.comment_item(one) for one in found[: self.nested]], "paging": paging}


class FacebookServer(CommentsServer):
    platform = "facebook"
    settings = {"page": "100000000000001"}
    lacks = frozenset({"author", "title", "views", "rating"})
    page_size = 25

    def posts_of(self, edge: str, request: Received) -> Reply:
        assert request.path.startswith("/100000000000001/") and edge in ("tagged", "feed")
        wanted = self._posts(own=edge == "feed")
        return self.list_of([post for post in self.since(request) if post in wanted], request)

    def native_id(self, post: Post) -> str:
        return f"100000000000777_{post.number}"

    def permalink(self, post: Post) -> str:
        return f"https://www.facebook.com/100000000000777/posts/{post.number}"

    def post_item(self, post: Post) -> dict:
        if post.number in self.malformed:
            return {"id": self.native_id(post), "message": post.text}
        return {
            "id": self.native_id(post),
            "message": post.text,
            "created_time": self.time(post),
            "permalink_url": self.permalink(post),
            "from": {"name": post.name, "id": post.author},
            "shares": {"count": post.shares},
            "reactions": {"data": [], "summary": {"total_count": post.likes}},
            "comments": self.nested_comments(post) | {"summary": {"total_count": post.replies}},
        }

    def comment_item(self, post: Post) -> dict:
        return {
            "id": self.native_id(post),
            "message": post.text,
            "created_time": self.time(post),
            "from": {"name": post.name, "id": post.author},
            "like_count": post.likes,
            "comment_count": post.replies,
            "permalink_url": self.permalink(post),
        }


class InstagramMentionsServer(CommentsServer):
    """`replies` has the number of the comment that a post, by its number, replies to."""

    platform = "instagrammentions"
    settings = {"account": "17841400000000000"}
    lacks = frozenset({"name", "title", "shares", "views", "rating"})
    page_size = 25
    nested = 50
    replies: Mapping[int, int] = {}

    def posts_of(self, edge: str, request: Received) -> Reply:
        assert request.path.startswith("/17841400000000000/") and edge in ("tags", "media")
        wanted = [post for post in self._posts(own=edge == "media") if post.number not in self.replies]
        return self.list_of(wanted, request)

    def native_id(self, post: Post) -> str:
        return str(17_900_000_000_000_000 + post.number)

    permalink = InstagramServer.permalink

    def post_item(self, post: Post) -> dict:
        item = {"id": self.native_id(post), "permalink": self.permalink(post)}
        if post.number in self.malformed:
            return item
        item |= {"timestamp": self.time(post), "caption": post.text, "username": post.author, "media_type": "IMAGE"}
        return item | {
            "like_count": post.likes,
            "comments_count": post.replies,
            "comments": self.nested_comments(post),
        }

    def comment_item(self, post: Post) -> dict:
        item = {"id": self.native_id(post), "text": post.text, "username": post.author, "timestamp": self.time(post)}
        replies = [one for one in self.visible() if self.replies.get(one.number) == post.number]
        nested = {"replies": {"data": [self.comment_item(one) for one in replies]}} if replies else {}
        return item | {"like_count": post.likes} | nested
