"""The mentions of an incident as filters: of the time window with its peak, and of the whole incident.

Called by everything that shows an incident: all numbers of it come from these filters.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, tzinfo

from alerts.conditions.base import BELOW, DECREASE, FALL, FEW, Settings
from alerts.measures.registry import MEASURES
from alerts.models import Incident, Rule
from alerts.rules import filter_of_clause
from alerts.scope import Scope, is_plain, scopes_of
from monitoring.insights.filters import MentionFilter
from monitoring.models import Mention

FALLING = (BELOW, DECREASE, FALL, FEW)  # the lowest value is the peak of their incidents


def settings_at_opening(incident: Incident) -> Settings:
    """Return the rule's settings when the incident opened."""
    return Settings.from_json(incident.settings)


def clause_at_opening(incident: Incident) -> int:
    """Return the number of the clause that the counts of the incident are about."""
    return int(incident.settings.get("clause", 0))


def is_falling(incident: Incident) -> bool:
    """Return whether the incident is about too few mentions, or a value that is too low."""
    return settings_at_opening(incident).clauses[clause_at_opening(incident)].condition in FALLING


def counts_rows(incident: Incident) -> bool:
    """Return whether the numbers of the incident are those of a list of mentions or stories."""
    clause = settings_at_opening(incident).clauses[clause_at_opening(incident)]
    return clause.measure in COUNTED


# The measures whose value is the length of the list behind it.
COUNTED = frozenset({Rule.Measure.MENTIONS.value, Rule.Measure.STORIES.value, Rule.Measure.NEGATIVE.value})


def subject_of(incident: Incident) -> str:
    """Return the name of what the rule was about; incidents of earlier versions have a keyword."""
    rule = incident.rule
    if rule.keyword and not rule.query and rule.view_id is None:
        return rule.keyword.name
    return incident.settings.get("subject") or rule.project.name


def filters_of_peaks(incidents: Iterable[Incident], zone: tzinfo = UTC) -> dict[int, MentionFilter]:
    """Return `filter_of_peak` by incident, with a fixed number of queries."""
    rows = list(incidents)
    scopes = scopes_of([_rule_of(incident) for incident in rows])
    return {incident.pk: _filter(incident, scopes[incident.pk], zone) for incident in rows}


def filter_of_peak(incident: Incident, zone: tzinfo = UTC) -> MentionFilter:
    """Return the mentions of the time window with the highest count; at opening, those that triggered the rule.

    Mentions that people ignored since then stay in it: reviewing an incident does not change its numbers. If the rule
    counts no mentions, these are all in its scope.
    """
    return filters_of_peaks([incident], zone)[incident.pk]


def filter_of_incident(incident: Incident, now: datetime, zone: tzinfo = UTC) -> MentionFilter:
    """Return the mentions from the window that triggered the rule to the end of the incident."""
    return during(filter_of_peak(incident, zone), incident, now)


def during(peak: MentionFilter, incident: Incident, now: datetime) -> MentionFilter:
    """Return the mentions of the whole incident by the filter of its peak."""
    since = incident.opened_at - timedelta(seconds=incident.settings["window_s"])
    return peak.replace(since=since, until=incident.closed_at or now)


def _rule_of(incident: Incident) -> Rule:
    """Return an unsaved rule on what the rule was about at opening, under the id of the incident."""
    rule, query = incident.rule, incident.settings.get("query")
    if query is None or is_plain(rule):
        about = {"keyword": rule.keyword, "query": rule.query, "view": rule.view}
    else:
        about = {"query": query}
    return Rule(pk=incident.pk, project=rule.project, created_by_id=rule.created_by_id, **about)


def _filter(incident: Incident, scope: Scope, zone: tzinfo) -> MentionFilter:
    settings, clause = settings_at_opening(incident), clause_at_opening(incident)
    until, window_s = incident.peak_at or incident.opened_at, incident.settings["window_s"]
    found = filter_of_clause(scope, settings, clause, window_s, until, zone)
    if found is None or not MEASURES[settings.clauses[clause].measure].has_window:
        found = scope.filter(until - timedelta(seconds=window_s), until, zone)
    return found if found.statuses else found.replace(statuses=tuple(Mention.Status.values))
