"""The goals of the project whose days are in the period, as last measured."""

from datetime import timedelta

from django.utils.translation import gettext as _

from accounts.formats import short_date
from reports.blocks import Block, Sentence, Table
from reports.reader import Reader
from workplace.goals.pace import TROUBLED
from workplace.goals.words import pace_words, status_label, stored, target_words, value_words


def read(reader: Reader) -> list[Block]:
    """Return a table of goals, and a sentence on each that needs something."""
    first = reader.window.start.astimezone(reader.zone).date()
    last = (reader.window.end - timedelta(microseconds=1)).astimezone(reader.zone).date()
    found = list(reader.project.goals.filter(starts_on__lte=last, ends_on__gte=first).order_by("ends_on", "pk"))
    if not found:
        return [Sentence(_("No goals in this period."))]
    header = [_("Goal"), _("Target"), _("Value"), _("Status"), _("Measured through")]
    rows = []
    for goal in found:
        reading = stored(goal)
        through = short_date(reading.through) if reading.through and reading.value is not None else "–"
        rows.append([goal.name, target_words(goal), value_words(goal, reading.value), status_label(goal), through])
    said = [Sentence(f"{goal.name} – {pace_words(goal)}") for goal in found if goal.status in TROUBLED]
    return [Table(header, rows), *said]
