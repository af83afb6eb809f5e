"""Read the parameters of a mention filter from a query string.

In: a QueryDict or a plain mapping. Out: values, and a `Problem` for each part that was not understood and was left
out. Called by filters.py for the period and by the classes of dimensions.py for their own values.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import TypeVar

from django.utils.translation import gettext as _

from monitoring.content.scrub import is_storable
from monitoring.insights import periods

T = TypeVar("T")

DEFAULT_PERIOD = "7d"
MAX_VALUE_LENGTH = 1000  # characters of an author or a search


@dataclass(frozen=True)
class Problem:
    """A part of a query string that was not understood; `position` is a character offset in a search."""

    parameter: str
    value: str
    message: str
    code: str = "invalid"
    position: int | None = None


class QueryReader:
    """Parameters of one query string; `problems` collects the values that cannot be used.

    `known` has the ids of rows that exist, by the name of their dimension and by the ids that stand for them, for
    callers who read several filters.
    """

    def __init__(self, params: Mapping[str, object], known: Mapping[str, Mapping[int, int]] | None = None) -> None:
        self.params = params
        self.known = known or {}
        self.problems: list[Problem] = []

    def add_problem(
        self, parameter: str, value: str, message: str, *, code: str = "invalid", position: int | None = None
    ) -> None:
        self.problems.append(Problem(parameter, value[:100], message, code, position))

    def values(self, parameter: str) -> list[str]:
        """Return all values of a parameter, stripped, without empty ones."""
        getlist = getattr(self.params, "getlist", None)
        found = getlist(parameter) if getlist else self.params.get(parameter, [])
        found = found if isinstance(found, list | tuple) else [found]
        return [str(value).strip() for value in found if str(value).strip()]

    def text(self, parameter: str) -> str:
        """Return the last value of a parameter, "" if there is none or it cannot be used."""
        value = (self.values(parameter) or [""])[-1]
        if len(value) > MAX_VALUE_LENGTH:
            self.add_problem(parameter, value, _("This value is too long."), code="too_long")
        elif not is_storable(value):
            self.add_problem(parameter, value, _("This contains an invalid character."))
        else:
            return value
        return ""

    def one_of(self, parameter: str, choices: tuple[str, ...]) -> str:
        """Return the value of a parameter if it is among the choices, else the first choice."""
        value = self.text(parameter)
        if value and value not in choices:
            self.add_problem(parameter, value, _unknown(value))
        return value if value in choices else choices[0]

    def many(self, parameter: str, known_values: Callable[[list[str]], Mapping[str, T]]) -> tuple[T, ...]:
        """Return the values of a parameter as `known_values` maps them; those it does not map are problems."""
        values = self.values(parameter)
        if not values:
            return ()
        known = known_values(values)
        for value in values:
            if value not in known:
                self.add_problem(parameter, value, _unknown(value), code="unknown")
        return tuple(known[value] for value in values if value in known)

    def period(self, now: datetime, zone: tzinfo) -> tuple[str, datetime, datetime]:
        """Return (name, since, until) of "period", "from" and "to"; the default period if they cannot be used."""
        name = self.text("period")
        bounds = [self.text("from"), self.text("to")]
        if any(bounds) and name in ("", periods.CUSTOM):
            since, until = self._bounds(bounds, now, zone)
            if since and until:
                return periods.CUSTOM, since, until
        elif name and (name not in periods.PERIODS or name == periods.CUSTOM):
            self.add_problem("period", name, _unknown(name))
        name = name if name in periods.PERIODS and name != periods.CUSTOM else DEFAULT_PERIOD
        return name, *periods.named_period(name, now, zone)

    def _bounds(self, texts: list[str], now: datetime, zone: tzinfo) -> tuple[datetime | None, datetime | None]:
        """Return (since, until) of "from" and "to"; without "to", until now."""
        read: list[datetime | None] = []
        for parameter, text in zip(("from", "to"), texts, strict=True):
            try:
                read.append(periods.read_instant(text, zone, is_end=parameter == "to") if text else None)
            except (ValueError, OverflowError):
                self.add_problem(parameter, text, _("Enter a date in the format 2026-07-31."))
                return None, None
        since, until = read[0], read[1] or now.astimezone(UTC)
        if since is None:
            self.add_problem("from", "", _("Enter a start date."))
        elif since >= until:
            self.add_problem("to", texts[1], _("The end date is before the start date."))
            return None, None
        return since, until


def _unknown(value: str) -> str:
    return _("Unknown value: “%(value)s”.") % {"value": value[:100]}
