"""The work of the team in the period, as sums: a report names no member."""

from django.utils.translation import gettext as _

from accounts.formats import number
from reports.blocks import Block, Number, Numbers, Sentence
from reports.reader import Reader
from workplace.team_habits import DECISIONS, GREETINGS, INCIDENTS, NOTES, POSTS, REPLIES, Week, habits


def read(reader: Reader) -> list[Block]:
    """Return the sums of the period."""
    start, end = reader.window.start, reader.window.end
    total = habits(reader.project, Week(start.astimezone(reader.zone).date(), start, end)).total
    if not total:
        return [Sentence(_("Nothing was done in this period."))]
    labels = {
        REPLIES: _("First replies"),
        DECISIONS: _("Items sorted"),
        NOTES: _("Notes"),
        GREETINGS: _("Authors greeted"),
        INCIDENTS: _("Actions on incidents"),
        POSTS: _("Published posts"),
    }
    return [Numbers([Number(label, number(total[kind])) for kind, label in labels.items()])]
