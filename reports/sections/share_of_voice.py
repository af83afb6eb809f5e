"""The share of voice of the brands and of each competitor, as the overview has it."""

from django.utils.translation import gettext as _

from accounts.formats import number, percent
from monitoring.insights.breakdown import keyword_lines
from monitoring.insights.shares import shares
from monitoring.models import Keyword
from reports.blocks import Block, Sentence, Table
from reports.reader import Reader

COMPETITORS = 4  # as on the overview, so the shares agree


def read(reader: Reader) -> list[Block]:
    """Return a table of keywords with their mentions and shares."""
    types = Keyword.Type
    compared = [one for one in reader.keywords if one.type != types.TOPIC]
    lines = keyword_lines(reader.f, compared)
    brands = [line for line in lines if line.keyword.type == types.BRAND]
    rivals = [line for line in lines if line.keyword in reader.subject.rivals]
    rivals = sorted(rivals, key=lambda line: -line.total)[:COMPETITORS]
    if not brands or not rivals or not sum(line.total for line in (*brands, *rivals)):
        return [Sentence(_("Share of voice needs a brand and a competitor with mentions."))]
    own = " + ".join(line.keyword.name for line in brands[:2]) + ("…" if len(brands) > 2 else "")
    named = [(own, sum(line.total for line in brands), sum(line.before for line in brands))]
    named += [(line.keyword.name, line.total, line.before) for line in rivals]
    now = shares([total for _name, total, _before in named])
    before = shares([count for _name, _total, count in named])
    knows_before = reader.history_start is None and any(count for _name, _total, count in named)
    header = [_("Keyword"), _("Mentions"), _("Share")]
    header += [_("Share before")] if knows_before else []
    rows = [
        [name, number(total), percent(now[place]), *([percent(before[place])] if knows_before else [])]
        for place, (name, total, _before) in enumerate(named)
    ]
    return [Table(header, rows)]
