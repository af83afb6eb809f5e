"""Incidents that change while another transaction changes them."""

from datetime import timedelta

import pytest
from django.db import transaction

from alerts import incident_people, incidents
from alerts.evaluate import evaluate_all
from alerts.incident_escalation import escalate_incidents
from alerts.incident_log import entries_of
from alerts.models import Incident, Playbook
from delivery.models import Delivery
from monitoring.models import Mention
from tests.alerts.found_mentions import HOUR, NOW, make_found, make_rule
from tests.factories import make_keyword
from tests.racing import start_until_blocked

pytestmark = pytest.mark.django_db(transaction=True)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def keyword(project):
    return make_keyword(project, "Lumen")


@pytest.fixture
def lead(keyword):
    make_rule(keyword)
    make_found(keyword, 5)
    evaluate_all(NOW)
    Delivery.objects.all().delete()
    return Incident.objects.get()


def test_rule_does_not_join_an_incident_that_is_being_resolved(keyword, owner):
    joining = make_rule(keyword, threshold=8)
    make_rule(keyword)
    make_found(keyword, 5)
    evaluate_all(NOW)
    make_found(keyword, 5, ago=-MINUTE)
    with transaction.atomic():
        incidents.resolve(Incident.objects.get(), owner, NOW + MINUTE)
        evaluated = start_until_blocked(lambda: evaluate_all(NOW + 2 * MINUTE))
    evaluated.result(timeout=10)
    incident = Incident.objects.get(rule=joining)
    assert (incident.joined, incident.closed_at) == (None, None)


def test_row_of_a_closed_incident_is_closed_once_its_rule_is_back_to_normal(keyword, lead):
    rule = make_rule(keyword, threshold=4)
    evaluate_all(NOW)
    Incident.objects.filter(pk=lead.pk).update(closed_at=NOW)
    Mention.objects.all().delete()
    for minutes in (2, 63):
        evaluate_all(NOW + minutes * MINUTE)
    assert Incident.objects.get(rule=rule).closed_at == NOW + 63 * MINUTE
    assert not Delivery.objects.filter(key__contains=":closed:").exists()


def test_severity_that_another_evaluation_has_raised_stays(keyword, lead):
    make_found(keyword, 2)
    with transaction.atomic():
        Incident.objects.filter(pk=lead.pk).update(severity="critical")
        evaluated = start_until_blocked(lambda: evaluate_all(NOW + MINUTE))
    evaluated.result(timeout=10)
    lead.refresh_from_db()
    assert (lead.peak, lead.severity) == (7, "critical")
    assert "severity" not in [entry.kind for entry in entries_of(lead)]


def test_incident_that_is_being_acknowledged_is_not_escalated(lead, owner):
    Playbook.objects.create(project=lead.rule.project, escalate_after=15)
    with transaction.atomic():
        incident_people.acknowledge(lead, owner)
        escalated = start_until_blocked(lambda: escalate_incidents(NOW + HOUR))
    escalated.result(timeout=10)
    assert not Delivery.objects.filter(kind="escalation").exists()
    assert "escalated" not in [entry.kind for entry in entries_of(lead)]


def test_peak_of_a_joined_rule_and_closing_lock_rows_in_the_same_order(keyword):
    joining = make_rule(keyword, sentiment="negative")
    make_rule(keyword)
    make_found(keyword, 5)
    evaluate_all(NOW)
    make_found(keyword, 4, sentiment="negative")
    evaluate_all(NOW)
    row = Incident.objects.get(rule=joining)
    make_found(keyword, 9, sentiment="negative")
    with transaction.atomic():
        Incident.objects.select_for_update().get(pk=row.joined_id)
        evaluated = start_until_blocked(lambda: evaluate_all(NOW + MINUTE))
        Incident.objects.filter(pk=row.pk).update(calm_since=NOW)
    evaluated.result(timeout=10)
    assert Incident.objects.get(pk=row.pk).peak == 13
