"""Details of sources of platforms for the Sources pages: settings, searches, limits, freshness and credentials.

In: sources and the time. Out: a frozen `PlatformDetails` by source id, in at most four queries. Called by
dashboards/views/sources.py; templates/sources/ shows them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.formats import duration, number, percent
from dashboards.presenters.platform_cards import initials_of
from dashboards.presenters.platform_preview import search_notes
from monitoring.messages.labels import translated
from monitoring.models import Credential, Keyword, Source
from monitoring.platforms.base import Platform
from monitoring.platforms.registry import PLATFORMS
from monitoring.platforms.settings import needs_credential, public_settings, secret_settings
from monitoring.polling.budget_levels import BudgetLevel, budget_levels
from monitoring.polling.jobs import budget_key
from monitoring.services.connections import oauth_of
from monitoring.services.credentials import CREDENTIAL_ERRORS


@dataclass(frozen=True)
class CredentialState:
    """The credential of a source. `credential` is None if it has none; `is_failing` if the platform rejects it.

    `may_connect` if a person can connect it at the platform again.
    """

    credential: Credential | None
    is_needed: bool
    is_failing: bool
    may_connect: bool


@dataclass(frozen=True)
class PlatformDetails:
    """`settings` are labels and values; `notes` are what the searches of the source leave out.

    `limit` says how much of the limit is left, "" where the platform has none; `is_used_up` if no check is possible
    until `refills_at`, `is_slowed` if that is a pause before it is used up. `quota` is the platform's own number, and
    `counted` are labels and texts of limits that only the platform counts. `freshness` says how often the limits allow
    a check, "" for a stream, which is read all the time; `has_gap` if posts of a stream are missing.
    """

    label: str
    initials: str
    settings: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    is_catching_up: bool
    is_streamed: bool
    has_gap: bool
    limit: str
    left: int
    is_used_up: bool
    is_slowed: bool
    refills_at: datetime | None
    quota: str
    quota_resets_at: datetime | None
    counted: tuple[tuple[str, str], ...]
    freshness: str
    credential: CredentialState | None


def platform_details(sources: Iterable[Source], now: datetime) -> dict[int, PlatformDetails]:
    """Return the details of those of the sources that are not feeds."""
    sources = [source for source in sources if source.platform in PLATFORMS and source.platform != "feed"]
    if not sources:
        return {}
    levels = budget_levels(sources, now)
    ids = {pk for source in sources for name in ("wider", "unsearchable") for pk in source.report.get(name, ())}
    names = dict(Keyword.objects.filter(pk__in=ids).values_list("pk", "name")) if ids else {}
    credentials = Credential.objects.in_bulk({source.credential_id for source in sources if source.credential_id})
    return {
        source.pk: _details(source, levels[budget_key(source)], names, credentials.get(source.credential_id or 0))
        for source in sources
    }


def _details(
    source: Source, level: BudgetLevel, names: dict[int, str], credential: Credential | None
) -> PlatformDetails:
    platform = PLATFORMS[source.platform]
    label = translated(platform.label)
    left = round(level.share * 100)
    quota = ""
    if level.quota_left is not None:
        left_text = ngettext("%(number)s request left", "%(number)s requests left", int(level.quota_left))
        quota = left_text % {"number": number(int(level.quota_left))}
    return PlatformDetails(
        label=label,
        initials=initials_of(platform.label),
        settings=tuple(
            (translated(setting.label), source.settings[setting.name])
            for setting in public_settings(platform)
            if source.settings.get(setting.name)
        ),
        notes=tuple(search_notes(source.report, names)),
        is_catching_up=bool(source.report.get("gap")) and not platform.is_streamed,
        is_streamed=platform.is_streamed,
        has_gap=bool(source.report.get("missed")),
        limit=percent(left) if platform.limits else "",
        left=left,
        is_used_up=level.refills_at is not None,
        is_slowed=level.is_slowed,
        refills_at=level.refills_at,
        quota=quota,
        quota_resets_at=level.quota_resets_at,
        counted=tuple((translated(name), _left_of(rest, amount)) for name, rest, amount in level.counted),
        freshness="" if platform.is_streamed else _freshness(level),
        credential=_credential(source, platform, credential),
    )


def _credential(source: Source, platform: Platform, credential: Credential | None) -> CredentialState | None:
    """Return the state of the credential, None for a platform that has none."""
    if not secret_settings(platform):
        return None
    is_rejected = source.is_failing and source.error_code in CREDENTIAL_ERRORS
    is_failing = is_rejected or bool(credential and credential.error_code)
    may_connect = credential is not None and oauth_of(platform) is not None
    return CredentialState(credential, needs_credential(platform), is_failing, may_connect)


def _left_of(rest: float, amount: float) -> str:
    return _("%(left)s of %(amount)s") % {"left": number(int(rest)), "amount": number(int(amount))}


def _freshness(level: BudgetLevel) -> str:
    """Return how often the limits allow a check, and how many sources share them."""
    if not level.freshness_s:
        return ""
    text = _("about every %(duration)s") % {"duration": duration(level.freshness_s)}
    if level.sources < 2:
        return text
    shared = ngettext("shared by %(number)s source", "shared by %(number)s sources", level.sources)
    return f"{text}, {shared % {'number': number(level.sources)}}"
