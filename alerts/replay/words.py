"""A replay in words, in the active language: its outcome and its limits. Called by the page and the API."""

from django.conf import settings as django_settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.formats import duration, long_date, moment, number
from alerts.incident_filters import FALLING
from alerts.measures.registry import MEASURES
from alerts.replay.blind_spots import BlindSpot, Code
from alerts.replay.crises import Crisis
from alerts.replay.replay import Outcome, Replay


def outcome_sentence(replay: Replay) -> str:
    """Return how often the rule would have been triggered, or why not."""
    days = max((replay.until - replay.since).days, 1)
    if replay.outcome is Outcome.UNSUPPORTED:
        return _("This rule can’t be tested on past data.")
    if replay.outcome is Outcome.EACH:
        text = ngettext(
            "This rule would have sent %(count)s mention in the last %(days)s days.",
            "This rule would have sent %(count)s mentions in the last %(days)s days, about %(weekly)s per week.",
            replay.matching,
        )
        return text % {
            "count": number(replay.matching),
            "days": number(days),
            "weekly": number(round(replay.per_week)),
        }
    if replay.outcome is Outcome.NO_DATA:
        text = ngettext(
            "No matching data: no mention of the last day counts for this rule.",
            "No matching data: no mention of the last %(days)s days counts for this rule.",
            days,
        )
        return text % {"days": number(days)}
    if replay.outcome is Outcome.UNKNOWN:
        return _("Nothing to test on: the status of this rule would have been unknown all the time.")
    count = len(replay.firings)
    if not count:
        text = ngettext(
            "Threshold not reached: this rule would not have been triggered in the last day.",
            "Threshold not reached: this rule would not have been triggered in the last %(days)s days.",
            days,
        )
        return text % {"days": number(days)}
    text = ngettext(
        "This rule would have been triggered once in the last %(days)s days.",
        "This rule would have been triggered %(count)s times in the last %(days)s days.",
        count,
    )
    return text % {"count": number(count), "days": number(days)}


def extreme_sentence(replay: Replay) -> str:
    """Return the value that came closest to the limit of the first clause, and the limit; "" if the rule fires."""
    if replay.outcome is not Outcome.NOT_REACHED or replay.extreme_at is None:
        return ""
    clause = replay.settings.clauses[0]
    measure = MEASURES[clause.measure]
    words = {
        "value": measure.amount(replay.extreme, clause, replay.settings),
        "moment": moment(replay.extreme_at),
        "limit": measure.limit(round(replay.limit or 0)),
    }
    if clause.condition in FALLING:
        text = _("Lowest value: %(value)s, on %(moment)s")
    else:
        text = _("Highest value: %(value)s, on %(moment)s")
    if replay.limit is None:
        return text % words
    with_limit = _("%(observed)s, with a threshold of %(limit)s.")
    return with_limit % {"observed": text % words, "limit": words["limit"]}


def noise_sentence(replay: Replay) -> str:
    """Return how many of the alerts are about a crisis."""
    count, unfounded = len(replay.firings), replay.unfounded
    if not count:
        return ""
    if not unfounded:
        return ngettext("It was during a crisis.", "All were during a crisis.", count)
    if unfounded == count:
        return ngettext("It was not during a crisis.", "None was during a crisis.", count)
    text = ngettext(
        "%(about)s during a crisis, %(unfounded)s without one.",
        "%(about)s during a crisis, %(unfounded)s without one.",
        count - unfounded,
    )
    return text % {"about": number(count - unfounded), "unfounded": number(unfounded)}


def crisis_words(crisis: Crisis) -> str:
    """Return what a crisis was: an incident, or a day with a peak."""
    if crisis.incident_id is not None:
        return _("incident, up to %(count)s mentions") % {"count": number(crisis.count)}
    text = (
        ngettext("peak of %(count)s negative mention", "peak of %(count)s negative mentions", crisis.count)
        if crisis.is_negative
        else ngettext("peak of %(count)s mention", "peak of %(count)s mentions", crisis.count)
    )
    return text % {"count": number(crisis.count)}


def alert_words(crisis: Crisis) -> str:
    """Return when the rule would have alerted to a crisis."""
    if crisis.alerted_at is None:
        return _("missed")
    late = (crisis.alerted_at - crisis.start).total_seconds()
    if crisis.incident_id is None:  # a day: its start says nothing
        return _("alerted on %(moment)s") % {"moment": moment(crisis.alerted_at)}
    if abs(late) < 60:
        return _("alerted at its start")
    words = {"duration": duration(abs(late))}
    return _("alerted after %(duration)s") % words if late > 0 else _("alerted %(duration)s before") % words


def blind_spot_words(spot: BlindSpot) -> str:  # one line per code
    """Return a sentence about what a replay cannot tell."""
    date = long_date(spot.at) if spot.at else ""
    count = {"number": number(spot.number)}
    match spot.code:
        case Code.MEASURE:
            text = _("“%(measure)s” can’t be tested: Vigie doesn’t store what the value was in the past.")
            return text % {"measure": MEASURES[spot.name].label}
        case Code.FILTER:
            return _("The filter selects mentions as they are today: status, tags, and assignees of then are unknown.")
        case Code.TOO_MANY_MENTIONS:
            return _("There are too many mentions to test on all of them. The test begins on %(date)s.") % {
                "date": date
            }
        case Code.TIME_IS_UP:
            return _("The test took too long and stopped at %(date)s. Later times are missing.") % {"date": date}
        case Code.KEYWORD_IS_NEW:
            return _("Before %(date)s, the keyword was not tracked yet.") % {"date": date}
        case Code.SOURCES_ARE_NEW if spot.at is None:
            return _("The project has no sources yet.")
        case Code.SOURCES_ARE_NEW:
            return _("Before %(date)s, the project had no sources.") % {"date": date}
        case Code.OUTAGES_NOT_RECORDED:
            return _("Outages of sources before %(date)s were not recorded.") % {"date": date}
        case Code.IGNORED:
            text = ngettext(
                "%(number)s mention ignored today doesn’t count, even if it counted then.",
                "%(number)s mentions ignored today don’t count, even if they counted then.",
                spot.number,
            )
            return text % count
        case Code.BACKLOG:
            text = ngettext(
                "%(number)s mention that was old when Vigie found it never triggers an alert.",
                "%(number)s mentions that were old when Vigie found them never trigger an alert.",
                spot.number,
            )
            return text % count
        case Code.FIRST_POLLS:
            text = ngettext(
                "%(number)s mention that the first check of a source found never triggers an alert.",
                "%(number)s mentions that the first check of a source found never trigger an alert.",
                spot.number,
            )
            return text % count
        case Code.SENTIMENT:
            return _("Sentiments count as they are today, with all corrections.")
        case Code.QUERY:
            return _("Mentions are those of the keyword’s current query.")
        case Code.DELETED:
            days = django_settings.DOCUMENT_RETENTION_DAYS
            text = ngettext(
                "Deleted sources and items are missing, also those that Vigie deletes after %(days)s day because no "
                "keyword matches them.",
                "Deleted sources and items are missing, also those that Vigie deletes after %(days)s days because no "
                "keyword matches them.",
                days,
            )
            return text % {"days": number(days)}
        case Code.ALONE:
            return _(
                "The rule is tested by itself: an incident that other rules join, or people resolve, ends otherwise."
            )
        case _:
            return _(
                "Times when a keyword or source was paused, or Vigie wasn’t running, look like times without mentions."
            )
