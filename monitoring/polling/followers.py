"""Read how many follow the own accounts of a project, within the limits of their platforms.

In: a credential. Out: which accounts it reads, and the number of one. Called by workplace/own_accounts.py, which
decides when, and stores it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils import timezone

from monitoring.models import Credential
from monitoring.platforms.follower_reader import FollowerReader, Found
from monitoring.platforms.followers import Followers
from monitoring.platforms.paging import PagedPlatform
from monitoring.platforms.registry import PLATFORMS
from monitoring.polling import budgets
from monitoring.polling.jobs import access
from monitoring.polling.preview import unpolled_source
from monitoring.records import PollError, PollJob
from outbound.default import polling_client

Settings = Mapping[str, str]


@dataclass(frozen=True)
class Reading:
    """The result of reading an account, and whether the platform charged for it."""

    found: Found
    is_charged: bool = False


def follower_platforms() -> list[str]:
    """Return the names of the platforms whose accounts can be counted."""
    return [name for name in PLATFORMS if _platform(name)]


def has_price(platform_name: str) -> bool:
    """Return whether a platform charges for each number of followers."""
    found_platform = _platform(platform_name)
    return found_platform is not None and found_platform[1].price > 0


def accounts_of(credential: Credential) -> dict[str, Settings]:
    """Return the settings of each own account that a credential reads, by what names it: "" if that is not needed."""
    found_platform = _platform(credential.platform)
    if found_platform is None:
        return {}
    platform, followers = found_platform
    if followers.needs_connection and not credential.is_connected:
        return {}
    own = {name: value for name, value in credential.settings.items() if name not in ("account", "account_id")}
    defaults = {one.name: one.default for one in platform.settings if one.default}  # for accounts without a source
    sources = sorted(credential.sources.all(), key=lambda source: source.pk)
    found: dict[str, Settings] = {}
    for settings in [*(source.settings for source in sources), {}]:
        whole, name = {**defaults, **settings, **own}, followers.setting
        key = whole.get(name, "")
        has_server = all(whole.get(one.name) for one in platform.settings if one.is_server)
        if has_server and (key or not name):
            found.setdefault(key, whole)
    return found


def read_followers(credential: Credential, settings: Settings) -> Reading:
    """Return the number of followers of an account, or why it can't be read now."""
    found_platform, now = _platform(credential.platform), timezone.now()
    if found_platform is None:
        return Reading(PollError("access_denied", "this platform gives no number of followers"))
    platform, followers = found_platform
    fields = access(platform, settings, credential)
    if error := fields.pop("error", None):
        return Reading(error)
    limits = budgets.limits_of_request(platform.limits_of(settings, has_credential=True), followers.price)
    key = f"{platform.name}:{credential.pk}"
    reserved, _at = budgets.reserve(key, limits, 1, now)
    if not reserved:
        return Reading(PollError("rate_limited", "the limit is used up for now"))
    source = unpolled_source(credential.project, platform, settings, credential)
    job = PollJob(source=source, now=now, base_url=settings.get("base_url", ""), **fields)
    reader = FollowerReader(platform, job, polling_client())
    try:
        found = reader.read(followers)
    finally:
        budgets.settle(key, limits, reserved, reader.result(), timezone.now())
    return Reading(found, is_charged=reader.result().spent["usd"] > 0)


def _platform(name: str) -> tuple[PagedPlatform, Followers] | None:
    """Return a platform with how it counts followers, None if it doesn't."""
    platform = PLATFORMS.get(name)
    if not isinstance(platform, PagedPlatform) or platform.followers is None:
        return None
    return platform, platform.followers
