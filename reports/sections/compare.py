"""Brands next to competitors, as the compare page has them: mentions, share of voice, stories, and net sentiment."""

from django.utils.translation import gettext as _

from accounts.formats import number, percent
from monitoring.insights.comparison import compare, sides_of
from monitoring.insights.net_sentiment import net_point
from monitoring.insights.sentiment_words import signed
from monitoring.insights.shares import shares
from reports.blocks import Block, Sentence, Table
from reports.reader import Reader


def read(reader: Reader) -> list[Block]:
    """Return a table with a row per side."""
    f = reader.f.replace(keywords=())
    sides = sides_of(f, reader.keywords)
    if len(sides) < 2:
        return [Sentence(_("A comparison needs a brand and a competitor, or two keywords."))]
    found = compare(f, sides)
    if not found.total:
        return [Sentence(_("No mentions of the compared keywords in this period."))]
    part = shares([one.total.documents for one in found.sides])
    rows = []
    for place, one in enumerate(found.sides):
        net = net_point(one.total.split)
        name = " + ".join(keyword.name for keyword in one.side.keywords[:2]) + (
            "…" if len(one.side.keywords) > 2 else ""
        )
        sentiment = "–" if net is None else f"{signed(net.net)} ({signed(net.low)} – {signed(net.high)})"
        rows.append([name, number(one.total.documents), percent(part[place]), number(one.stories), sentiment])
    header = [_("Keyword"), _("Mentions"), _("Share"), _("Stories"), _("Net sentiment")]
    return [Table(header, rows)]
