"""Sentences about the numbers of themes, in the active language. Called by insights/theme_rise.py, digests,
reports and pages.
"""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.formats import number, percent


def rise_words(count: int, total: int, before: int) -> str:
    """Return how many mentions of a time window are in a theme, and how many of the window before it were."""
    # At least five are: always a plural.
    return _("%(count)s mentions, %(share)s of all, up from %(before)s in the previous period") % {
        "count": number(count),
        "share": percent(round(100 * count / total)),
        "before": number(before),
    }


def no_theme_words(count: int) -> str:
    """Return how many mentions are in no theme."""
    text = ngettext("%(number)s mention is in no theme.", "%(number)s mentions are in no theme.", count)
    return text % {"number": number(count)}


def share_words(count: int, total: int) -> str:
    """Return the mentions of a theme with their share of all: "12 mentions (40%)"."""
    text = ngettext("%(number)s mention (%(share)s)", "%(number)s mentions (%(share)s)", count)
    return text % {"number": number(count), "share": percent(round(100 * count / max(total, 1)))}


def difference_words(count: int, before: int) -> str:
    """Return the change since the previous period in mentions: shares of few mentions would mislead."""
    if not before:
        return _("none in the previous period")
    if count == before:
        return _("same as previous period")
    change = abs(count - before)
    if count > before:
        words = ngettext(
            "%(number)s more than in the previous period", "%(number)s more than in the previous period", change
        )
    else:
        words = ngettext(
            "%(number)s fewer than in the previous period", "%(number)s fewer than in the previous period", change
        )
    return words % {"number": number(change)}
