"""The weekly posting slots on the settings page of the calendar.

In: a project. Out: frozen rows and the choices of the form, in the active language. Called by views/calendar.py.
"""

from dataclasses import dataclass

from django.utils.dates import WEEKDAYS
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.formats import clock
from accounts.models import Project
from workplace.calendar.text_limits import PLATFORMS
from workplace.post_words import place_name
from workplace.posting_slots import slots_of


@dataclass(frozen=True)
class SlotRow:
    """A slot in words."""

    id: int
    time: str
    zone: str
    platform: str


def slot_settings(project: Project) -> dict[str, object]:
    """Return the slots of a project and the choices for another one."""
    return {
        "slots": [
            SlotRow(
                id=one.pk,
                time=_("%(weekday)s, %(time)s")
                % {"weekday": capfirst(str(WEEKDAYS[one.weekday])), "time": clock(one.at)},
                zone=one.time_zone,
                platform=place_name(one.platform),
            )
            for one in slots_of(project)
        ],
        "platforms": [(name, place_name(name)) for name in PLATFORMS],
        "weekdays": [(number, capfirst(str(name))) for number, name in WEEKDAYS.items()],
    }
