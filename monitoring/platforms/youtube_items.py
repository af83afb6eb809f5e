"""The videos and comments of YouTube's Data API as entries. Pure; called by platforms/youtube.py.

Facts: https://developers.google.com/youtube/v3/docs. Numbers are strings, and those that are hidden are missing.
"""

from html import unescape
from typing import Any

from monitoring.platforms.values import total, utc
from monitoring.records import Entry

# Before the ids of comments, which are looked up apart from videos.
_COMMENT = "comment:"


def found_video(item: dict[str, Any]) -> Entry:
    """Return a video as the search gives it: with HTML in its title, a shortened text, and no numbers."""
    number, snippet = item["id"]["videoId"], item["snippet"]
    return Entry(
        native_id=number,
        url=f"https://www.youtube.com/watch?v={number}",
        title=snippet["title"],
        title_is_html=True,
        body=unescape(snippet.get("description") or ""),
        body_is_html=False,
        author=unescape(snippet.get("channelTitle") or ""),
        author_url=_channel(snippet),
        published=utc(snippet["publishedAt"]),
        kind="video",
    )


def whole_video(video: dict[str, Any]) -> Entry:
    number, snippet, statistics = video["id"], video["snippet"], video.get("statistics") or {}
    likes, comments, views = (_number(statistics.get(f"{name}Count")) for name in ("like", "comment", "view"))
    tags = snippet.get("tags") or ()
    return Entry(
        native_id=number,
        url=f"https://www.youtube.com/watch?v={number}",
        title=snippet["title"],
        body=snippet.get("description") or "",
        body_is_html=False,
        other_texts=((", ".join(tags), False),) if tags else (),
        author=snippet.get("channelTitle") or "",
        author_url=_channel(snippet),
        published=utc(snippet["publishedAt"]),
        language=(snippet.get("defaultAudioLanguage") or snippet.get("defaultLanguage") or "").lower(),
        kind="video",
        likes=likes,
        replies=comments,
        views=views,
        engagement=total(likes, comments),
    )


def comment_entry(thread: dict[str, Any]) -> Entry:
    top = thread["snippet"]["topLevelComment"]
    snippet, video = top["snippet"], thread["snippet"]["videoId"]
    name = snippet.get("authorDisplayName") or ""
    edited = snippet.get("updatedAt")
    likes, replies = _number(snippet.get("likeCount")), _number(thread["snippet"].get("totalReplyCount"))
    return Entry(
        native_id=top["id"],
        url=f"https://www.youtube.com/watch?v={video}&lc={top['id']}",
        title="",
        body=snippet.get("textOriginal") or snippet.get("textDisplay") or "",
        body_is_html=False,
        author=name,
        author_handle=name if name.startswith("@") else "",
        author_url=snippet.get("authorChannelUrl") or "",
        published=utc(snippet["publishedAt"]),
        updated=utc(edited) if edited and edited != snippet["publishedAt"] else None,
        kind="comment",
        likes=likes,
        replies=replies,
        engagement=total(likes, replies),
        reply_to=video,
        thread=video,
        recheck_id=f"{_COMMENT}{top['id']}",
    )


def _channel(snippet: dict[str, Any]) -> str:
    return f"https://www.youtube.com/channel/{snippet['channelId']}" if snippet.get("channelId") else ""


def rechecked_comment(comment: dict[str, Any]) -> Entry:
    """Return the likes of a comment as `comments.list` gives it: without its video and its replies."""
    likes = _number(comment["snippet"].get("likeCount"))
    number = comment["id"]
    return Entry(number, "", "", "", kind="comment", likes=likes, recheck_id=f"{_COMMENT}{number}")


def is_comments(ids: tuple[str, ...]) -> bool:
    """Return whether these ids of items are those of comments."""
    return ids[0].startswith(_COMMENT)


def plain_id(recheck_id: str) -> str:
    return recheck_id.removeprefix(_COMMENT)


def _number(value: Any) -> int | None:
    return int(value) if value is not None else None
