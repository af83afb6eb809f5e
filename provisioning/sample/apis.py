"""The APIs of the sample platforms: what their servers respond for the items of a sample feed. Pure.

In: the feed's items, newest first, and a request. Out: JSON as the platform documents it, None for a path it has not.
dashboards/views/sample.py serves them, and monitoring/platforms reads them like the real ones.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from monitoring.records import Entry

Respond = Callable[[list[Entry], str, Mapping[str, str]], Any]
_REVIEWS = re.compile(r"([a-z]{2})/rss/customerreviews/page=(\d+)/id=\d+/sortby=mostrecent/json")


def mastodon(items: list[Entry], path: str, query: Mapping[str, str]) -> Any:
    """Return the timeline of a hashtag: https://docs.joinmastodon.org/methods/timelines/#tag."""
    if not path.startswith("api/v1/timelines/tag/"):
        return None
    after, before = query.get("min_id", ""), query.get("max_id", "~")
    found = [item for item in items if after < _status_id(item) < before]
    size = min(int(query.get("limit", 20)), 40)
    return [_status(item) for item in (found[-size:] if after else found[:size])]


def _status_id(item: Entry) -> str:
    assert item.published is not None
    return f"{item.published:%Y%m%d%H%M%S}"


def _status(item: Entry) -> dict[str, Any]:
    assert item.published is not None
    return {
        "id": _status_id(item),
        "uri": item.native_id,
        "url": item.url,
        "created_at": item.published.isoformat(),
        "account": {
            "acct": item.author_handle.removeprefix("@"),
            "display_name": item.author,
            "url": item.url,
            "followers_count": item.followers,
        },
        "content": f"<p>{item.body}</p>",
        "language": item.language,
        "favourites_count": item.likes,
        "replies_count": item.replies,
        "reblogs_count": item.shares,
        "in_reply_to_id": None,
    }


def lemmy(items: list[Entry], path: str, query: Mapping[str, str]) -> Any:
    """Return the posts and comments that have all words: https://join-lemmy.org/api/classes/LemmyHttp.html#search."""
    if path != "api/v3/search":
        return None
    words = query.get("q", "").casefold().split()
    found = [item for item in items if all(word in f"{item.title} {item.body}".casefold() for word in words)]
    size = min(_number(query, "limit", 10), 50)
    start = (_number(query, "page", 1) - 1) * size
    posts = [item for item in found if item.kind == "post"][start : start + size]
    comments = [item for item in found if item.kind == "comment"][start : start + size]
    return {
        "type_": "All",
        "posts": [{"post": _content(item, "name", "body"), **_votes(item, "comments")} for item in posts],
        "comments": [
            {
                "comment": {"content": item.body, "path": "0.1", **_content(item)},
                "post": {"name": "", "ap_id": item.thread},
                **_votes(item, "child_count"),
            }
            for item in comments
        ],
    }


def _content(item: Entry, *names: str) -> dict[str, Any]:
    assert item.published is not None
    texts = dict(zip(names, (item.title, item.body), strict=False))
    return texts | {"ap_id": item.native_id, "published": item.published.isoformat(), "deleted": False}


def _votes(item: Entry, replies: str) -> dict[str, Any]:
    creator = {"name": item.author_handle.removeprefix("@"), "display_name": item.author}
    return {"creator": creator, "counts": {"upvotes": item.likes, replies: item.replies}}


def app_store(items: list[Entry], path: str, query: Mapping[str, str]) -> Any:
    """Return the first page of the reviews of a country, which has all of them (monitoring/platforms/app_store.py)."""
    found = _REVIEWS.fullmatch(path)
    if found is None:
        return None
    own = [item for item in items if item.country == found[1].upper()]
    return {"feed": {"entry": [_review(item) for item in own] if found[2] == "1" else []}}


def _review(item: Entry) -> dict[str, Any]:
    assert item.published is not None
    labels = {
        "id": item.native_id,
        "title": item.title,
        "content": item.body,
        "updated": item.published.isoformat(),
        "im:rating": f"{item.rating:.0f}",
        "im:voteSum": str(item.likes),
    }
    return {"author": {"name": {"label": item.author}}} | {name: {"label": value} for name, value in labels.items()}


def _number(query: Mapping[str, str], name: str, default: int) -> int:
    value = query.get(name, "")
    return max(int(value), 1) if value.isdecimal() and len(value) < 10 else default


APIS: dict[str, Respond] = {"appstore": app_store, "lemmy": lemmy, "mastodon": mastodon}
