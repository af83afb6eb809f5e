"""The holiday calendars that a project can choose: codes, names, and their dates from the `holidays` library.

A code is "" (none), a country such as "FR", or a country with a part of it such as "CH-VD". Called by
workplace/response_targets.py and the settings page.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

import holidays
import pycountry
from django.utils.translation import gettext as _

from monitoring.messages.labels import country_name

NONE = ""
_CANTONS = {one.code: one.name for one in pycountry.subdivisions.get(country_code="CH")}
CODES = (NONE, "FR", "BE", "CA-QC", "CH", *sorted(_CANTONS, key=lambda code: _CANTONS[code]))
# The calendar that is suggested for a time zone; others have none.
OF_ZONE = {
    "Europe/Paris": "FR",
    "Europe/Brussels": "BE",
    "Europe/Zurich": "CH",
    "America/Montreal": "CA-QC",
    "America/Toronto": "CA-QC",
}


@dataclass(frozen=True)
class HolidayCalendar:
    """The public holidays of a code in CODES: `day in HolidayCalendar("FR")`."""

    code: str

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.code != NONE and day in _holidays(self.code, day.year)


@cache
def _holidays(code: str, year: int) -> frozenset[date]:
    """Return the dates of one year. The library's own objects fill in years unsafely if threads share them."""
    country, _dash, part = code.partition("-")
    return frozenset(holidays.country_holidays(country, subdiv=part or None, years=year))


def calendar_name(code: str) -> str:
    """Return the name of a calendar in the active language."""
    if code == NONE:
        return _("No holidays")
    if code == "CA-QC":
        return _("Quebec")
    if code == "CH":
        return _("%(country)s, national holidays only") % {"country": country_name("CH")}
    if code in _CANTONS:
        return f"{country_name('CH')} · {_CANTONS[code]}"
    return country_name(code)


def named_days(code: str, first: date, last: date, language: str) -> list[tuple[date, str]]:
    """Return the public holidays between two days with their names, in English for languages without names."""
    years = range(first.year, last.year + 1)
    found = {day: name for year in years for day, name in _names(code, year, language).items()}
    return [(day, found[day]) for day in sorted(found) if first <= day <= last]


@cache
def _names(code: str, year: int, language: str) -> Mapping[date, str]:
    if code == NONE:
        return {}
    country, _dash, part = code.partition("-")
    name = "fr" if language.partition("-")[0] == "fr" else "en_US"
    return dict(holidays.country_holidays(country, subdiv=part or None, years=year, language=name))
