"""`manage.py search_platform NAME --query Q`: items of a platform as JSON Lines, by the same code as the workers.

Settings and secrets come from the environment as NAME_SETTING (MASTODON_SERVER, BLUESKY_PASSWORD). A platform that has
no search reads what its first setting says, which the query fills. Nothing is stored. An error of the platform ends
the command with one line on stderr and status 1, after the items that were read before.
"""

import os
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from monitoring.content.clean import clean
from monitoring.content.values import iso_utc
from monitoring.jsonl import encode
from monitoring.messages.source_errors import error_text
from monitoring.platforms.base import Can, Platform
from monitoring.platforms.registry import PLATFORMS, poll
from monitoring.platforms.settings import stored_value
from monitoring.query import QueryError, compile_query
from monitoring.records import ClaimedSource, Item, PollError, PollHints, PollJob, TrackedQuery
from outbound import host_key
from outbound.default import http_client

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
MAX_POLLS = 100


class Command(BaseCommand):
    help = "Search a platform and write the items found as JSON Lines."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        names = sorted(set(PLATFORMS) - {"feed"})
        parser.add_argument("name", metavar="NAME", choices=names, help=", ".join(names))
        parser.add_argument("--query", required=True, help="a query, as of a keyword")
        parser.add_argument("--base-url", default="", help="base URL of the API, instead of the platform's own")
        parser.add_argument("--since", type=_time, default=EARLIEST, help="earliest time, ISO 8601")
        parser.add_argument("--limit", type=int, default=1_000, help="number of items (1000)")

    def handle(self, *, name: str, query: str, base_url: str, since: datetime, limit: int, **options: object) -> None:
        platform = PLATFORMS[name]
        try:
            compile_query(query)
        except QueryError as error:
            raise CommandError(f"--query: {error}", returncode=1) from error
        settings = _settings(platform, query)
        lines = _items(platform, settings, query, base_url, since)
        for line in islice(lines, limit):
            if isinstance(line, PollError):
                detail = f" ({line.detail})" if line.detail else ""
                raise CommandError(f"{line.code}: {error_text(line.code).message}{detail}", returncode=1)
            self.stdout.write(encode(_row(line)))


def _time(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is no ISO 8601 time") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _settings(platform: Platform, query: str) -> dict[str, str]:
    """Return the settings and secrets of the environment. Raise CommandError for a missing or malformed one."""
    settings: dict[str, str] = {}
    is_query_used = Can.SEARCH in platform.can
    for setting in platform.settings:
        variable = f"{platform.name}_{setting.name}".upper()
        value = os.environ.get(variable, "") or setting.default
        if not value and setting.is_required and not setting.is_secret and not is_query_used:
            value, is_query_used = query, True
        if not value and setting.is_required:
            raise CommandError(f"{variable} is not set", returncode=2)
        if value and (not stored_value(setting, value) or (setting.check and setting.check(value))):
            shown = "" if setting.is_secret else f": {value!r}"
            raise CommandError(f"{variable} has an invalid value{shown}", returncode=2)
        if value:
            settings[setting.name] = stored_value(setting, value)
    return settings


def _items(
    platform: Platform, settings: dict[str, str], query: str, base_url: str, since: datetime
) -> Iterator[Item | PollError]:
    """Yield each item once, in the order of the platform's pages, then an error if one ends the search."""
    secret_names = {setting.name for setting in platform.settings if setting.is_secret}
    secrets: Mapping[str, str] = {name: value for name, value in settings.items() if name in secret_names}
    source = _source(platform, {name: value for name, value in settings.items() if name not in secret_names})
    seen: set[str] = set()

    def renew(change: Callable[[Mapping[str, str]], Mapping[str, str] | PollError]) -> Mapping[str, str] | PollError:
        nonlocal secrets
        changed = change(secrets)
        secrets = secrets if isinstance(changed, PollError) else changed
        return changed

    for _ in range(MAX_POLLS):
        job = PollJob(
            source,
            timezone.now(),
            queries=(TrackedQuery(1, "brand", query),),
            secrets=secrets,
            base_url=base_url,
            renew=renew,
            since=since,
        )
        result = poll(job, http_client())
        for entry in result.entries:
            if entry.native_id not in seen:
                seen.add(entry.native_id)
                yield clean(entry)
        if result.error:
            yield result.error
        if result.error or not result.is_incomplete:
            return
        source = replace(source, resume_state=result.resume_state)


def _source(platform: Platform, settings: dict[str, str]) -> ClaimedSource:
    """Return a source that was never polled."""
    now = timezone.now()
    url = platform.api_url(settings)
    values: dict[str, Any] = dict.fromkeys(ClaimedSource.__dataclass_fields__) | {
        "id": 0,
        "project_id": 0,
        "platform": platform.name,
        "url": platform.address(settings),
        "host": host_key(url),
        "settings": settings,
        "created_at": now,
        "resume_state": {},
        "hints": PollHints(),
    }
    return ClaimedSource(**values)


def _row(item: Item) -> dict[str, object]:
    return {
        "id": item.native_id,
        "url": item.url,
        "title": item.title,
        "text": item.text,
        "author": item.author,
        "author_url": item.author_url,
        "followers": item.followers,
        "published": iso_utc(item.published) if item.published else None,
        "language": item.language or None,
        "engagement": item.engagement,
    }
