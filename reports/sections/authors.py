"""The authors with the most mentions."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.formats import number
from monitoring.insights.profile import profile
from reports.blocks import Block, Sentence, Table
from reports.reader import Reader

AUTHORS = 10


def read(reader: Reader) -> list[Block]:
    """Return a table of authors with their mentions and the negative ones."""
    rows = profile(reader.f, AUTHORS).authors
    if not rows:
        return [Sentence(_("No known authors in this period."))]
    names = [str(row.key) for row in rows]
    header = [_("Author"), _("Mentions"), pgettext("mentions", "Negative")]
    cells = [[str(row.key), number(row.tally.documents), number(row.tally.split.negative)] for row in rows]
    return [Table(header, cells, names)]
