"""A day of platforms with a simulated clock, for bench_platforms.py. Needs Django to be set up."""

import heapq
import random
import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from urllib.parse import unquote_plus

from monitoring.ingest.records import Stored
from monitoring.platforms import buckets
from monitoring.platforms.buckets import Bucket
from monitoring.platforms.paging import MAX_PAGES
from monitoring.platforms.registry import PLATFORMS, poll
from monitoring.polling.schedule import Pace
from monitoring.polling.source_state import decide
from monitoring.records import ClaimedSource, CompletedPoll, PollError, PollJob, TrackedQuery
from outbound import ApiRequest, FetchResult
from tests.lookalikes.platforms.base import NOW, PlatformServer, Post
from tests.lookalikes.platforms.direct import DirectClient
from tests.lookalikes.platforms.registry import LOOKALIKES
from tests.monitoring.platforms.polling import source_of

# Searches, timelines, and limits of every kind: seconds, days, two at a time, money.
PLATFORMS_OF_THE_DAY = (
    *("bluesky", "discourse", "github", "guardian", "hackernews", "lemmy"),
    *("mastodon", "mastodonsearch", "reddit", "stackexchange", "x", "youtube"),
)
# The cap of X in US dollars per 30 days: 200 items per day cost 90.
SETTINGS = {"x": {"cap": "200"}}
ITEMS_PER_DAY = 200
# After the day, nothing is published; what is not found within this time counts as lost.
DRAIN = timedelta(days=7)
TYPES = ("brand", "competitor", "topic")
WORDS = ("lumen", "halo", "brise", "phare", "alba", "aurore", "nova", "lustre", "ampoule", "variateur")
_SEARCHED = re.compile(rf"lumen\d+|(?:{'|'.join(WORDS)}) \d+")


class SearchingClient(DirectClient):
    """Asks a look-alike that finds for a search only the items of its keywords: `lumen7` or `halo 7`."""

    def __init__(self, server: PlatformServer) -> None:
        super().__init__(server)
        self.searched: set[str] = set()
        visible = server.visible

        def found(*, newest_first: bool = True) -> list[Post]:
            posts = visible(newest_first=newest_first)
            return [post for post in posts if post.text.split()[0] in self.searched] if self.searched else posts

        server.visible = found  # type: ignore[method-assign]

    def call(self, request: ApiRequest) -> FetchResult:
        self.searched = set(_SEARCHED.findall(unquote_plus(request.url)))
        return super().call(request)


@dataclass
class Day:
    """The day of one platform. `made` are the times of its requests, `found` when each item was found."""

    server: PlatformServer
    source: ClaimedSource
    rng: random.Random
    client: DirectClient
    buckets: dict[str, Bucket] = field(default_factory=dict)
    made: list[datetime] = field(default_factory=list)
    found: dict[str, datetime] = field(default_factory=dict)
    errors: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    secrets: dict[str, str] = field(default_factory=dict)

    @property
    def platform(self):
        return PLATFORMS[self.server.platform]

    def publish(self, hours: int, keywords: int) -> None:
        """Publish items at random times of the day, each found by the search of a keyword from its time on."""
        times = sorted(NOW + timedelta(seconds=self.rng.uniform(0, hours * 3600)) for _ in range(ITEMS_PER_DAY))
        self.server.posts = [
            Post(number, f"lumen{self.rng.randint(1, keywords)} {number}", at, title=f"Lumen {number}", indexed=at)
            for number, at in enumerate(times, 1)
        ]

    def renew(
        self, change: Callable[[Mapping[str, str]], Mapping[str, str] | PollError]
    ) -> Mapping[str, str] | PollError:
        """Store renewed secrets, as the credential does."""
        changed = change(self.secrets)
        if not isinstance(changed, PollError):
            self.secrets = dict(changed)
        return changed

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
        job = PollJob(self.source, now, queries, self.secrets, number, self.server.url, self.renew)
        result = poll(job, self.client)  # type: ignore[arg-type]  # the part of it that platforms use
        self.made += [now] * (len(self.server.requests) - before)
        for limit in self.platform.limits_of(self.server.settings):
            used = result.spent.get(limit.name, result.requests * limit.cost)
            bucket = self.buckets[limit.name]
            bucket = buckets.returned(bucket, limit, number * limit.cost - used, now)
            if result.quota and limit.name == "requests":
                bucket = buckets.corrected(bucket, result.quota, now)
            self.buckets[limit.name] = bucket
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
        server.settings = {**server.settings, **SETTINGS.get(name, {})}
        client = SearchingClient(server)
        day = Day(server, source_of(server), random.Random(f"vigie {name}"), client, secrets=dict(server.secrets))
        day.publish(hours, keywords)
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
        day.server._server.server_close()
    return days
