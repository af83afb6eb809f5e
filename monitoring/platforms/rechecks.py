"""Look known items up again: how often, by which ids, and what the platform says about each. Pure.

`RecheckPolicy` is part of a platform; ingest/rechecks.py and polling/rechecks.py ask it when an item is due. `Lookup`
is one request for some items, `Rechecked` its result.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from monitoring.platforms.pages import read_items
from monitoring.records import Entry, PollError, QuotaReading

# The counts of a mention are read again this long after publication: when they change most, and when they settle.
YOUNG = (timedelta(hours=1), timedelta(hours=6), timedelta(hours=24), timedelta(days=7))
# A check at the last moment could be late.
MARGIN = 0.1


@dataclass(frozen=True, slots=True)
class RecheckPolicy:
    """Up to `batch` items are looked up in one request, at the latest `within` after the copy was read.

    `is_strict` if the platform's terms set that time: items that no keyword matches are deleted then rather than
    checked. Otherwise they stay for their retention period, unchecked.
    """

    batch: int
    within: timedelta
    is_strict: bool = False

    def next_check(self, published: datetime, is_mention: bool, now: datetime) -> datetime | None:
        """Return when an item that was just read is due again, None for never."""
        deadline = now + self.within * (1 - MARGIN)
        if not is_mention:
            return now + self.within if self.is_strict else None
        return min([deadline, *(published + age for age in YOUNG if published + age > now)])


@dataclass(frozen=True, slots=True)
class Lookup:
    """Everything that the request for known items depends on. `ids` are the `recheck_id`s of entries."""

    api_url: str
    settings: Mapping[str, str]
    secrets: Mapping[str, str] = field(repr=False)
    ids: tuple[str, ...]
    now: datetime


@dataclass(frozen=True, slots=True)
class Rechecked:
    """The items that exist, by their ids, and the ids of those that are deleted: by the platform's own word.

    Nothing is known of an id that is in neither. `has_texts` if the entries are as a poll reads them; otherwise only
    their counts are. The other fields are those of `Page`.
    """

    entries: Mapping[str, Entry] = field(default_factory=dict)
    deleted: frozenset[str] = frozenset()
    has_texts: bool = True
    spent: Mapping[str, float] = field(default_factory=dict)
    error: PollError | None = None
    retry_after_s: int | None = None
    quota: QuotaReading | None = None


def existing(
    items: Sequence[Any],
    read: Callable[[Any], Entry | None],
    lookup: Lookup,
    id_of: Callable[[Entry], str] = lambda entry: entry.recheck_id or entry.native_id,
    **fields: Any,
) -> Rechecked:
    """Return the result of a response that leaves out deleted items. With a malformed one, none counts as deleted."""
    entries, skipped = read_items(items, read)
    found = {id_of(entry): entry for entry in entries}
    deleted = frozenset() if skipped else frozenset(lookup.ids) - found.keys()
    return Rechecked({one: found[one] for one in lookup.ids if one in found}, deleted, **fields)
