"""The first sentence of the compare page: who is mentioned how much, and whose sentiment is better.

In: the rows of compare.py, the brand first. Out: texts. Nothing is said of a difference that the uncertainty bands of
net sentiment leave open. Called by dashboards/views/compare.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.formats import number, percent
from dashboards.presenters.compare import SideRow
from monitoring.insights.net_sentiment import NetPoint
from monitoring.insights.sentiment_words import signed


@dataclass(frozen=True)
class CompareWords:
    """`is_worse` if the net sentiment of the first side is negative and lower than that of another."""

    sentences: list[str]
    is_worse: bool


def compare_words(rows: Sequence[SideRow]) -> CompareWords:
    """Return up to two sentences about the first side."""
    own, others = rows[0], rows[1:]
    sentences = [_share_words(own)]
    better = [row for row in others if _is_below(own.net, row.net)]
    worse = [row for row in others if _is_below(row.net, own.net)]
    if own.net and better:
        text = _("Its net sentiment (%(net)s) is lower than that of %(names)s.")
        sentences.append(text % {"net": signed(own.net.net), "names": _names(better)})
    elif own.net and worse:
        text = _("Its net sentiment (%(net)s) is higher than that of %(names)s.")
        sentences.append(text % {"net": signed(own.net.net), "names": _names(worse)})
    elif own.net and any(row.net for row in others):
        sentences.append(_("The net sentiments don’t differ clearly."))
    return CompareWords(sentences, bool(better) and bool(own.net and own.net.net < 0))


def _share_words(own: SideRow) -> str:
    if not own.mentions:
        return _("No mentions of %(name)s in this period.") % {"name": own.name}
    words = {"name": own.name, "share": percent(own.share)}
    change = own.share - own.share_before if own.share_before is not None else 0
    if not change:
        return _("%(name)s has %(share)s of the mentions.") % words
    if change > 0:
        text = ngettext(
            "%(name)s has %(share)s of the mentions, %(count)s point more than in the previous period.",
            "%(name)s has %(share)s of the mentions, %(count)s points more than in the previous period.",
            change,
        )
    else:
        text = ngettext(
            "%(name)s has %(share)s of the mentions, %(count)s point less than in the previous period.",
            "%(name)s has %(share)s of the mentions, %(count)s points less than in the previous period.",
            -change,
        )
    return text % {**words, "count": number(abs(change))}


def _is_below(one: NetPoint | None, other: NetPoint | None) -> bool:
    return bool(one and other and one.high < other.low)


def _names(rows: Sequence[SideRow]) -> str:
    names = [f"{row.name} ({signed(row.net.net)})" for row in rows if row.net]
    if len(names) == 1:
        return names[0]
    return _("%(names)s and %(last)s") % {"names": ", ".join(names[:-1]), "last": names[-1]}
