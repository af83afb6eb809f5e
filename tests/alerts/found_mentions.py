"""Mentions that were found at a known time, and what rules count and send about them. Shared by the tests of rules."""

from datetime import UTC, datetime, timedelta

from alerts.counting import count_rules
from alerts.evaluate import evaluate_all
from alerts.models import Incident, Rule
from alerts.rules import filter_of_clause, settings_of
from alerts.scope import scope_of
from delivery.models import Delivery
from tests.factories import make_mentions

NOW = datetime(2026, 6, 10, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def make_found(keyword, count, ago=timedelta(minutes=10), **fields):
    """Create mentions that were found, and published unless given, `ago` before NOW."""
    at = NOW - ago
    return make_mentions(
        keyword, [{"title": f"Lumen {n}", "found_at": at, "published": at, **fields} for n in range(count)]
    )


def make_rule(keyword, **fields):
    """Create a rule on more than three mentions of a keyword."""
    return Rule.objects.create(project=keyword.project, keyword=keyword, **{"threshold": 3, **fields})


def history_of(rule, now=NOW):
    """Return what the conditions of a rule read."""
    return count_rules([rule], now)[rule.pk].history


def filter_of_rule(rule, clause=0):
    """Return the filter of the list behind the count of a clause at NOW, in UTC; None if it has no list."""
    return filter_of_clause(scope_of(rule), settings_of(rule), clause, rule.window_s, NOW, UTC)


def counts_of(rule):
    """Return the counts of the previous and of the current time window."""
    history = history_of(rule)
    return [history.previous.value, history.current.value]


def messages(event=""):
    return Delivery.objects.filter(key__contains=f":{event}").order_by("created_at", "recipient")


def make_incident(keyword, now=NOW, count=5, **fields):
    """Open an incident of a rule on a keyword with `count` mentions that were found ten minutes before `now`."""
    rule = Rule.objects.create(project=keyword.project, keyword=keyword, threshold=count - 1)
    make_found(keyword, count, ago=NOW - now + timedelta(minutes=10), **fields)
    evaluate_all(now)
    return Incident.objects.get(rule=rule)
