"""The measure of the welcome queue in sentences: who was greeted within a day, and who came back.

In: counts of monitoring/insights/newcomers.py. Out: sentences. Called by dashboards/views/authors.py.
"""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.formats import number, percent
from monitoring.insights.newcomers import Newcomers

# With fewer on each side, a comparison of the greeted and the others would be chance.
MIN_COMPARED = 20


def newcomer_sentences(found: Newcomers) -> list[str]:
    """Return up to three sentences, none without authors to count."""
    sentences = []
    if found.welcomed:
        text = ngettext(
            "Greeted within a day: %(part)s of %(count)s author of the last 30 days (%(percent)s).",
            "Greeted within a day: %(part)s of %(count)s authors of the last 30 days (%(percent)s).",
            found.welcomed,
        )
        sentences.append(_filled(text, found.greeted, found.welcomed))
    if found.old:
        text = ngettext(
            "Back within 30 days: %(part)s of %(count)s author who wrote for the first time 30 to 60 days ago "
            "(%(percent)s).",
            "Back within 30 days: %(part)s of %(count)s authors who wrote for the first time 30 to 60 days ago "
            "(%(percent)s).",
            found.old,
        )
        sentences.append(_filled(text, found.returned, found.old))
    others = found.old - found.greeted_old
    if min(found.greeted_old, others) >= MIN_COMPARED:
        words = {
            "greeted": _share(found.greeted_returned, found.greeted_old),
            "others": _share(found.returned - found.greeted_returned, others),
        }
        sentences.append(_("Of those greeted, %(greeted)s came back; of the others, %(others)s.") % words)
    return sentences


def _filled(text: str, part: int, count: int) -> str:
    return text % {"part": number(part), "count": number(count), "percent": _share(part, count)}


def _share(part: int, count: int) -> str:
    return percent(round(100 * part / count))
