"""YouTube's Data API: `search`, `videos` and `commentThreads`, numbers as strings, errors with reasons."""

from datetime import datetime
from html import escape

from tests.lookalikes.platforms.base import PlatformServer, Post, Received, Reply


class YouTubeServer(PlatformServer):
    platform = "youtube"
    secrets = {"key": "key-of-ada"}
    lacks = frozenset({"author", "shares", "rating"})
    page_size = 50
    rejected_status = 400
    # The texts of the newest comments of each video, by its number.
    comments: dict[int, list[str]] = {}
    gone_comments: frozenset[str] = frozenset()
    closed: frozenset[int] = frozenset()

    def is_accepted(self, request: Received) -> bool:
        return request.headers.get("x-goog-api-key") == self.valid["key"]

    def rejection(self) -> Reply:
        return failure(400, "API_KEY_INVALID", field="details")

    def rate_limited(self) -> Reply:
        return failure(403, "quotaExceeded")

    def respond(self, request: Received) -> Reply:
        if request.path == "/videos":
            ids = request.query["id"].split(",")
            assert len(ids) <= 50
            return Reply({"items": [self._video(post) for post in self.visible() if self.native_id(post) in ids]})
        if request.path == "/comments":
            ids = request.query["id"].split(",")
            found = [one for one in ids if one.removeprefix("Ug") not in self.gone_comments]
            return Reply({"items": [{"id": one, "snippet": {"textDisplay": "…", "likeCount": 9}} for one in found]})
        if request.path == "/commentThreads":
            return self._threads(request.query["videoId"])
        assert (request.path, request.query["order"]) == ("/search", "date")
        since = datetime.fromisoformat(request.query["publishedAfter"])
        found = [post for post in self.visible() if post.published >= since]
        size, start = int(request.query["maxResults"]), int(request.query.get("pageToken", 0))
        more = {"nextPageToken": str(start + size)} if len(found) > start + size else {}
        channel = {"id": {"kind": "youtube#channel", "channelId": "UC9"}, "snippet": {"title": "Lumen TV"}}
        return Reply({"items": [channel, *map(self._result, found[start : start + size])]} | more)

    def native_id(self, post: Post) -> str:
        return f"video{post.number:06}"

    def permalink(self, post: Post) -> str:
        return f"https://www.youtube.com/watch?v={self.native_id(post)}"

    def _result(self, post: Post) -> dict:
        snippet = {
            "publishedAt": _time(post.published),
            "channelId": f"UC{post.author}",
            "channelTitle": post.name,
            "title": escape(post.title),
            "description": escape(post.text[:20]),
        }
        if post.number in self.malformed:
            del snippet["title"]
        return {"id": {"kind": "youtube#video", "videoId": self.native_id(post)}, "snippet": snippet}

    def _video(self, post: Post) -> dict:
        if post.number in self.malformed:
            return {"id": self.native_id(post), "statistics": {}}
        return {
            "id": self.native_id(post),
            "snippet": {
                "publishedAt": _time(post.published),
                "channelId": f"UC{post.author}",
                "channelTitle": post.name,
                "title": post.title,
                "description": post.text,
                "defaultAudioLanguage": "fr-FR",
            },
            "statistics": {
                "viewCount": str(post.views),
                "likeCount": str(post.likes),
                "favoriteCount": "0",
                "commentCount": str(post.replies),
            },
        }

    def _threads(self, video: str) -> Reply:
        number = int(video.removeprefix("video"))
        if number in self.closed:
            return failure(403, "commentsDisabled")
        return Reply({"items": [self._thread(video, index, text) for index, text in enumerate(self.comments[number])]})

    def _thread(self, video: str, index: int, text: str) -> dict:
        snippet = {
            "textDisplay": text,
            "textOriginal": text,
            "authorDisplayName": "@invente-01",
            "authorChannelUrl": "http://www.youtube.com/@invente-01",
            "likeCount": 2,
            "publishedAt": _time(self.now),
            "updatedAt": _time(self.now),
        }
        top = {"id": f"Ug{video}{index}", "snippet": snippet}
        return {"id": top["id"], "snippet": {"videoId": video, "totalReplyCount": 1, "topLevelComment": top}}


def failure(status: int, reason: str, field: str = "errors") -> Reply:
    return Reply({"error": {"code": status, "message": "No.", field: [{"reason": reason}]}}, status)


def _time(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")
