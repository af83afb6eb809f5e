"""The connections to website figures, as the settings list them. In: websites. Out: frozen rows.

Called by dashboards/views/website_settings.py.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from monitoring.messages.labels import translated
from website.messages import error_text, provider_label
from website.models import Website
from website.readers.registry import READERS


@dataclass(frozen=True)
class ConnectionRow:
    """A connected website; `problem` is a sentence, "" while it is read; `detail` are the provider's words."""

    id: int
    name: str
    provider: str
    identity: str
    zone: str
    read_from: date | None
    read_until: date | None
    last_read_at: datetime | None
    problem: str
    detail: str
    failing_since: datetime | None


@dataclass(frozen=True)
class ProviderCard:
    """A provider that can be connected."""

    name: str
    label: str
    summary: str


def connection_rows(websites: Iterable[Website]) -> list[ConnectionRow]:
    return [
        ConnectionRow(
            id=website.pk,
            name=website.name,
            provider=provider_label(website.provider),
            identity=website.identity,
            zone=website.zone_name,
            read_from=website.read_from,
            read_until=website.read_until,
            last_read_at=website.last_read_at,
            problem=error_text(website.provider, website.error_code),
            detail=website.error_detail,
            failing_since=website.failing_since,
        )
        for website in websites
    ]


def provider_cards() -> list[ProviderCard]:
    return [ProviderCard(name, reader.label, translated(reader.summary)) for name, reader in READERS.items()]
