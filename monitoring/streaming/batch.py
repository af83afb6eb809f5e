"""Posts of a stream between two saves. In: messages of a stream. Out: what is to be stored, bounded in size.

Called by streaming/reader.py, which hands it to streaming/save.py.
"""

import logging
from collections import defaultdict
from dataclasses import dataclass, field

from monitoring.platforms.jetstream import MALFORMED, StreamEvent, read_event
from monitoring.records import Entry
from monitoring.streaming.matching import StreamMatcher

log = logging.getLogger(__name__)

# A batch is saved before it has more posts than this, or has read more events.
MAX_POSTS, MAX_EVENTS = 500, 20_000


@dataclass(slots=True)
class StreamBatch:
    """`posts` are those that match a keyword of a source, by the id of the source and their native id.

    `edits` are edited posts that match nothing now: one that was stored before is no mention any more. `deleted` are
    native ids, `closed_accounts` DIDs. `cursor` is the time of the newest event, `first` that of the first one.
    """

    posts: dict[int, dict[str, Entry]] = field(default_factory=lambda: defaultdict(dict))
    edits: dict[str, Entry] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    closed_accounts: set[str] = field(default_factory=set)
    cursor: int = 0
    first: int = 0
    events: int = 0
    skipped: int = 0

    @property
    def is_full(self) -> bool:
        return self.events >= MAX_EVENTS or self.count >= MAX_POSTS

    @property
    def count(self) -> int:
        """How many posts wait to be saved."""
        return sum(map(len, self.posts.values())) + len(self.edits)

    def add(self, message: bytes, matcher: StreamMatcher, now_us: int) -> None:
        """Add an event. One that can't be read is counted as skipped; a time in the future counts as now."""
        self.events += 1
        try:
            event = read_event(message)
        except MALFORMED:
            self.skipped += 1
            return
        self.first = self.first or event.time_us
        self.cursor = max(self.cursor, min(event.time_us, now_us))
        try:
            self._sort(event, matcher)
        except Exception:
            # A bug; without this, the stream would be read up to this post forever.
            log.exception("event=stream_event_crashed time_us=%s", event.time_us)
            self.skipped += 1

    def _sort(self, event: StreamEvent, matcher: StreamMatcher) -> None:
        if event.deleted:
            self._forget(event.deleted)
            self.deleted.add(event.deleted)
        if event.closed_account:
            self._forget_author(event.closed_account)
            self.closed_accounts.add(event.closed_account)
        entry = event.entry
        if entry is None:
            return
        self._forget(entry.native_id)
        found = matcher.wanting(entry)
        for source_id in found:
            self.posts[source_id][entry.native_id] = entry
        if event.is_edit and not found:
            self.edits[entry.native_id] = entry

    def _forget_author(self, did: str) -> None:
        for posts in (*self.posts.values(), self.edits):
            for native_id in [native_id for native_id, entry in posts.items() if entry.author == did]:
                del posts[native_id]

    def _forget(self, native_id: str) -> None:
        """Drop what waits to be saved of a post that was changed or deleted since."""
        for posts in self.posts.values():
            posts.pop(native_id, None)
        self.edits.pop(native_id, None)
        self.deleted.discard(native_id)
