"""The APIs of the sample platforms: what their servers respond for the items of a sample feed. Pure.

In: the feed's items, newest first, and a request. Out: JSON as the platform documents it, None for a path it has not.
dashboards/views/sample.py serves them, and monitoring/platforms reads them like the real ones.
"""

from collections.abc import Callable, Mapping
from typing import Any

from monitoring.records import Entry

Respond = Callable[[list[Entry], str, Mapping[str, str]], Any]


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


APIS: dict[str, Respond] = {"mastodon": mastodon}
