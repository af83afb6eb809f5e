"""A day of platforms with a simulated clock, for bench_platforms.py. Needs Django to be set up."""

import heapq
import random
from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from monitoring.ingest.records import Stored
from monitoring.platforms import buckets
from monitoring.platforms.buckets import Bucket
from monitoring.platforms.paging import MAX_PAGES
from monitoring.platforms.registry import PLATFORMS, poll
from monitoring.polling.schedule import Pace
from monitoring.polling.source_state import decide
from monitoring.records import ClaimedSource, CompletedPoll, PollJob, TrackedQuery
from tests.lookalikes.platforms.base import NOW, PlatformServer, Post
from tests.lookalikes.platforms.registry import LOOKALIKES
from tests.monitoring.platforms.polling import HTTP, source_of

ITEMS_PER_DAY = 200
# After the day, nothing is published; what is not found within this time counts as lost.
DRAIN = timedelta(hours=48)
TYPES = ("brand", "competitor", "topic")
WORDS = "lumen halo brise phare alba aurore nova lampe lustre ampoule variateur abat-jour".split()  # noqa: SIM905


@dataclass
class Day:
    """The day of one platform. `made` are the times of its requests, `found` when each item was found."""

    server: PlatformServer
    source: ClaimedSource
    rng: random.Random
    buckets: dict[str, Bucket] = field(default_factory=dict)
    made: list[datetime] = field(default_factory=list)
    found: dict[str, datetime] = field(default_factory=dict)
    errors: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def platform(self):
        return PLATFORMS[self.server.platform]

    def publish(self, hours: int) -> None:
        """Publish items at random times of the day, each found by the search from its time on."""
        times = sorted(NOW + timedelta(seconds=self.rng.uniform(0, hours * 3600)) for _ in range(ITEMS_PER_DAY))
        self.server.posts = [
            Post(number, f"Lumen {number}", at, title=f"Lumen {number}", indexed=at)
            for number, at in enumerate(times, 1)
        ]

    def reserve(self, wanted: int, now: datetime) -> tuple[int, datetime]:
        limits = self.platform.limits_of(self.server.settings)
        for limit in limits:
            self.buckets.setdefault(limit.name, buckets.full(limit, now))
        number = min((buckets.granted(self.buckets[one.name], one, wanted, now) for one in limits), default=wanted)
        for limit in limits:
            self.buckets[limit.name] = buckets.taken(self.buckets[limit.name], limit, number, now)
        return number, max((buckets.refills_at(self.buckets[one.name], one, now) for one in limits), default=now)

    def step(self, now: datetime, queries: tuple[TrackedQuery, ...]) -> datetime:
        """Poll once if the limits allow it. Return when the source is due again."""
        wanted = MAX_PAGES if not self.source.resume_state else min(len(queries) + 4, MAX_PAGES)
        number, at = self.reserve(wanted, now)
        if not number:
            return max(at, now + timedelta(seconds=1))
        self.server.now = now
        before = len(self.server.requests)
        job = PollJob(self.source, now, queries, dict(self.server.secrets), number, self.server.url)
        result = poll(job, HTTP)
        self.made += [now] * (len(self.server.requests) - before)
        for limit in self.platform.limits_of(self.server.settings):
            used = result.spent.get(limit.name, result.requests * limit.cost)
            bucket = self.buckets[limit.name]
            self.buckets[limit.name] = buckets.returned(bucket, limit, number * limit.cost - used, now)
        new = [entry for entry in result.entries if entry.native_id not in self.found]
        self.found.update((entry.native_id, now) for entry in new)
        if result.error:
            self.errors[result.error.code] += 1
        pace = Pace(self.platform.min_interval_s or 900, 3_600)
        state = decide(CompletedPoll(self.source, result), Stored(len(new)), now, self.rng.random(), pace)
        self.source = replace(
            self.source,
            resume_state=state.resume_state,
            interval_s=state.interval_s,
            last_success_at=state.last_success_at,
            failures=state.failures,
            failing_since=state.failing_since,
            error_code=state.error_code,
        )
        return state.next_poll_at

    @property
    def is_complete(self) -> bool:
        return len(self.found) >= len(self.server.posts)

    def fullest(self) -> float:
        """Return the most requests of any window, relative to the limit on requests."""
        shares = [0.0]
        for limit in self.platform.limits_of(self.server.settings):
            if limit.name == "requests":
                starts = (bisect_left(self.made, at - timedelta(seconds=limit.window_s)) for at in self.made)
                shares += [(index + 1 - start) / limit.amount for index, start in enumerate(starts)]
        return max(shares)


def simulate(names: list[str], keywords: int, hours: int) -> list[Day]:
    rng = random.Random("vigie platforms")
    queries = tuple(
        TrackedQuery(
            number, rng.choice(["brand", "competitor", "topic"]), f'"{rng.choice(WORDS)} {number}" OR lumen{number}'
        )
        for number in range(1, keywords + 1)
    )
    days = []
    for name in names:
        server = LOOKALIKES[name]()
        server.__enter__()
        day = Day(server, source_of(server), random.Random(f"vigie {name}"))
        day.publish(hours)
        days.append(day)
    day_ends_at = NOW + timedelta(hours=hours)
    ends_at = day_ends_at + DRAIN
    due = [(NOW + timedelta(seconds=index), index) for index in range(len(days))]
    while due:
        now, index = heapq.heappop(due)
        if now > ends_at or (now > day_ends_at and days[index].is_complete):
            continue
        heapq.heappush(due, (max(days[index].step(now, queries), now + timedelta(seconds=1)), index))
    for day in days:
        day.server.__exit__(None, None, None)
    return days
