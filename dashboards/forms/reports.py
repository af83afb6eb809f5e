"""The form of a report as the builder posts it: texts in, the values of reports/changes.py out. Used by the pages."""

from datetime import date

from django.http import QueryDict
from django.utils.translation import gettext as _

from accounts.models import Project
from monitoring.content.values import read_id
from reports.sections.registry import SECTIONS
from workplace.models import SavedView


def report_values(project: Project, post: QueryDict) -> tuple[dict[str, object], dict[str, list[str]]]:
    """Return the values of the fields that change what a report shows, and the errors of those that are no value."""
    errors: dict[str, list[str]] = {}
    days: dict[str, date | None] = {}
    for name in ("first_day", "last_day"):
        text = post.get(name, "").strip()
        try:
            days[name] = date.fromisoformat(text) if text else None
        except ValueError:
            days[name], errors[name] = None, [_("Enter a date in the format 2026-07-31.")]
    chosen = set(post.getlist("section"))
    values: dict[str, object] = {
        "title": post.get("title", ""),
        "language": post.get("language", ""),
        "period": post.get("period", ""),
        **days,
        "query": query_of(post.get("query", "")),
        "view": _view(project, post.get("view", "")),
        "sections": [name for name in order_of(post) if name in chosen],
        "comment": post.get("comment", "").replace("\r\n", "\n"),
        "shows_logo": "shows_logo" in post,
    }
    return values, errors


def schedule_values(post: QueryDict) -> dict[str, object]:
    """Return the values of the schedule."""
    names = ("hour", "weekday", "month_day")
    numbers = {name: -1 if (value := read_id(post.get(name, ""))) is None else value for name in names if name in post}
    return {"is_scheduled": "is_scheduled" in post, **numbers}


def order_of(post: QueryDict) -> list[str]:
    """Return all sections in the order of the form, after the button that was pressed has moved one."""
    order = [name for name in dict.fromkeys(post.getlist("order")) if name in SECTIONS]
    order += [name for name in SECTIONS if name not in order]
    direction, _colon, name = post.get("move", "").partition(":")
    if name in order:
        place = order.index(name)
        order.insert(max(place + (1 if direction == "down" else -1), 0), order.pop(place))
    return order


def query_of(text: str) -> str:
    """Return the query string of what people enter: itself, or the address of a list of mentions."""
    text = text.strip().partition("#")[0]
    if "?" in text:
        return text.partition("?")[2]
    return "" if "://" in text else text


def _view(project: Project, text: str) -> SavedView | None:
    pk = read_id(text) if text else None
    return SavedView.objects.filter(project=project, is_shared=True, pk=pk).first() if pk is not None else None
