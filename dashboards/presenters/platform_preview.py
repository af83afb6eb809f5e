"""The result of a preview or a connection test, from the JSON of polling/preview.py to what its page shows.

Called by dashboards/views/platform_add.py; templates/sources/platform_preview.html shows it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Any

from django.utils.html import escape, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.formats import number
from accounts.models import Project
from monitoring.messages.error_text import ErrorText
from monitoring.messages.source_errors import error_text
from monitoring.services.fetches import INTERRUPTED


@dataclass(frozen=True)
class PreviewRow:
    """An item that matches; `keywords` are names."""

    title: str
    text: str
    url: str
    author: str
    published: datetime | None
    keywords: tuple[str, ...]


@dataclass(frozen=True)
class PreviewResult:
    """`error` explains a failure; `summary` says how many items were found; `notes` are what the search leaves out.

    `retry_at` is when the limit of the platform allows the next request.
    """

    error: ErrorText | None
    detail: str
    retry_at: datetime | None
    summary: str
    notes: tuple[str, ...]
    rows: tuple[PreviewRow, ...]


def preview_result(project: Project, result: Mapping[str, Any]) -> PreviewResult:
    """Return a preview with the names of keywords, in one query."""
    names = dict(project.keywords.values_list("pk", "name"))
    error = _error(result.get("error", ""))
    return PreviewResult(
        error=error,
        detail=result.get("detail", ""),
        retry_at=_time(result.get("retry_at", "")),
        summary="" if error else _summary(result),
        notes=tuple(_notes(result, names)),
        rows=tuple(
            PreviewRow(
                item["title"],
                item["text"],
                item["url"],
                item["author"],
                _time(item["published"]),
                tuple(names[pk] for pk in item["keywords"] if pk in names),
            )
            for item in result.get("items", ())
        ),
    )


def _error(code: str) -> ErrorText | None:
    if code == INTERRUPTED:
        return ErrorText(_("Vigie couldn’t finish the test."), _("Try again in a moment."))
    return error_text(code) if code else None


def _summary(result: Mapping[str, Any]) -> str:
    found, matched = result.get("found", 0), result.get("matched", 0)
    if not found:
        return _("The connection works. There are no items yet.")
    text = ngettext("The connection works: %(found)s item found", "The connection works: %(found)s items found", found)
    if matched == 0:
        rest = _("none matches your keywords.")
    else:
        rest = ngettext("%(matched)s matches your keywords.", "%(matched)s match your keywords.", matched)
    return f"{text}, {rest}" % {"found": number(found), "matched": number(matched)}


def _notes(result: Mapping[str, Any], names: Mapping[int, str]) -> list[str]:
    notes = []
    if not result.get("keywords") and not result.get("error"):
        notes.append(_("No keyword tracks this platform yet."))
    if result.get("has_more"):
        notes.append(_("The platform has more: the preview reads a few pages only."))
    if cost := result.get("monthly_cost", 0):
        text = _(
            "At this volume, the platform charges up to $%(cost)s per 30 days. Vigie never spends more than the cap."
        )
        notes.append(text % {"cost": number(ceil(cost))})
    return notes + search_notes(result, names)


def search_notes(report: Mapping[str, Any], names: Mapping[int, str]) -> list[str]:
    """Return what the searches of a source can't see, from its report: by keyword name, and malformed items."""
    notes: list[str] = []
    if wider := _names(report.get("wider", ()), names):
        text = _("Searched more widely than their queries, then filtered by Vigie: %(keywords)s")
        notes.append(_with_names(text, wider))
    if unsearchable := _names(report.get("unsearchable", ()), names):
        text = _("Not searched, as the platform can’t express their queries: %(keywords)s")
        notes.append(_with_names(text, unsearchable))
    if skipped := report.get("skipped", 0):
        text = ngettext("%(number)s malformed item skipped", "%(number)s malformed items skipped", skipped)
        notes.append(text % {"number": number(skipped)})
    return notes


def _names(ids: Any, names: Mapping[int, str]) -> SafeString:
    """Return the names of keywords, each with a direction of writing of its own."""
    return format_html_join(", ", "<bdi>{}</bdi>", ((names[pk],) for pk in ids if pk in names))


def _with_names(text: str, names: SafeString) -> SafeString:
    return mark_safe(escape(text) % {"keywords": names})


def _time(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
