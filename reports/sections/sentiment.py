"""The sentiment of the mentions, and what it was in the previous period."""

from django.utils.translation import gettext as _

from accounts.formats import number, percent
from monitoring.insights.breakdown import Tally
from monitoring.insights.sentiment import Split
from monitoring.insights.sentiment_words import signed
from monitoring.models import Mention
from reports.blocks import Block, Sentence, Table
from reports.reader import Reader

LABELS = ("negative", "neutral", "positive", "uncertain")


def read(reader: Reader) -> list[Block]:
    """Return the net sentiment in a sentence and a table by label."""
    now, before = reader.found.total, reader.found.before
    if not now.split.total:
        return [Sentence(_("No mentions in this period."))]
    knows_before = reader.history_start is None
    header = [_("Sentiment"), _("Mentions"), _("Share")]
    header += [_("Share before")] if knows_before else []
    rows = [
        [
            str(Mention.Sentiment(label).label),
            number(getattr(now.split, label)),
            _share(now, label),
            *([_share(before, label)] if knows_before else []),
        ]
        for label in LABELS
    ]
    return [Sentence(_net_words(now.split, before.split if knows_before else Split())), Table(header, rows)]


def _net_words(now: Split, before: Split) -> str:
    if now.net is None:
        return _("Net sentiment needs at least 10 analyzed mentions.")
    if before.net is None:
        return _("Net sentiment: %(net)s.") % {"net": signed(now.net)}
    return _("Net sentiment: %(net)s, %(before)s in the previous period.") % {
        "net": signed(now.net),
        "before": signed(before.net),
    }


def _share(tally: Tally, label: str) -> str:
    """Return the share among all mentions, as in the summary: the shares of all labels add up."""
    return percent(round(100 * getattr(tally.split, label) / tally.documents)) if tally.documents else "–"
