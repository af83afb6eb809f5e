"""Alert rules and their counts as sentences, in the active language.

Called by alerts/rules.py, alerts/incident_messages.py and the pages of rules and incidents. alerts/clause_words.py
writes the clauses.
"""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.formats import number
from alerts.clause_words import clause_words, window_words
from alerts.conditions.base import EACH, OR, Settings
from alerts.measures.registry import MEASURES


def rule_sentence(keyword: str, settings: Settings, window_s: int) -> str:
    """Return a rule as a sentence, without a final period."""
    if settings.condition == EACH:
        sentence = MEASURES[settings.measure].each(keyword, settings, settings)
    else:
        clauses = [clause_words(keyword, clause, settings, window_s) for clause in settings.clauses]
        sentence = _("Alert when %(condition)s") % {"condition": _joined(clauses, settings.joined_by)}
    if settings.hold > 1 and settings.condition != EACH:
        text = ngettext(
            "%(sentence)s, in %(count)s evaluation", "%(sentence)s, in %(count)s evaluations in a row", settings.hold
        )
        sentence = text % {"sentence": sentence, "count": number(settings.hold)}
    if settings.counts_authors and settings.condition != EACH:
        sentence = _("%(sentence)s, each author counted once") % {"sentence": sentence}
    if settings.counts_stories or not _counts_rows(settings):
        return sentence
    return _("%(sentence)s, reprints included") % {"sentence": sentence}


def observation(keyword: str, value: float, settings: Settings, window_s: int, clause: int = 0) -> str:
    """Return the value of a clause as a phrase: "Maison Lumen: 62 mentions in 1 hour"."""
    observed = settings.clauses[clause]
    measure = MEASURES[observed.measure]
    values = {
        "keyword": keyword,
        "mentions": measure.amount(value, observed, settings),
        "measure": measure.label,
        "window": window_words(window_s),
    }
    if not measure.has_window:
        return _("%(keyword)s: %(mentions)s") % values
    if measure.says_what:
        return _("%(keyword)s: %(mentions)s in %(window)s") % values
    return _("%(keyword)s: %(measure)s %(mentions)s in %(window)s") % values


def _joined(clauses: list[str], joined_by: str) -> str:
    sentence = clauses[0]
    text = _("%(first)s, or %(second)s") if joined_by == OR else _("%(first)s, and %(second)s")
    for clause in clauses[1:]:
        sentence = text % {"first": sentence, "second": clause}
    return sentence


def _counts_rows(settings: Settings) -> bool:
    """Return whether reprints make a difference to a clause."""
    return any(MEASURES[clause.measure].counts_rows for clause in settings.clauses) and settings.condition != EACH
