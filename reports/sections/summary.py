"""The summary: how much was said, how it was meant, and what waits for a reply, each with what it was before."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.formats import long_date, number, percent
from monitoring.insights.sentiment_words import signed
from monitoring.insights.volume import PeriodChange
from monitoring.models import Mention
from reports.blocks import Block, Number, Numbers, Sentence
from reports.reader import Reader


def read(reader: Reader) -> list[Block]:
    """Return a sentence and the numbers."""
    total = reader.found.total
    if not total.documents:
        return [Sentence(_("No mentions in this period."), is_lead=True)]
    text = ngettext("%(count)s mention in this period", "%(count)s mentions in this period", total.documents)
    lead = text % {"count": number(total.documents)}
    if change := change_words(reader):
        lead = _("%(count)s: %(change)s") % {"count": lead, "change": change}
    waiting = reader.f.replace(statuses=(Mention.Status.NEEDS_REPLY.value,)).document_count
    net, before = total.split.net, reader.found.before.split.net
    note = ""
    if net is None:
        note = _("fewer than 10 analyzed mentions")
    elif before is not None and reader.history_start is None:
        note = _("%(before)s before") % {"before": signed(before)}
    before_note = ""
    if reader.history_start is None:
        before_note = _("%(before)s before") % {"before": number(reader.found.before.documents)}
    return [
        Sentence(f"{lead}.", is_lead=True),
        Numbers(
            [
                Number(_("Mentions"), number(total.documents), before_note),
                Number(_("Net sentiment"), "–" if net is None else signed(net), note),
                Number(
                    _("Negative mentions"),
                    number(total.split.negative),
                    _of_all(total.split.negative, total.documents),
                ),
                Number(_("Needs reply"), number(waiting)),
            ]
        ),
    ]


def change_words(reader: Reader) -> str:
    """Return the change against the previous period in words, "" if it is unknown."""
    if reader.history_start:
        return _("no history before %(day)s") % {"day": long_date(reader.history_start.astimezone(reader.zone))}
    change = PeriodChange(reader.found.total.documents, reader.found.before.documents).percent
    if change is None:
        return _("none in the previous period")
    if not change:
        return _("same as previous period")
    text = _("%(percent)s more than in the previous period")
    if change < 0:
        text = _("%(percent)s fewer than in the previous period")
    return text % {"percent": percent(abs(change))}


def _of_all(part: int, whole: int) -> str:
    return _("%(percent)s of mentions") % {"percent": percent(round(100 * part / whole))}
