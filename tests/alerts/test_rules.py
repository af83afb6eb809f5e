"""Rules open one incident per episode, with one email when it opens and one when it closes."""

from datetime import UTC, timedelta

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from accounts.models import ActivityEntry, Membership
from alerts import incident_people, rules
from alerts.counting import count_rules
from alerts.evaluate import evaluate_all
from alerts.models import Incident, Rule
from alerts.rules import sentence_of
from monitoring.insights import mentions
from monitoring.insights.filters import MentionFilter
from monitoring.models import SourcePeriod
from tests.alerts.found_mentions import HOUR, NOW, counts_of, filter_of_rule, make_found, messages
from tests.databases import server
from tests.factories import make_keyword, make_mentions, make_source
from tests.pages import words
from tests.racing import race

# An hour without any mention after the time window of the mentions has passed.
CALM = 2 * HOUR


@pytest.fixture
def keyword(project):
    return make_keyword(project, "Lumen", "lumen")


@pytest.fixture
def rule(keyword):
    """More than 3 mentions in 1 hour."""
    return Rule.objects.create(project=keyword.project, keyword=keyword, threshold=3)


def test_incident_opens_above_threshold_and_emails_managers_and_admins(rule, keyword, owner, manager, viewer):
    make_found(keyword, 4)
    evaluate_all(NOW)
    incident = Incident.objects.get()
    assert (incident.value, incident.baseline, incident.peak, incident.opened_at) == (4, 0, 4, NOW)
    assert sorted(message.recipient for message in messages("opened")) == [owner.email, manager.email]
    rule.refresh_from_db()
    assert rule.evaluated_at == NOW


def test_incident_does_not_open_at_threshold(rule, keyword):
    make_found(keyword, 3)
    evaluate_all(NOW)
    assert not Incident.objects.exists()


def test_histories_ignores_mentions_outside_both_windows(rule, keyword):
    make_found(keyword, 2)
    make_found(keyword, 5, ago=HOUR + timedelta(seconds=1))
    make_found(keyword, 1, ago=HOUR)
    make_found(keyword, 5, ago=timedelta(seconds=-1))
    assert counts_of(rule) == [5, 3]
    evaluate_all(NOW)
    assert not Incident.objects.exists()


def test_late_mention_counts_by_found_time(keyword, owner):
    rule = Rule.objects.create(project=keyword.project, keyword=keyword, threshold=3, window_s=Rule.Window.MIN_15)
    make_found(keyword, 4, ago=timedelta(minutes=1), published=NOW - 2 * HOUR)
    make_found(keyword, 4, ago=HOUR, published=NOW - timedelta(minutes=1))
    evaluate_all(NOW)
    assert Incident.objects.get(rule=rule).value == 4
    assert messages("opened").count() == 1


def test_rule_count_equals_length_of_linked_list(rule, keyword):
    make_found(keyword, 2, published=NOW - 9 * HOUR)
    make_found(keyword, 1, ago=2 * HOUR, published=NOW - timedelta(minutes=5))
    make_found(keyword, 3, is_backlog=True)
    make_found(keyword, 3, status="ignored")
    query = QueryDict(filter_of_rule(rule).to_query())
    shown = mentions.count(MentionFilter.from_query(keyword.project, query, NOW, UTC)).value
    assert shown == counts_of(rule)[-1] == 2


def test_backlog_and_ignored_mentions_trigger_no_incident(rule, keyword):
    make_found(keyword, 9, is_backlog=True)
    make_found(keyword, 9, status="ignored")
    evaluate_all(NOW)
    assert not Incident.objects.exists()


def test_first_poll_of_source_triggers_no_incident_whatever_its_dates(rule, keyword):
    source = make_source(keyword.project)
    polled_at = NOW - timedelta(minutes=20)
    SourcePeriod.objects.create(source=source, state="failing", error_code="timeout", started_at=polled_at - HOUR)
    SourcePeriod.objects.update(ended_at=polled_at)
    SourcePeriod.objects.create(source=source, state="working", started_at=polled_at)
    make_found(keyword, 9, ago=timedelta(minutes=20) - timedelta(seconds=2), source=source)
    make_found(keyword, 3, source=source)
    evaluate_all(NOW)
    assert not Incident.objects.exists()
    make_found(keyword, 1, ago=timedelta(minutes=5), source=source)
    evaluate_all(NOW)
    assert Incident.objects.get().value == 4


def test_source_that_works_again_triggers_incident(rule, keyword):
    source = make_source(keyword.project)
    polled_at = NOW - timedelta(minutes=20)
    periods = [("working", 9 * HOUR, HOUR), ("failing", HOUR, timedelta()), ("working", timedelta(), None)]
    for state, start, end in periods:
        ended_at = None if end is None else polled_at - end
        SourcePeriod.objects.create(source=source, state=state, started_at=polled_at - start, ended_at=ended_at)
    make_found(keyword, 9, ago=timedelta(minutes=20) - timedelta(seconds=2), source=source)
    evaluate_all(NOW)
    assert Incident.objects.get().value == 9


def test_increase_compares_with_previous_period(keyword):
    rule = Rule.objects.create(project=keyword.project, keyword=keyword, condition="increase", percent=200, minimum=5)
    make_found(keyword, 3, ago=timedelta(minutes=70))
    make_found(keyword, 8)
    evaluate_all(NOW)
    assert not Incident.objects.exists()
    make_found(keyword, 1)
    evaluate_all(NOW)
    assert (Incident.objects.get(rule=rule).value, Incident.objects.get().baseline) == (9, 3)


def test_incident_raises_peak_and_emails_once_when_opened_and_closed(rule, keyword, owner):
    make_found(keyword, 4)
    evaluate_all(NOW)
    make_found(keyword, 3)
    evaluate_all(NOW + timedelta(minutes=1))
    evaluate_all(NOW + timedelta(minutes=2))
    assert Incident.objects.get().peak == 7
    evaluate_all(NOW + HOUR)
    assert Incident.objects.get().closed_at is None
    evaluate_all(NOW + CALM)
    evaluate_all(NOW + CALM + timedelta(minutes=1))
    incident = Incident.objects.get()
    assert incident.closed_at == NOW + CALM
    assert (messages("opened").count(), messages("closed").count()) == (1, 1)
    opened, closed = messages("opened").get(), messages("closed").get()
    assert closed.headers["In-Reply-To"] == opened.message_id
    assert opened.subject == "Alert · Lumen: 4 mentions in 1 hour"
    assert closed.subject == "Resolved · Lumen: 7 mentions in 1 hour"


def test_second_episode_opens_second_incident(rule, keyword, owner):
    make_found(keyword, 4)
    evaluate_all(NOW)
    evaluate_all(NOW + HOUR)
    evaluate_all(NOW + CALM)
    make_found(keyword, 5, ago=-2 * HOUR)
    evaluate_all(NOW + 2 * HOUR + timedelta(minutes=1))
    assert Incident.objects.count() == 2
    assert messages("opened").count() == 2


def test_incident_email_shows_rule_and_latest_mentions(rule, keyword, owner):
    make_source(keyword.project, error_code="timeout")
    make_found(keyword, 5)
    evaluate_all(NOW)
    message = messages("opened").get()
    for body in (message.text, message.html):
        assert "Alert when Lumen gets more than 3 mentions in 1 hour" in body
        assert "Lumen 4" in body
        assert f"/p/{keyword.project_id}/incidents/{Incident.objects.get().pk}" in body
        assert "1 source is failing, so the count may be too low." in body


def test_selected_recipients_receive_email_while_they_are_members(rule, keyword, owner, viewer):
    rule.recipients.set([viewer])
    make_found(keyword, 4)
    evaluate_all(NOW)
    assert [message.recipient for message in messages("opened")] == [viewer.email]
    Membership.objects.filter(user=viewer).delete()
    evaluate_all(NOW + HOUR)
    evaluate_all(NOW + CALM)
    assert [message.recipient for message in messages("closed")] == [owner.email]


def test_paused_rule_or_keyword_opens_no_incident(rule, keyword, owner):
    make_found(keyword, 9)
    rules.pause_rule(rule, owner, paused=True)
    evaluate_all(NOW)
    rules.pause_rule(rule, owner, paused=False)
    keyword.is_paused = True
    keyword.save()
    evaluate_all(NOW)
    assert not Incident.objects.exists()


def test_pause_rule_closes_incident_without_email(rule, keyword, owner):
    make_found(keyword, 9)
    evaluate_all(NOW)
    rules.pause_rule(rule, owner, paused=True)
    assert Incident.objects.get().closed_at
    assert messages("closed").count() == 0
    assert ActivityEntry.objects.filter(action="rule.paused").count() == 1


def test_incident_closes_without_email_once_its_rule_alerts_at_each_mention(rule, keyword, owner, as_person):
    make_found(keyword, 4)
    evaluate_all(NOW)
    form = {"about": "keyword", "keyword": keyword.pk, "measure": "mentions", "condition": "each", "window_s": 3600}
    client = as_person(owner)
    assert client.post(f"/p/{keyword.project_id}/rules/{rule.pk}/edit", form).status_code == 302
    for minutes in (1, 2):
        evaluate_all(NOW + timedelta(minutes=minutes))
    incident = Incident.objects.get()
    assert incident.closed_at == NOW + timedelta(minutes=1)
    assert messages("closed").count() == 0
    page = client.get(f"/p/{keyword.project_id}/incidents/{incident.pk}")
    assert "Resolved: the rule was changed" in words(page)


def test_incident_of_paused_keyword_still_closes(rule, keyword, owner):
    make_found(keyword, 9)
    evaluate_all(NOW)
    keyword.is_paused = True
    keyword.save()
    evaluate_all(NOW + HOUR)
    evaluate_all(NOW + CALM)
    assert Incident.objects.get().closed_at


def test_incident_keeps_rule_settings_when_rule_changes(rule, keyword, owner):
    from alerts.incident_messages import sentence_at_opening

    make_found(keyword, 9)
    evaluate_all(NOW)
    rule.threshold, rule.window_s = 100, 86400
    rules.save_rule(rule, owner, [])
    assert sentence_at_opening(Incident.objects.get()) == "Alert when Lumen gets more than 3 mentions in 1 hour"


def test_acknowledge_keeps_first_person(rule, keyword, owner, manager):
    make_found(keyword, 9)
    evaluate_all(NOW)
    incident = Incident.objects.get()
    assert incident_people.acknowledge(incident, manager)
    assert not incident_people.acknowledge(incident, owner)
    incident.refresh_from_db()
    assert incident.acknowledged_by == manager
    assert ActivityEntry.objects.filter(action="incident.acknowledged", user=manager).count() == 1


def test_evaluate_all_runs_one_count_per_window_length(keyword, owner, django_assert_num_queries):
    others = [make_keyword(keyword.project) for _ in range(20)]
    Rule.objects.bulk_create(
        Rule(project=keyword.project, keyword=other, threshold=3, window_s=window_s)
        for other in others
        for window_s in (900, 3600)
    )
    # Incidents, rules, keywords, projects, two of sources, first polls, a count for each of two windows, evaluated_at.
    with django_assert_num_queries(10):
        evaluate_all(NOW)


def test_histories_uses_index_only_scan(rule):
    # In an empty table every index costs the same.
    make_mentions(rule.keyword, [{"found_at": NOW - timedelta(hours=number)} for number in range(300)])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE monitoring_mention")
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
        with CaptureQueriesContext(connection) as captured:
            count_rules([rule], NOW)
        cursor.execute("EXPLAIN " + captured.captured_queries[-1]["sql"])
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Index Only Scan using mention_by_find" in plan, plan


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"threshold": 50}, "Alert when Lumen gets more than 50 mentions in 1 hour"),
        ({"threshold": 1, "window_s": 900}, "Alert when Lumen gets more than 1 mention in 15 minutes"),
        (
            {"condition": "increase", "percent": 150, "minimum": 10, "window_s": 86400},
            "Alert when mentions of Lumen rise by 150% or more in 24 hours, with a minimum of 10",
        ),
        (
            {"condition": "increase", "percent": 150, "minimum": 0},
            "Alert when mentions of Lumen rise by 150% or more in 1 hour",
        ),
        (
            {"threshold": 1, "sentiment": "negative"},
            "Alert when Lumen gets more than 1 negative mention in 1 hour",
        ),
        (
            {"threshold": 20, "sentiment": "negative", "with_uncertain": True},
            "Alert when Lumen gets more than 20 negative or uncertain mentions in 1 hour",
        ),
        (
            {"threshold": 50, "counts_stories": False},
            "Alert when Lumen gets more than 50 mentions in 1 hour, reprints included",
        ),
        (
            {"condition": "increase", "percent": 150, "minimum": 10, "sentiment": "positive"},
            "Alert when positive mentions of Lumen rise by 150% or more in 1 hour, with a minimum of 10",
        ),
        ({"condition": "below", "threshold": 5}, "Alert when Lumen gets fewer than 5 mentions in 1 hour"),
        ({"condition": "below", "threshold": 1}, "Alert when Lumen gets no mentions in 1 hour"),
        (
            {"condition": "unusual", "minimum": 5, "sentiment": "negative", "counts_authors": True},
            "Alert when negative mentions of Lumen are unusually frequent in 1 hour, with a minimum of 5, each author "
            "counted once",
        ),
        (
            {"condition": "unusual", "minimum": 5, "sensitivity": "nervous"},
            "Alert when mentions of Lumen are unusually frequent in 1 hour, with a minimum of 5, high sensitivity",
        ),
    ],
)
def test_rule_sentence(keyword, fields, sentence):
    assert sentence_of(Rule(project=keyword.project, keyword=keyword, **fields)) == sentence


@pytest.mark.django_db(transaction=True)
def test_rules_after_one_whose_session_was_ended_are_evaluated(keyword, owner):
    for _ in range(3):
        Rule.objects.create(project=keyword.project, keyword=keyword, threshold=3)
        make_found(keyword, 4)
    ended = []

    def end_session(execute, sql, params, many, context):
        """End the session when the first rule is about to open its incident."""
        if not ended and "closed_by_id" in sql and "ORDER BY" in sql:
            ended.append(connection.connection.get_backend_pid())
            with server() as cursor:
                cursor.execute("SELECT pg_terminate_backend(%s)", ended)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(end_session):
        evaluate_all(NOW)
    assert ended
    assert Incident.objects.count() == 2
    evaluate_all(NOW + timedelta(minutes=1))
    assert Incident.objects.filter(closed_at=None).count() == 3


@pytest.mark.django_db(transaction=True)
def test_concurrent_evaluations_open_and_close_one_incident_with_one_email(rule, keyword, owner):
    make_found(keyword, 9)
    assert race(*[lambda: evaluate_all(NOW)] * 4) == [None] * 4
    assert (Incident.objects.count(), messages("opened").count()) == (1, 1)
    evaluate_all(NOW + HOUR)
    assert race(*[lambda: evaluate_all(NOW + CALM)] * 4) == [None] * 4
    assert (Incident.objects.filter(closed_at=None).count(), messages("closed").count()) == (0, 1)
