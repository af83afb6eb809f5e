"""Lower bounds of the past, which spare most rules "unusual" the reading of four weeks: no incident is missed."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from alerts.baselines import baselines
from alerts.conditions.base import UNUSUAL, Clause, History, Window
from alerts.conditions.registry import evaluate_clause
from alerts.counting import count_rules
from alerts.evaluate import evaluate_all, shown_verdict
from alerts.models import Incident, Rule
from monitoring.models import Mention, SourcePeriod
from tests.factories import make_keyword, make_mentions, make_source

NOW = datetime(2026, 6, 10, 12, 40, tzinfo=UTC)
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)

PASTS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60), st.booleans()), min_size=4, max_size=28)


@given(PASTS, st.integers(0, 200), st.sampled_from(["calm", "normal", "nervous"]), st.floats(1, 6))
def test_higher_past_never_triggers_what_a_lower_one_does_not(past, value, sensitivity, stretch):
    clause = Clause(UNUSUAL, minimum=5, sensitivity=sensitivity)
    current = Window(value, stretch=stretch)
    low = tuple(Window(bound, known) for bound, _more, known in past)
    exact = tuple(Window(bound + more, known) for bound, more, known in past)
    verdicts = [evaluate_clause(History(current, current, one), clause) for one in (low, exact)]
    assert verdicts[0].triggered or not verdicts[1].triggered
    assert verdicts[0].is_unknown == verdicts[1].is_unknown


@pytest.fixture
def rules(project):
    """Rules of every kind that compare with four weeks, on a keyword with two mentions per hour for 40 days."""
    baselines.clear()
    keyword = make_keyword(project, "Lumen", "lumen", created_at=NOW - 60 * DAY)
    source = make_source(project, created_at=NOW - 60 * DAY)
    SourcePeriod.objects.create(source=source, state="working", started_at=NOW - 60 * DAY)
    ago = [NOW - number * HOUR / 2 - MINUTE for number in range(40 * 48)]
    labels = ("negative", "neutral")
    make_mentions(
        keyword,
        [
            {"found_at": at, "published": at, "author": f"Author {n % 40}", "sentiment": labels[n % 2]}
            for n, at in enumerate(ago)
        ],
    )
    kinds = [
        {"window_s": 900},
        {"window_s": 6 * 3600, "counts_authors": True},
        {"window_s": 86400, "sentiment": "negative", "counts_stories": True, "counts_authors": True},
        {"window_s": 86400, "measure": "authors"},
        {"window_s": 604800},
    ]
    fields = {"project": project, "keyword": keyword, "condition": "unusual", "minimum": 1}
    return [Rule.objects.create(**fields, **kind) for kind in kinds]


def reads_of_past(now):
    """Evaluate all rules. Return how many statements read mentions that are older than the previous period."""
    with CaptureQueriesContext(connection) as queries:
        evaluate_all(now)
    old = str((now - 15 * DAY).date())
    found = [one["sql"] for one in queries if "monitoring_mention" in one["sql"]]
    return sum(min(re.findall(r"'(\d{4}-\d\d-\d\d)", sql), default=old) < old for sql in found)


@pytest.mark.django_db
def test_usual_counts_need_the_past_once_per_hour(rules):
    assert reads_of_past(NOW) > 0 and reads_of_past(NOW) == 0
    assert reads_of_past(NOW + HOUR) > 0
    assert not Incident.objects.exists()


@pytest.mark.django_db
def test_rise_within_the_hour_opens_incidents_with_exact_usual_counts(rules):
    evaluate_all(NOW)
    at = NOW + MINUTE
    rows = [{"found_at": at, "author": f"Person {n}", "sentiment": "negative"} for n in range(500)]
    make_mentions(rules[0].keyword, rows)
    evaluate_all(NOW + 2 * MINUTE)
    opened = {one.rule_id: (one.value, one.baseline) for one in Incident.objects.all()}
    exact = {
        one.rule: shown_verdict(one.history, one.settings) for one in count_rules(rules, NOW + 2 * MINUTE).values()
    }
    assert opened == {rule.pk: (one.value, one.baseline) for rule, one in exact.items() if one.triggered}
    assert [opened[rule.pk][1] for rule in rules[:2]] == [1, 12] and len(opened) == 4


@pytest.mark.django_db
def test_past_that_becomes_lower_counts_from_the_next_hour_on(rules):
    Rule.objects.exclude(pk=rules[1].pk).delete()
    evaluate_all(NOW)
    Mention.objects.filter(found_at__lt=NOW - 7 * HOUR).update(status="ignored")
    evaluate_all(NOW + 10 * MINUTE)
    assert not Incident.objects.exists()
    evaluate_all(NOW + 20 * MINUTE)  # 13:00
    assert Incident.objects.get().baseline == 0
