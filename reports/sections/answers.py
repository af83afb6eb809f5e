"""How fast the team replied, in total and by platform, as the page of response times has it."""

from django.utils.translation import gettext as _

from accounts.formats import duration, number, percent
from monitoring.messages.labels import platform_name
from reports.blocks import Block, Sentence, Table
from reports.reader import Reader
from workplace import response_times
from workplace.response_times import ResponseTimes


def read(reader: Reader) -> list[Block]:
    """Return a table of response times."""
    total = response_times.total(reader.f, reader.now)
    if not (total.replied or total.overdue or total.waiting):
        return [Sentence(_("No replies in this period, and none were due."))]
    header = [
        _("Platform"),
        _("Time to first response"),
        _("In time"),
        _("Replied"),
        _("Overdue"),
        _("Not due yet"),
    ]
    rows = [_row(_("Total"), total)]
    by_platform = response_times.by_platform(reader.f, reader.now)
    if len(by_platform) > 1:
        rows += [_row(platform_name(platform), times) for platform, times in by_platform.items()]
    return [Table(header, rows)]


def _row(name: str, times: ResponseTimes) -> list[str]:
    return [
        name,
        "–" if times.median_s is None else duration(times.median_s),
        "–" if times.share is None else percent(round(100 * times.share)),
        number(times.replied),
        number(times.overdue),
        number(times.waiting),
    ]
