"""Poll a look-alike without a database, as often as needed."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from monitoring.content.clean import clean
from monitoring.platforms.paging import PagedPlatform
from monitoring.platforms.rechecking import Rechecker
from monitoring.platforms.registry import PLATFORMS, poll
from monitoring.records import ClaimedSource, Entry, PollHints, PollJob, PollResult, TrackedQuery
from outbound import ClientSettings, HttpClient
from tests.lookalikes.platforms.base import NOW, PlatformServer

LOOPBACK = frozenset({"127.0.0.0/8"})


@cache
def client_of(ca_file: str = "") -> HttpClient:
    return HttpClient(ClientSettings(total_timeout_s=2, allowed_hosts=LOOPBACK, ca_file=ca_file))


def source_of(server: PlatformServer, **fields: Any) -> ClaimedSource:
    """Return a source of the look-alike's platform that was never polled."""
    settings = dict(server.settings)
    values: dict[str, Any] = dict.fromkeys(ClaimedSource.__dataclass_fields__, "") | {
        "id": 1,
        "project_id": 1,
        "platform": server.platform,
        "url": PLATFORMS[server.platform].address(settings),
        "settings": settings,
        "credential_id": 1 if server.secrets else None,
        "resume_state": {},
        "created_at": NOW,
        "interval_s": 900,
        "fixed_interval_s": None,
        "last_success_at": None,
        "last_new_at": None,
        "failures": 0,
        "failing_since": None,
        "moved_count": 0,
        "moved_since": None,
        "moved_at": None,
        "is_truncated": False,
        "dated_share": None,
        "entry_count": None,
        "hints": PollHints(),
    }
    return ClaimedSource(**(values | fields))


class Polls:
    """Polls of one source, one after another: each goes on from the state that the one before returned.

    `entries` has every entry by its native id, as stored last.
    """

    def __init__(self, server: PlatformServer, queries: Iterable[str] = ("lumen",), **job: Any) -> None:
        self.server = server
        self.source = source_of(server)
        self.queries = tuple(TrackedQuery(number, "brand", query) for number, query in enumerate(queries, 1))
        self.secrets: Mapping[str, str] = dict(server.secrets)
        self.job = job
        self.entries: dict[str, Entry] = {}
        self.results: list[PollResult] = []

    def poll(self, now: datetime | None = None, **job: Any) -> PollResult:
        values: dict[str, Any] = {"requests": 20} | self.job | job
        if self.server.first_poll:
            values.setdefault("since", NOW - self.server.first_poll)
        result = poll(
            PollJob(
                self.source,
                now or self.server.now,
                queries=self.queries,
                secrets=self.secrets,
                base_url=self.server.url,
                renew=self._renew,
                **values,
            ),
            client_of(self.server.ca_file),
        )
        if result.resume_state:
            self.source = replace(self.source, resume_state=result.resume_state)
        self.entries.update((entry.native_id, entry) for entry in result.entries)
        self.results.append(result)
        return result

    def poll_until_done(self, limit: int = 100, **job: Any) -> PollResult:
        """Poll until the source is complete, a few seconds apart.

        A sample of a stream ends at a pause, which a busy machine makes in the middle, too: it is complete once
        another sample has nothing new.
        """
        is_streamed = PLATFORMS[self.server.platform].is_streamed
        for _ in range(limit):
            known = len(self.entries)
            result = self.poll(**job)
            is_settled = not is_streamed or len(self.entries) == known
            if not result.is_incomplete and not result.error and is_settled:
                return result
            self.server.now += timedelta(seconds=5)
        raise AssertionError(f"not complete after {limit} polls: {result.error}")

    def rechecker(self, **job: Any) -> Rechecker:
        """Return what looks the items of the source up again, with 20 requests."""
        platform = PLATFORMS[self.server.platform]
        assert isinstance(platform, PagedPlatform)
        values: dict[str, Any] = {"requests": 20, "secrets": self.secrets, "renew": self._renew} | job
        own = PollJob(self.source, self.server.now, base_url=self.server.url, **values)
        return Rechecker(platform, own, client_of(self.server.ca_file))

    def texts(self) -> dict[str, str]:
        return {native_id: clean(entry).text for native_id, entry in self.entries.items()}

    def _renew(self, change):
        changed = change(self.secrets)
        if isinstance(changed, Mapping):
            self.secrets = dict(changed)
        return changed
