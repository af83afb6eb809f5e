"""The digests of a person as rows of the Digest page: what each is about, and when the next one is sent."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from alerts.digests.render import settings_path
from alerts.digests.subscriptions import next_digest_at, scope_of
from alerts.models import Digest


@dataclass(frozen=True)
class DigestRow:
    """`next_at` is None if the digest is off or follows no hours; `frequency` is in words."""

    name: str
    path: str
    frequency: str
    next_at: datetime | None


def digest_rows(digests: Iterable[Digest], now: datetime) -> list[DigestRow]:
    rows = []
    for digest in digests:
        scope = scope_of(digest)
        name = _("No content any more") if scope is None else scope.name or str(digest.get_about_display())
        rows.append(
            DigestRow(name, settings_path(digest), str(digest.get_frequency_display()), next_digest_at(digest, now))
        )
    return rows
