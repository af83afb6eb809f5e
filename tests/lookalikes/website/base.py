"""The base of the look-alikes: visits in no provider's format, their exact counts, and what each server shares.

with MatomoServer() as server:
    server.visits = make_visits(date(2026, 11, 1), date(2026, 11, 20))
    figures = READERS["matomo"].read(connection_of(server), ...)
"""

from collections import Counter
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any, ClassVar

from outbound import ClientSettings, HttpClient
from tests.lookalikes.platforms.base import NOW, PlatformServer, Received
from website.readers.base import Connection, Reader
from website.readers.registry import READERS

ZONE = "America/Montreal"


@dataclass(frozen=True)
class Visit:
    """A session of one day. `events` are the key events in it."""

    day: date
    user: int
    is_new: bool
    source: str
    medium: str
    page: str
    events: tuple[str, ...] = ()
    term: str = ""
    campaign: str = ""
    content: str = ""


# Source, medium, campaign, content; the first is a direct visit.
ORIGINS = [
    ("(direct)", "", "", ""),
    ("google", "organic", "", ""),
    ("facebook.com", "social", "", ""),
    ("lemonde.fr", "referral", "", ""),
    ("autumn", "campaign", "autumn", "post-12"),
]


def make_visits(first: date, last: date, per_day: int = 12, seed: int = 7, pages: int = 5) -> list[Visit]:
    """Return visits of some days; the fifth day has none."""
    random, visits = Random(seed), []
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        for visitor in range(0 if number == 4 else random.randint(1, per_day)):
            source, medium, campaign, content = random.choice(ORIGINS)
            visits.append(
                Visit(
                    day=day,
                    user=visitor // 2,
                    is_new=visitor % 3 == 0,
                    source=source,
                    medium=medium,
                    page=f"/page-{random.randrange(pages)}",
                    events=tuple(["Order"] * random.choice([0, 0, 0, 1, 2])) + ("Sign-up",) * (visitor % 4 == 1),
                    term="lampe design" if medium == "organic" and visitor % 2 else "",
                    campaign=campaign,
                    content=content,
                )
            )
    return visits


class WebsiteServer(PlatformServer):
    """A provider with one website."""

    settings: ClassVar[dict[str, str]] = {}
    secrets: ClassVar[dict[str, str]] = {}
    zone = ZONE

    def __init__(self) -> None:
        super().__init__()
        self.visits: list[Visit] = []

    def between(self, first: date, last: date) -> list[Visit]:
        return [visit for visit in self.visits if first <= visit.day <= last]

    def counted(self, first: date, last: date, key: Callable[[Visit], Hashable]) -> Counter[Any]:
        """Return the visits of some days by a key."""
        return Counter(key(visit) for visit in self.between(first, last))

    def respond(self, request: Received) -> Any:
        raise NotImplementedError


def reader_of(server: WebsiteServer) -> Reader:
    return READERS[server.platform]


def connection_of(server: WebsiteServer, **changes: Any) -> Connection:
    """Return a connection with the settings and secrets that the server accepts."""
    client = HttpClient(ClientSettings(total_timeout_s=2, allowed_hosts=frozenset({"127.0.0.0/8"})))
    has_url = any(field.name == "url" for field in reader_of(server).fields)
    settings = {**server.settings, **({"url": server.url} if has_url else {})}
    return Connection(**{"settings": settings, "secrets": server.secrets, "call": client.call, "now": NOW} | changes)
