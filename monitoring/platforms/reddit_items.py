"""The posts and comments of Reddit's listings as entries. Pure; called by platforms/reddit.py.

Facts: without `raw_json` texts have &, < and > as entities, which their HTML shows. A crosspost has no text:
that of the original is in `crosspost_parent_list`. `edited` is false, a time, or true for old edits. Searches have
added a query to permalinks, and old comments have none (https://www.reddit.com/dev/api).
"""

from datetime import UTC, datetime
from html import unescape
from typing import Any
from urllib.parse import urljoin

from monitoring.platforms.markdown import to_html
from monitoring.platforms.values import total
from monitoring.records import Entry

SITE = "https://www.reddit.com"
DELETED = ("[deleted]", "[removed]")
KINDS = {"t3": "post", "t1": "comment"}


def has_escaped_html(thing: Any) -> bool:
    data = thing.get("data") if isinstance(thing, dict) else None
    html = [data.get(name) for name in ("selftext_html", "body_html")] if isinstance(data, dict) else []
    return any(isinstance(text, str) and text.startswith("&lt;") for text in html)


def unescaped(thing: dict[str, Any]) -> dict[str, Any]:
    texts = {name: unescape(value) for name, value in thing["data"].items() if isinstance(value, str)}
    return {**thing, "data": {**thing["data"], **texts}}


def _further_texts(post: dict[str, Any]) -> list[tuple[str, bool]]:
    """Return what a post shares: the URL of a link, the texts of the post that it repeats, captions of pictures."""
    texts = []
    if post.get("url") and not post.get("is_self"):
        texts.append((urljoin(SITE, post["url"]), False))
    for original in post.get("crosspost_parent_list") or ():
        texts.append((original.get("title") or "", False))
        if original.get("selftext") not in DELETED:
            texts.append((to_html(original.get("selftext")), True))
    pictures = (post.get("gallery_data") or {}).get("items") or ()
    texts += [(picture.get("caption") or "", False) for picture in pictures]
    return [text for text in texts if text[0].strip()]


def _edited(value: Any) -> datetime | None:
    return datetime.fromtimestamp(float(value), UTC) if value and value is not True else None


def _url(post: dict[str, Any]) -> str:
    """Return the address of a post or comment. Searches have added a query to it."""
    path = post.get("permalink") or f"/comments/{post['link_id'].partition('_')[2]}/_/{post['id']}/"
    return urljoin(SITE, path.partition("?")[0])


def is_gone(post: dict[str, Any]) -> bool:
    """Return whether a post or comment was deleted by its author or a moderator, or its author is gone."""
    texts = post.get("selftext"), post.get("body"), post.get("author")
    return any(text in DELETED for text in texts) or bool(post.get("removed_by_category"))


def thing_entry(thing: dict[str, Any]) -> Entry | None:
    """Return a post or comment as an entry, None for anything else, and where the text has been deleted."""
    kind = KINDS.get(thing["kind"])
    if kind is None:
        return None
    post = thing["data"]
    if (post.get("selftext") if kind == "post" else post["body"]) in DELETED:
        return None
    author = "" if post.get("author") in (None, "[deleted]") else post["author"]
    score = None if post.get("score_hidden") else post.get("score")
    comments, crossposts = post.get("num_comments"), post.get("num_crossposts")
    return Entry(
        native_id=post["name"],
        url=_url(post),
        title=post.get("title") or "",
        body=to_html(post.get("selftext") if kind == "post" else post["body"]),
        other_texts=tuple(_further_texts(post)) if kind == "post" else (),
        author=author,
        author_handle=f"u/{author}" if author else "",
        author_url=f"{SITE}/user/{author}" if author else "",
        published=datetime.fromtimestamp(float(post["created_utc"]), UTC),
        updated=_edited(post.get("edited")),
        kind=kind,
        likes=score,
        replies=comments,
        shares=crossposts,
        engagement=total(score, comments, crossposts),
        reply_to=post.get("parent_id") or "",
        thread=post.get("link_id") or "",
    )
