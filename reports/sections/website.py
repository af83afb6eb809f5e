"""The figures of the connected websites in the period: numbers, and the largest sources."""

from datetime import date, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.formats import number, percent_pattern
from reports.blocks import Block, Number, Numbers, Sentence, Table
from reports.reader import Reader
from website import figures
from website.connecting import websites_of
from website.figures import Top, Totals
from website.models import Website
from website.readers.base import Dimension

SOURCES = 5


def read(reader: Reader) -> list[Block]:
    """Return the numbers of each website, and a sentence where there are none."""
    first = reader.window.start.astimezone(reader.zone).date()
    last = (reader.window.end - timedelta(microseconds=1)).astimezone(reader.zone).date()
    found = [block for site in websites_of(reader.project) for block in _of_website(site, first, last)]
    return found or [Sentence(_("No figures of a website in this period."))]


def _of_website(site: Website, first: date, last: date) -> list[Block]:
    days = figures.days_of(site, first, last)
    if not days:
        return []
    totals = figures.totals(site, days)
    text = ngettext(
        "%(website)s had %(count)s session in this period.",
        "%(website)s had %(count)s sessions in this period.",
        totals.sessions,
    )
    said = Sentence(text % {"website": site.name, "count": number(totals.sessions)})
    blocks: list[Block] = [said, Numbers(_numbers(totals))]
    asked = (last - first).days + 1
    if len(days) < asked:
        text = _("Figures of %(read)s of %(days)s days.")
        blocks.append(Sentence(text % {"read": number(len(days)), "days": number(asked)}))
    top = figures.top(site, Dimension.SOURCE, first, last, SOURCES)
    return [*blocks, _sources(top)] if top.rows else blocks


def _numbers(totals: Totals) -> list[Number]:
    labels = figures.metrics()
    values = {
        "sessions": totals.sessions,
        "users": round(totals.users),
        "new_users": totals.new_users,
        "social_sessions": totals.social_sessions,
        "key_events": totals.key_events,
    }
    shown = [Number(str(labels[name].label), number(value)) for name, value in values.items() if value is not None]
    if totals.conversion_rate is not None:
        rate = percent_pattern() % {"number": number(totals.conversion_rate, 1)}
        shown.append(Number(str(labels["conversion_rate"].label), rate))
    return shown


def _sources(top: Top) -> Table:
    rows = [[" / ".join(filter(None, (row.value, row.detail))), number(row.count)] for row in top.rows]
    return Table([_("Source and medium"), str(figures.metrics()["sessions"].label)], rows)
