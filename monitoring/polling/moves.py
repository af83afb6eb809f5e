"""Decide when the target of permanent redirects becomes a source's URL, and when its earlier URL is tried again. Pure.

Called by polling/source_state.py and polling/save.py after a poll, and by polling/poller.py when one fails. A redirect
is often a mistake (an expired session, a broken deployment), or leads to something else: the new URL must give the
same feed for several days, and the earlier one stays in reserve.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from monitoring.ingest.records import Stored
from monitoring.records import ClaimedSource, PollResult

# A redirect becomes the source's URL after as many successful polls, over as long a time.
POLLS_BEFORE_MOVE = 3
TIME_BEFORE_MOVE = timedelta(days=3)
# How long the earlier URL is tried when the new one fails.
RESERVE_TIME = timedelta(days=30)
# A feed that has this share of known entries is the same one.
SAME_FEED_SHARE = 0.5
# Limits of the columns of `Source`, in characters and polls.
MAX_TITLE, MAX_URL, MAX_COUNT = 300, 2000, 1000


@dataclass(frozen=True, slots=True)
class Move:
    """Where permanent redirects lead, "" if there are none; how many polls read the feed there, and since when (UTC).

    A `count` of 0 means that another feed was found there: then the source stays.
    """

    to: str = ""
    count: int = 0
    since: datetime | None = None

    def is_due(self, now: datetime) -> bool:
        """Return whether the source should take the new URL."""
        return self.count >= POLLS_BEFORE_MOVE and self.since is not None and now - self.since >= TIME_BEFORE_MOVE


def next_move(source: ClaimedSource, result: PollResult, stored: Stored, now: datetime) -> Move:
    """Return the move after a poll. A failed one counts against a URL only if it led there."""
    before = Move(source.moved_to, source.moved_count, source.moved_since)
    url = result.permanent_url
    if result.error:
        return Move() if url else before
    if not url or len(url) > MAX_URL or url == source.url:
        return Move()
    if url != before.to:
        return Move(url, 1 if _is_same_feed(source, result, stored) else 0, now)
    return Move(url, min(before.count + 1, MAX_COUNT) if before.count else 0, before.since or now)


def reserve_url(source: ClaimedSource, now: datetime) -> str:
    """Return the URL to try when the source's own fails, "" if there is none."""
    if source.moved_at is None or now - source.moved_at > RESERVE_TIME:
        return ""
    return source.previous_url


def has_same_title(source: ClaimedSource, result: PollResult) -> bool:
    """Return whether a feed has the title of the source, or either has none."""
    return not source.title or not result.title or result.title[:MAX_TITLE] == source.title


def _is_same_feed(source: ClaimedSource, result: PollResult, stored: Stored) -> bool:
    """Return whether the source has shown this feed before. An unchanged response has no entries."""
    if source.last_success_at is None or not result.entries:
        return True
    known = len(result.entries) - stored.new
    return known >= SAME_FEED_SHARE * len(result.entries) or bool(
        source.title and result.title[:MAX_TITLE] == source.title
    )
