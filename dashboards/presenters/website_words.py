"""The sentences of the website page: whether visits follow mentions, and which peaks belong together.

In: counts per day. Out: texts; peaks come with the filter of the mentions next to them. Called by
dashboards/presenters/website.py.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.formats import long_date, number, percent
from monitoring.insights.filters import MentionFilter
from monitoring.insights.volume import PeriodChange
from website.correlation import MIN_DAYS, Lag, find_lag, find_peaks, near
from website.figures import Totals
from website.models import WebsiteDay

SHOWN_PEAKS = 3


def status_words(totals: Totals, before: Totals | None) -> str:
    """Return the first sentence: the sessions of the period, and their change."""
    words = {"sessions": number(totals.sessions), "days": number(totals.days)}
    change = PeriodChange(totals.sessions, before.sessions).percent if before else None
    if change is None:
        text = ngettext(
            "Sessions on the last day: %(sessions)s.", "Sessions in the last %(days)s days: %(sessions)s.", totals.days
        )
    elif change == 0:
        text = ngettext(
            "Sessions on the last day: %(sessions)s, as on the day before.",
            "Sessions in the last %(days)s days: %(sessions)s, as in the %(days)s days before.",
            totals.days,
        )
    elif change > 0:
        text = ngettext(
            "Sessions on the last day: %(sessions)s, %(change)s more than on the day before.",
            "Sessions in the last %(days)s days: %(sessions)s, %(change)s more than in the %(days)s days before.",
            totals.days,
        )
    else:
        text = ngettext(
            "Sessions on the last day: %(sessions)s, %(change)s fewer than on the day before.",
            "Sessions in the last %(days)s days: %(sessions)s, %(change)s fewer than in the %(days)s days before.",
            totals.days,
        )
    return text % {**words, "change": percent(abs(change or 0))}


def connection_words(mentions: Sequence[int], visits: Sequence[int]) -> list[str]:
    """Return sentences that say whether visits from social sites and mentions rise and fall together, and when."""
    compared = len(mentions)
    if compared < MIN_DAYS:
        text = ngettext(
            "Mentions and visits are compared once Vigie has %(needed)s days of both. So far: %(count)s day.",
            "Mentions and visits are compared once Vigie has %(needed)s days of both. So far: %(count)s days.",
            compared,
        )
        return [text % {"needed": number(MIN_DAYS), "count": number(compared)}]
    lag = find_lag(mentions, visits)
    if lag is None:
        text = _("No clear connection between mentions and visits from social sites (%(days)s days compared).")
        return [text % {"days": number(compared)}]
    return [_lag_words(lag), _("This is no proof of a cause.")]


def peak_words(
    compared: Sequence[date],
    since: date,
    days: Mapping[date, WebsiteDay],
    mentions: Mapping[date, int],
    filters: Mapping[date, MentionFilter],
) -> list[tuple[list[str], str]]:
    """Return the highest peaks of visits since a day, each with the peak of mentions near it.

    A peak is some sentences, and the query of that day's mentions, "" without one.
    """
    visit_peaks = find_peaks([days[day].social_sessions for day in compared])
    mention_peaks = find_peaks([mentions.get(day, 0) for day in compared])
    found = []
    for peak in [one for one in visit_peaks if compared[one.at] >= since][:SHOWN_PEAKS]:
        words = {"day": long_date(compared[peak.at]), "count": number(peak.count), "usual": number(round(peak.usual))}
        text = _("%(day)s: %(count)s visits from social sites (usually %(usual)s).") % words
        other = near(peak, mention_peaks)
        if other is None:
            found.append(([text, _("No peak of mentions within three days.")], ""))
            continue
        mention_peaks.remove(other)  # a peak of mentions belongs to one of visits
        query = filters[compared[other.at]].to_query()
        found.append(([text, _near_words(peak.at - other.at, other.count, other.usual)], query))
    return found


def _lag_words(lag: Lag) -> str:
    words = {
        "count": number(abs(lag.days)),
        "correlation": number(lag.correlation, 2),
        "compared": number(lag.compared),
    }
    if lag.days == 0:
        text = _(
            "Visits from social sites rise and fall on the same day as mentions (correlation %(correlation)s, "
            "%(compared)s days compared)."
        )
    elif lag.days > 0:
        text = ngettext(
            "Visits from social sites follow mentions after %(count)s day (correlation %(correlation)s, %(compared)s "
            "days compared).",
            "Visits from social sites follow mentions after %(count)s days (correlation %(correlation)s, %(compared)s "
            "days compared).",
            lag.days,
        )
    else:
        text = ngettext(
            "Mentions follow visits from social sites after %(count)s day (correlation %(correlation)s, %(compared)s "
            "days compared).",
            "Mentions follow visits from social sites after %(count)s days (correlation %(correlation)s, "
            "%(compared)s days compared).",
            -lag.days,
        )
    return text % words


def _near_words(after: int, count: int, usual: float) -> str:
    words = {"days": number(abs(after)), "count": number(count), "usual": number(round(usual))}
    if after == 0:
        return _("Mentions peaked on the same day: %(count)s (usually %(usual)s).") % words
    if after > 0:
        text = ngettext(
            "Mentions peaked %(days)s day earlier: %(count)s (usually %(usual)s).",
            "Mentions peaked %(days)s days earlier: %(count)s (usually %(usual)s).",
            after,
        )
    else:
        text = ngettext(
            "Mentions peaked %(days)s day later: %(count)s (usually %(usual)s).",
            "Mentions peaked %(days)s days later: %(count)s (usually %(usual)s).",
            -after,
        )
    return text % words
