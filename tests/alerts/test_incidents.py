"""Incidents with several rules, their severity, their log, what people do about them, and escalation."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from alerts import incident_people, incidents, rules
from alerts.conditions.severity import severity
from alerts.evaluate import evaluate_all
from alerts.incident_escalation import escalate_incidents
from alerts.incident_log import entries_of
from alerts.models import Incident, IncidentEntry, Playbook, Rule
from delivery.models import Delivery
from monitoring.models import Mention
from tests.alerts.found_mentions import HOUR, NOW, make_found, make_rule
from tests.factories import make_keyword, make_mentions, make_source

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def keyword(project):
    return make_keyword(project, "Lumen")


def leads():
    return list(Incident.objects.filter(joined=None).order_by("pk"))


def kinds(incident):
    return [entry.kind for entry in entries_of(incident)]


def make_calm():
    Mention.objects.all().delete()


# --- joining ---------------------------------------------------------------------------------------------------


def test_simultaneous_rules_on_the_same_items_join_one_incident(keyword, owner, manager):
    every = make_rule(keyword)
    negative = make_rule(keyword, sentiment="negative")
    negative.recipients.set([owner, manager])
    every.recipients.set([owner])
    make_found(keyword, 6, sentiment="negative")
    evaluate_all(NOW)
    (lead,) = leads()
    assert list(lead.others.values_list("rule_id", flat=True)) == [negative.pk]
    assert kinds(lead) == ["opened", "joined"]
    keys = Delivery.objects.order_by("key").values_list("key", flat=True)
    assert list(keys) == sorted(f"incident:{lead.pk}:opened:{user.pk}" for user in (owner, manager))


def test_rules_on_two_keywords_join_if_most_items_are_the_same(project, keyword):
    other = make_keyword(project, "Halo")
    make_rule(keyword)
    make_rule(other)
    at = NOW - 10 * MINUTE
    make_mentions([keyword, other], [{"found_at": at, "published": at} for _ in range(4)])
    evaluate_all(NOW)
    assert len(leads()) == 1


def test_rules_on_different_items_open_incidents_of_their_own(project, keyword):
    other = make_keyword(project, "Halo")
    make_rule(keyword)
    make_rule(other)
    make_found(keyword, 5)
    make_found(other, 5)
    evaluate_all(NOW)
    assert len(leads()) == 2


def test_oldest_of_the_rules_triggered_together_opens_the_incident(keyword):
    first = make_rule(keyword)
    make_rule(keyword)
    Rule.objects.filter(pk=first.pk).update(created_at=NOW)  # Postgres now reads this row last
    make_found(keyword, 5)
    evaluate_all(NOW)
    assert [one.rule_id for one in leads()] == [first.pk]


def test_rule_joins_an_incident_that_is_open_already(keyword):
    make_rule(keyword)
    make_rule(keyword, threshold=8)
    make_found(keyword, 5)
    evaluate_all(NOW)
    make_found(keyword, 5, ago=-MINUTE)
    evaluate_all(NOW + 2 * MINUTE)
    assert len(leads()) == 1 and Incident.objects.count() == 2


def test_incident_closes_when_all_its_rules_are_back_to_normal(keyword, owner):
    first, second = make_rule(keyword), make_rule(keyword, window_s=6 * 3600)
    make_found(keyword, 5)
    evaluate_all(NOW)
    for hours in range(8):
        evaluate_all(NOW + hours * HOUR)
        assert {one.closed_at for one in Incident.objects.all()} in ({None}, {NOW + hours * HOUR})
    assert not Incident.objects.filter(closed_at=None).exists()
    assert {row.rule_id for row in Incident.objects.all()} == {first.pk, second.pk}
    assert Delivery.objects.filter(key__contains=":closed:").count() == 1
    assert kinds(leads()[0])[-2:] == ["calm", "resolved"]


def test_pausing_the_first_rule_keeps_the_incident_of_the_second_open(keyword, owner):
    first = make_rule(keyword)
    make_rule(keyword, sentiment="negative")
    make_found(keyword, 5, sentiment="negative")
    evaluate_all(NOW)
    rules.pause_rule(first, owner, paused=True)
    evaluate_all(NOW + MINUTE)
    assert Incident.objects.filter(closed_at=None).count() == 2
    make_calm()
    for minutes in (2, 63, 64):
        evaluate_all(NOW + minutes * MINUTE)
    assert not Incident.objects.filter(closed_at=None).exists()


def test_deleting_the_first_rule_leaves_the_incident_of_the_second(keyword, owner):
    first = make_rule(keyword)
    second = make_rule(keyword, sentiment="negative")
    make_found(keyword, 5, sentiment="negative")
    evaluate_all(NOW)
    rules.delete_rule(first, owner)
    assert [one.rule_id for one in leads()] == [second.pk]


# --- severity and log ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "limit", "negative", "analyzed", "expected"),
    [
        (12, 10, 0, 12, "moderate"),
        (12, 10, 6, 12, "high"),
        (8, 3, 8, 8, "high"),
        (20, 10, 0, 20, "high"),
        (20, 10, 12, 20, "critical"),
        (40, 10, 0, 0, "critical"),
        (9, 0, 0, 0, "critical"),
    ],
)
def test_severity_rises_with_distance_from_limit_and_negative_share(count, limit, negative, analyzed, expected):
    assert severity(count, limit, negative, analyzed) == expected


def test_severity_of_a_critical_rule_is_critical_and_of_too_few_mentions_moderate(keyword):
    keyword.created_at = NOW - 90 * HOUR
    keyword.save()
    make_source(keyword.project, created_at=NOW - 90 * HOUR)
    make_rule(keyword, is_critical=True)
    make_rule(keyword, condition="below", threshold=9)
    make_found(keyword, 5)
    evaluate_all(NOW)
    found = {one.rule.condition: one.severity for one in Incident.objects.all()}
    assert found == {"above": "critical", "below": "moderate"}


def test_growing_incident_logs_doublings_and_severity(keyword):
    make_rule(keyword)
    make_found(keyword, 4)
    evaluate_all(NOW)
    make_found(keyword, 5)
    evaluate_all(NOW + MINUTE)
    make_found(keyword, 8)
    evaluate_all(NOW + 2 * MINUTE)
    (lead,) = leads()
    assert kinds(lead) == ["opened", "doubled", "severity", "doubled", "severity"]
    assert (lead.peak, lead.severity) == (17, "critical")


def test_new_peak_is_stored_without_reading_the_rule_again(keyword, django_assert_num_queries):
    make_rule(keyword)
    make_found(keyword, 4)
    evaluate_all(NOW)
    make_found(keyword, 1)
    # Incidents, rules, keywords, projects, two of sources, first polls, a count, a savepoint, the peak, two of the
    # severity, the end of the savepoint, evaluated_at.
    with django_assert_num_queries(14):
        evaluate_all(NOW + MINUTE)


def test_severity_rises_when_the_mentions_are_analyzed_after_the_opening(keyword):
    make_rule(keyword, threshold=9)
    make_found(keyword, 12)
    evaluate_all(NOW)
    Mention.objects.update(sentiment="negative")
    evaluate_all(NOW + MINUTE)
    (lead,) = leads()
    assert lead.severity == "high" and kinds(lead) == ["opened", "severity"]


# --- people ----------------------------------------------------------------------------------------------------


@pytest.fixture
def incident(keyword):
    make_rule(keyword)
    make_found(keyword, 5)
    evaluate_all(NOW)
    Delivery.objects.all().delete()
    return Incident.objects.get()


def test_acknowledging_makes_the_person_responsible_unless_somebody_is(incident, owner, manager):
    incident_people.assign(incident, owner, manager.pk)
    incident_people.acknowledge(incident, owner)
    incident.refresh_from_db()
    assert (incident.acknowledged_by, incident.assignee) == (owner, manager)
    assert Delivery.objects.get().recipient == manager.email
    assert kinds(incident) == ["opened", "assigned", "acknowledged"]


def test_comment_emails_the_members_that_it_names(incident, owner, manager, stranger):
    comment = incident_people.comment(incident, owner, f"@{manager.email} and @{stranger.email}: call them")
    assert comment.mentioned == [manager.pk]
    message = Delivery.objects.get()
    assert message.recipient == manager.email and "call them" in message.text


@pytest.mark.parametrize("text", ["", "  \x00 ", "x" * 5001])
def test_comment_is_rejected_without_text_or_too_long(incident, owner, text):
    with pytest.raises(ValidationError):
        incident_people.comment(incident, owner, text)
    assert not IncidentEntry.objects.filter(kind="comment").exists()


def test_person_of_another_project_cannot_be_given_an_incident_or_a_task(incident, owner, stranger):
    with pytest.raises(ValidationError):
        incident_people.assign(incident, owner, stranger.pk)
    with pytest.raises(ValidationError):
        incident_people.add_task(incident, owner, "Call", stranger.pk)
    assert not incident.tasks.exists()


def test_task_is_checked_once_and_logged_with_its_title(incident, owner, manager):
    task = incident_people.add_task(incident, owner, "Call the carrier", manager.pk)
    for is_done in (True, True, False):
        incident_people.set_task_done(task, manager, is_done)
    titles = [(entry.kind, entry.text) for entry in entries_of(incident)][1:]
    assert titles == [(kind, "Call the carrier") for kind in ("task_added", "task_done", "task_reopened")]
    assert Delivery.objects.get().recipient == manager.email


def test_incident_starts_with_the_checklist_of_the_playbook(keyword):
    Playbook.objects.create(project=keyword.project, checklist="Tell the board\n\n  Stop the campaign \n")
    make_rule(keyword)
    make_found(keyword, 5)
    evaluate_all(NOW)
    assert list(leads()[0].tasks.values_list("title", flat=True)) == ["Tell the board", "Stop the campaign"]


def test_incident_resolved_by_hand_opens_again_only_for_more_mentions(incident, keyword, owner):
    assert incidents.resolve(incident, owner, NOW + MINUTE) and not incidents.resolve(incident, owner, NOW + MINUTE)
    assert Delivery.objects.get().key == f"incident:{incident.pk}:closed:{owner.pk}"
    evaluate_all(NOW + 2 * MINUTE)
    assert Incident.objects.count() == 1
    make_found(keyword, 1)
    evaluate_all(NOW + 3 * MINUTE)
    assert Incident.objects.count() == 2


def test_numbers_of_the_last_messages_are_read_once_for_all_recipients(incident, owner, manager, viewer):
    incident.rule.recipients.set([owner, manager, viewer])
    with CaptureQueriesContext(connection) as queries:
        incidents.resolve(incident, owner, NOW + MINUTE)
    assert Delivery.objects.filter(key__contains=":closed:").count() == 3
    counts = [one["sql"] for one in queries if "COUNT(DISTINCT" in one["sql"] and "monitoring_mention" in one["sql"]]
    assert len(counts) == 2


# --- escalation ------------------------------------------------------------------------------------------------


def test_unacknowledged_incident_is_escalated_once_after_the_time_of_the_playbook(incident, owner, manager):
    playbook = Playbook.objects.create(project=incident.rule.project, escalate_after=15)
    playbook.escalate_to.add(manager)
    for minutes in (14, 15, 16):
        escalate_incidents(NOW + minutes * MINUTE)
    message = Delivery.objects.get()
    assert (message.recipient, message.kind) == (manager.email, "escalation")
    assert "15 minutes" in message.text
    assert kinds(incident) == ["opened", "escalated"]


def test_escalation_goes_to_the_admins_when_nobody_is_chosen(incident, owner, manager):
    Playbook.objects.create(project=incident.rule.project, escalate_after=15)
    escalate_incidents(NOW + HOUR)
    assert Delivery.objects.get().recipient == owner.email


@pytest.mark.parametrize("state", ["acknowledged", "resolved", "no playbook"])
def test_incident_is_not_escalated_when_somebody_has_it_or_it_is_over(incident, owner, state):
    if state != "no playbook":
        Playbook.objects.create(project=incident.rule.project, escalate_after=15)
    if state == "acknowledged":
        incident_people.acknowledge(incident, owner)
    if state == "resolved":
        incidents.resolve(incident, owner, NOW)
    escalate_incidents(NOW + HOUR)
    assert not Delivery.objects.filter(kind="escalation").exists()
