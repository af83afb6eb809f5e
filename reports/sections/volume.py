"""Mentions over time: bars with their negative part, by hour, day or week."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.formats import clock, number, short_day
from reports.blocks import Bar, Block, Chart, Sentence
from reports.reader import Reader


def read(reader: Reader) -> list[Block]:
    """Return the chart."""
    found = reader.found
    if not found.total.documents:
        return [Sentence(_("No mentions in this period."))]
    titles = {"hour": _("Mentions per hour"), "day": _("Mentions per day"), "week": _("Mentions per week")}
    names = [_name(found.bucket, start) for start in found.starts]
    bars = [
        Bar(tally.documents, min(tally.split.negative, tally.documents), name)
        for tally, name in zip(found.tallies, names, strict=True)
    ]
    peak = max(bars, key=lambda bar: bar.total)
    text = ngettext("Peak on %(when)s: %(peak)s mention.", "Peak on %(when)s: %(peak)s mentions.", peak.total)
    if found.bucket == "week":
        text = ngettext(
            "Peak in the week of %(when)s: %(peak)s mention.",
            "Peak in the week of %(when)s: %(peak)s mentions.",
            peak.total,
        )
    words = text % {"peak": number(peak.total), "when": peak.label}
    return [Chart(titles[found.bucket], bars, words, names[0], names[-1])]


def _name(bucket: str, start: datetime) -> str:
    if bucket != "hour":
        return short_day(start)
    return _("%(date)s at %(time)s") % {"date": short_day(start), "time": clock(start.time())}
