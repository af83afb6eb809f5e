"""The counts of a post that Vigie published: what a platform needs for them, its request, and the response. Pure.

A platform whose check of known items (rechecks.py) isn't meant for own posts, or says less, has a subclass of
`OwnPosts` as `own_posts`, in a file of its own. rechecking.py makes the requests.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from monitoring.platforms.rechecks import Lookup, Rechecked
from monitoring.records import Entry
from outbound import ApiRequest, FetchResult

MAX_COUNT = 2**31 - 1  # of a column of the database


class OwnPosts:
    """Reading the counts of own posts at one platform, up to `batch` in one request.

    They are read each hour on the first day if `is_hourly`, then once a day, and for `lasts` after publication. `note`
    says where that differs, for a person, marked with `gettext_noop`. `price` is what a post costs, in US dollars.
    """

    batch = 1
    is_hourly = True
    lasts = timedelta(days=30)
    note = ""
    price = 0.0

    def recheck_request(self, lookup: Lookup) -> ApiRequest:
        raise NotImplementedError

    def read_recheck(self, data: Any, lookup: Lookup) -> Rechecked:
        """Return the counts by id. What a response doesn't say is unknown."""
        raise NotImplementedError

    def recheck_of_error(self, response: FetchResult, lookup: Lookup) -> Rechecked | None:
        """Return that a post is gone, None for any other error."""
        return Rechecked(deleted=frozenset(lookup.ids)) if response.status in (404, 410) else None


def counted(counts: Mapping[str, tuple[Any, Any, Any]], **fields: Any) -> Rechecked:
    """Return the likes, replies and shares of posts by id; what is no number is unknown."""
    entries = {
        one: Entry(one, "", "", "", likes=_known(likes), replies=_known(replies), shares=_known(shares))
        for one, (likes, replies, shares) in counts.items()
    }
    return Rechecked(entries, has_texts=False, **fields)


def _known(count: Any) -> int | None:
    return min(count, MAX_COUNT) if type(count) is int and count >= 0 else None
