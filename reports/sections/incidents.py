"""The incidents that were open in the period: the rule in a sentence, when, how long, and the peak."""

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.formats import clock, duration, number, short_day
from alerts.incident_counts import with_counts
from alerts.incident_messages import sentence_at_opening
from alerts.models import Incident
from reports.blocks import Block, Sentence, Table
from reports.reader import Reader

INCIDENTS = 20


def read(reader: Reader) -> list[Block]:
    """Return a table of the incidents of the project; the report's filter doesn't apply: rules have their own."""
    window = reader.window
    open_in_period = Q(closed_at=None) | Q(closed_at__gt=window.start)
    rows = Incident.objects.filter(open_in_period, rule__project=reader.project, joined=None, opened_at__lt=window.end)
    rows = rows.select_related("rule__keyword", "rule__project").order_by("-opened_at", "-pk")
    found = list(rows[:INCIDENTS])
    if not found:
        return [Sentence(_("No incidents in this period."))]
    header = [_("Rule"), _("Started"), _("Duration"), _("Peak")]
    return [Table(header, [_row(incident, count, reader) for incident, count in with_counts(found)])]


def _row(incident: Incident, count: int, reader: Reader) -> list[str]:
    opened = incident.opened_at.astimezone(reader.zone)
    lasted = _("still open")
    if incident.closed_at:
        lasted = duration((incident.closed_at - incident.opened_at).total_seconds())
    started = _("%(date)s at %(time)s") % {"date": short_day(opened), "time": clock(opened.time())}
    return [sentence_at_opening(incident), started, lasted, number(count)]
