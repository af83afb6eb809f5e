"""The API of Stack Exchange: `/search/excerpts` without authors, `/posts/{ids}` with them; odd numbers are answers."""

from html import escape

from tests.lookalikes.platforms.base import PlatformServer, Post, Received, Reply


class StackExchangeServer(PlatformServer):
    platform = "stackexchange"
    settings = {"site": "stackoverflow"}
    lacks = frozenset({"author", "shares", "views", "rating", "replies"})
    quota = 250
    backoff: int | None = None

    def respond(self, request: Received) -> Reply:
        assert request.query["site"] == "stackoverflow"
        size = int(request.query["pagesize"])
        if request.path == "/search/excerpts":
            found, start = self._search(request), (int(request.query.get("page", 1)) - 1) * size
            items = [self._excerpt(post) for post in found[start : start + size]]
            return Reply(self._wrapped(items, has_more=len(found) > start + size))
        ids = request.path.removeprefix("/posts/").split(";")
        assert request.query["filter"] == "withbody" and len(ids) <= size
        posts = [post for post in self.visible() if self._id(post) in ids]
        return Reply(self._wrapped([self._post(post) for post in posts]))

    def rate_limited(self) -> Reply:
        message = "too many requests from this IP, more requests available in 30 seconds"
        return Reply({"error_id": 502, "error_message": message, "error_name": "throttle_violation"}, 400)

    def native_id(self, post: Post) -> str:
        return f"stackoverflow/{self._id(post)}"

    def permalink(self, post: Post) -> str:
        kind = "a" if _is_answer(post) else "questions"
        return f"https://stackoverflow.com/{kind}/{self._id(post)}"

    def _id(self, post: Post) -> str:
        return str(79_000_000 + post.number)

    def _search(self, request: Received) -> list[Post]:
        first, last = (
            int(request.query.get(name, default)) for name, default in (("fromdate", 0), ("todate", 1 << 40))
        )
        return [post for post in self.visible() if first <= int(post.published.timestamp()) <= last]

    def _wrapped(self, items: list[dict], **fields: object) -> dict:
        wait = {"backoff": self.backoff} if self.backoff else {}
        return {"items": items, "has_more": False, "quota_max": 300, "quota_remaining": self.quota} | wait | fields

    def _excerpt(self, post: Post) -> dict:
        question = self._id(post) if not _is_answer(post) else "78000000"
        answer = {"answer_id": int(self._id(post)), "is_accepted": False} if _is_answer(post) else {}
        return answer | {
            "item_type": "answer" if _is_answer(post) else "question",
            "question_id": int(question),
            "question_score": 3,
            "answer_count": None,
            "score": post.likes,
            "creation_date": int(post.published.timestamp()),
            "title": escape(post.title),
            "excerpt": f'<span class="highlight">Lumen</span> {escape(post.text[:10])} …',
            "body": post.text[:20],
        }

    def _post(self, post: Post) -> dict:
        if post.number in self.malformed:
            return {"post_id": int(self._id(post)), "post_type": "answer"}
        edited = {"last_edit_date": int(post.edited.timestamp())} if post.edited else {}
        return edited | {
            "post_id": int(self._id(post)),
            "post_type": "answer" if _is_answer(post) else "question",
            "owner": {
                "display_name": escape(post.name),
                "link": f"https://stackoverflow.com/users/1/{post.author}",
                "reputation": 131,
            },
            "score": post.likes,
            "creation_date": int(post.published.timestamp()),
            "link": self.permalink(post),
            "body": f"<p>{escape(post.text)}</p>\n",
            "content_license": "CC BY-SA 4.0",
        }


def _is_answer(post: Post) -> bool:
    return post.number % 2 == 1
