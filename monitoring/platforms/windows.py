"""Page downward by time where page numbers reach only so far, or shift with each new item. Pure.

In: the times of a page's items, newest first, and its cursor. Out: the next cursor. Called by platforms.
"""

from typing import Any


def next_window(times: list[int], cursor: Any, *, has_more: bool) -> dict[str, int] | None:
    """Return where the next older page starts, None if this was the last one. Times are seconds since 1970.

    `until` is the time up to which it has items, included. If this page went no further back than the one before (many
    items at one second, or a server that ignores `until`), the next one has a higher number (`page`, from 0) instead.
    """
    if not has_more or not times:
        return None
    oldest = min(times)
    if cursor and oldest >= cursor["until"]:
        return {"until": cursor["until"], "page": cursor["page"] + 1}
    return {"until": oldest, "page": 0}
