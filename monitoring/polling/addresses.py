"""The URLs of sources that have secrets: shown without them, kept whole and encrypted in `Source.sealed_urls`.

In: a source and whole URLs. Out: columns, or the whole URLs again, only right before a request. Called by
polling/poller.py, polling/save.py, and the services that add sources.
"""

import json
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import fields, replace
from typing import Any

from django.db.models import Q

from accounts.secret_box import Unreadable, open_sealed, seal
from monitoring.models import Source
from monitoring.records import ClaimedSource, Entry, PollError, PollResult
from outbound.secret_urls import MARK, Secret, hide, is_hidden, is_whole, numbered, secrets_in, without_secrets

COLUMNS = ("url", "moved_to", "previous_url")


def opened(source: ClaimedSource) -> ClaimedSource:
    """Return a source with its whole URLs. Raise accounts.secret_box.Unreadable."""
    urls: dict[str, Any] = _open(source.sealed_urls)
    return replace(source, **urls) if urls else source


def whole_urls(source: Source) -> dict[str, str]:
    """Return the whole URLs of a source by their columns. Raise accounts.secret_box.Unreadable."""
    return {name: getattr(source, name) for name in COLUMNS} | _open(source.sealed_urls)


def columns_of(urls: Mapping[str, str], *, whole: bool) -> dict[str, str]:
    """Return the columns that store whole URLs. `whole` shows only their hosts."""
    shown = {name: hide(url, whole=whole) for name, url in urls.items()}
    secret = {name: url for name, url in urls.items() if shown[name] != url}
    return shown | {"sealed_urls": seal(json.dumps(secret)) if secret else ""}


def change_urls(source_id: int, *, whole: bool | None = None, **urls: str) -> None:
    """Store other whole URLs of a source, whose row the caller has locked. The present row counts, not a copy."""
    source = Source.objects.get(pk=source_id)
    is_changed = "url" in urls or whole is not None
    columns = columns_of(whole_urls(source) | urls, whole=is_whole(source.url) if whole is None else whole)
    if is_changed:
        columns["url"] = free_url(source.project_id, columns["url"], but=source.pk)
    else:
        columns["url"] = source.url  # with its number
    Source.objects.filter(pk=source_id).update(**columns)


def find_source(project_id: int, url: str) -> Source | None:
    """Return the source of a project with this whole URL."""
    shown = {hide(url, whole=whole) for whole in (True, False)} - {url}
    found = Source.objects.filter(Q(url=url) | _like(shown), project_id=project_id)
    return next((source for source in found.order_by("pk") if _has_url(source, url)), None)


def sealed_urls_of(project_id: int) -> set[str]:
    """Return the whole URLs of all sources of a project that have secrets, without those that no key decrypts."""
    found = set()
    for sealed in Source.objects.filter(project_id=project_id).exclude(sealed_urls="").values_list("sealed_urls"):
        with suppress(Unreadable):
            found.add(_open(*sealed).get("url", ""))
    return found


def free_url(project_id: int, shown: str, but: int = 0) -> str:
    """Return a shown URL with the first number that no other source of the project has: they differ in secrets."""
    if MARK not in shown:
        return shown
    others = Source.objects.filter(_like({shown}), project_id=project_id).exclude(pk=but)
    taken = set(others.values_list("url", flat=True))
    return next(url for number in range(1, len(taken) + 2) if (url := numbered(shown, number)) not in taken)


class FreeUrls:
    """The shown URLs that are free in a project, read from the table once: `free_url` for many new sources."""

    def __init__(self, project_id: int) -> None:
        hidden = Source.objects.filter(project_id=project_id, url__contains=MARK)
        self._taken = set(hidden.values_list("url", flat=True))
        self._next: dict[str, int] = {}

    def take(self, shown: str) -> str:
        """Return a shown URL with the first number that is free, and count it as taken."""
        if MARK not in shown:
            return shown
        number = self._next.get(shown, 1)
        while (url := numbered(shown, number)) in self._taken:
            number += 1
        self._next[shown] = number + 1
        self._taken.add(url)
        return url


def site_without_secrets(site_url: str, secrets: Collection[Secret] = ()) -> str:
    """Return the URL of a site, "" if it has secrets, its own or these: it is shown as a link."""
    has_secrets = hide(site_url) != site_url or without_secrets(site_url, secrets) != site_url
    return "" if is_hidden(site_url) or has_secrets else site_url


def without_its_secrets(result: PollResult, source: ClaimedSource) -> PollResult:
    """Return a result without the secrets of its source (not opened), which feeds repeat in links to themselves.

    `permanent_url` and `feed_url` stay whole: they are stored as the source's own URLs are.
    """
    if not source.sealed_urls:
        return result
    whole = is_whole(source.url)
    secrets = {one for url in _open(source.sealed_urls).values() for one in secrets_in(url, whole=whole)}
    entries = tuple(_value_without(entry, secrets) for entry in result.entries)
    return replace(
        result,
        entries=entries,
        title=without_secrets(result.title, secrets),
        site_url=site_without_secrets(result.site_url, secrets),
        resume_state=_value_without(result.resume_state, secrets),
        error=_value_without(result.error, secrets),
    )


def _value_without(value: Any, secrets: set[Secret]) -> Any:
    """Return a record or JSON value whose texts have none of the secrets."""
    if isinstance(value, str):
        return without_secrets(value, secrets)
    if isinstance(value, dict):
        return {name: _value_without(item, secrets) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(_value_without(item, secrets) for item in value)
    if isinstance(value, (Entry, PollError)):
        return replace(value, **{one.name: _value_without(getattr(value, one.name), secrets) for one in fields(value)})
    return value


def _open(sealed: str) -> dict[str, str]:
    return json.loads(open_sealed(sealed) or "{}")


def _has_url(source: Source, url: str) -> bool:
    try:
        return whole_urls(source)["url"] == url
    except Unreadable:
        return False


def _like(shown: set[str]) -> Q:
    """Return the condition of rows with one of these shown URLs, with any number."""
    condition = Q(pk__in=())
    for one in shown:
        head, _, tail = one.rpartition(MARK)
        condition |= Q(url__startswith=f"{head}{MARK}", url__endswith=tail)
    return condition
