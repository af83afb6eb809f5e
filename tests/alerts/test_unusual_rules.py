"""Rules that compare with the same hours of four weeks, and what they take for unknown."""

from datetime import UTC, datetime, timedelta

import pytest

from alerts.evaluate import evaluate_all, shown_verdict
from alerts.models import Incident, Rule
from alerts.ready_made import add_ready_made
from alerts.rules import settings_of
from monitoring.models import Keyword, SourcePeriod
from tests.alerts.found_mentions import history_of
from tests.factories import make_keyword, make_mentions, make_source, make_story

NOW = datetime(2026, 6, 10, 12, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def keyword(project):
    return make_keyword(project, "Lumen", "lumen", created_at=NOW - 60 * DAY)


@pytest.fixture
def source(project):
    source = make_source(project, created_at=NOW - 60 * DAY)
    SourcePeriod.objects.create(source=source, state="working", started_at=NOW - 60 * DAY)
    return source


@pytest.fixture
def rule(keyword, source):
    """Unusually frequent in 6 hours, at least 5."""
    return Rule.objects.create(project=keyword.project, keyword=keyword, condition="unusual", window_s=6 * 3600)


def found(keyword, *ago, **fields):
    """Create mentions that were found that long before NOW."""
    rows = [{"found_at": NOW - one, "published": NOW - one, "author": f"Author {n}"} for n, one in enumerate(ago)]
    return make_mentions(keyword, [row | fields for row in rows])


def fail(source, start, end):
    """End the working period of a source and add a failure, in times before NOW; it goes on if `end` is None."""
    SourcePeriod.objects.filter(source=source, ended_at=None).update(ended_at=NOW - start)
    ended_at = None if end is None else NOW - end
    SourcePeriod.objects.create(
        source=source, state="failing", error_code="timeout", started_at=NOW - start, ended_at=ended_at
    )


def verdict_is_unknown(rule):
    return shown_verdict(history_of(rule), settings_of(rule)).is_unknown


def test_histories_count_the_same_hours_of_four_weeks(rule, keyword):
    found(keyword, HOUR, 7 * HOUR, DAY + HOUR, DAY + HOUR, DAY + 7 * HOUR, 28 * DAY + 5 * HOUR, 28 * DAY + 7 * HOUR)
    history = history_of(rule)
    assert history.current.value == 1
    assert [window.value for window in history.past] == [2] + [0] * 26 + [1]


def test_rule_opens_incident_on_unusual_count_with_the_usual_one(rule, keyword, owner):
    found(keyword, *[day * DAY + HOUR for day in range(1, 29) for _ in range(2)])
    found(keyword, *[HOUR] * 5)
    evaluate_all(NOW)
    assert not Incident.objects.exists()
    found(keyword, *[HOUR] * 15)
    evaluate_all(NOW)
    incident = Incident.objects.get()
    assert (incident.value, incident.baseline) == (20, 2)


def test_open_incident_goes_on_while_another_rule_is_triggered(rule, keyword, owner):
    found(keyword, *[HOUR] * 20)
    evaluate_all(NOW)
    other = make_keyword(keyword.project, "Halo", "halo", created_at=NOW - 60 * DAY)
    Rule.objects.create(project=keyword.project, keyword=other, condition="unusual", window_s=6 * 3600)
    found(other, *[HOUR] * 20)
    evaluate_all(NOW + timedelta(minutes=1))
    rows = Incident.objects.order_by("opened_at").values_list("rule__keyword__name", "calm_since")
    assert list(rows) == [("Lumen", None), ("Halo", None)]


def test_rule_that_counts_authors_once_ignores_flood_of_one_author(rule, keyword, owner):
    Rule.objects.update(counts_authors=True)
    found(keyword, *[HOUR] * 40, author="Bot")
    found(keyword, *[HOUR] * 2)
    evaluate_all(NOW)
    assert not Incident.objects.exists()
    found(keyword, *[HOUR] * 12)
    evaluate_all(NOW)
    assert Incident.objects.get().value == 54, "the number of the list"


def test_rule_that_counts_authors_once_counts_story_of_many_sites_once(rule, keyword, owner):
    Rule.objects.update(counts_authors=True)
    make_story(keyword, [{"found_at": NOW - HOUR, "author": f"Site {n}"} for n in range(40)])
    evaluate_all(NOW)
    assert not Incident.objects.exists()


def test_unusual_rule_is_unknown_until_keyword_has_a_past(rule, keyword):
    Keyword.objects.update(created_at=NOW - 2 * DAY)
    rule.refresh_from_db()
    assert verdict_is_unknown(rule)
    Keyword.objects.update(created_at=NOW - 5 * DAY)
    assert not verdict_is_unknown(Rule.objects.get())


def test_late_items_after_an_outage_open_no_incident(rule, keyword, source, owner):
    found(keyword, *[day * DAY + HOUR for day in range(1, 29) for _ in range(5)])
    found(keyword, *[HOUR] * 18)
    fail(source, 25 * HOUR, 2 * HOUR)
    evaluate_all(NOW)
    assert not Incident.objects.exists()


def test_silent_keyword_triggers_only_while_its_sources_are_read(keyword, source, owner):
    Rule.objects.create(project=keyword.project, keyword=keyword, condition="below", threshold=1, window_s=86400)
    fail(source, 20 * HOUR, None)
    evaluate_all(NOW)
    assert not Incident.objects.exists()
    SourcePeriod.objects.filter(state="failing").delete()
    evaluate_all(NOW)
    assert Incident.objects.get().value == 0


def test_rule_on_few_mentions_is_unknown_for_a_new_keyword(keyword, source):
    Keyword.objects.update(created_at=NOW - HOUR)
    rule = Rule.objects.create(
        project=keyword.project, keyword=keyword, condition="below", threshold=1, window_s=86400
    )
    assert verdict_is_unknown(Rule.objects.get(pk=rule.pk))


def test_incident_stays_open_while_sources_cannot_be_read(keyword, source, owner):
    rule = Rule.objects.create(project=keyword.project, keyword=keyword, threshold=3)
    found(keyword, *[HOUR / 2] * 5)
    evaluate_all(NOW)
    fail(source, timedelta(), None)
    for hours in range(1, 5):
        evaluate_all(NOW + hours * HOUR)
    assert Incident.objects.get(rule=rule).closed_at is None


def test_incident_closes_though_a_source_fails_for_weeks(keyword, source, owner):
    fail(source, 20 * DAY, None)
    Rule.objects.create(project=keyword.project, keyword=keyword, threshold=3)
    found(keyword, *[HOUR / 2] * 5)
    for hours in range(4):
        evaluate_all(NOW + hours * HOUR)
    assert Incident.objects.get().closed_at


def test_ready_made_rule_is_created_once_for_the_brand(project, owner):
    assert add_ready_made(project, owner, "bad_buzz") is None
    make_keyword(project, "Halo", type="competitor")
    brand = make_keyword(project, "Lumen", type="brand")
    first = add_ready_made(project, owner, "bad_buzz")
    assert (first.keyword, first.condition, first.sentiment) == (brand, "unusual", "negative")
    assert add_ready_made(project, owner, "bad_buzz") == first
