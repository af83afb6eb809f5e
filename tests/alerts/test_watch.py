"""Late evaluation and failing servers are reported to the admins, through what still works, once."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from alerts.models import EvaluationState, Rule
from alerts.tasks import evaluate_rules, report_late_evaluation
from alerts.watch import report_late
from delivery.models import Delivery, Destination, ServerOutage
from delivery.outage_reports import report_outages
from tests.factories import make_keyword, make_mention, make_source

MINUTE = timedelta(minutes=1)


@pytest.fixture
def chat(project):
    return Destination.objects.create(project=project, channel="ntfy", name="On call", language="fr")


@pytest.fixture
def rule(project, mailbox, chat, owner, manager):
    keyword = make_keyword(project, "Lumen")
    make_mention(keyword, source=make_source(project))
    return Rule.objects.create(project=project, keyword=keyword, threshold=3)


def messages():
    return [(row.recipient, row.subject) for row in Delivery.objects.order_by("created_at")]


def outage(channel="email", minutes=20, **fields):
    now = timezone.now()
    return ServerOutage.objects.create(
        server=f"{channel}:1",
        channel=channel,
        since=now - minutes * MINUTE,
        retry_at=now + MINUTE,
        error_code="unreachable",
        error="timed out",
        **fields,
    )


def test_late_evaluation_is_told_once_by_email_and_channel_and_so_is_its_end(rule, owner):
    evaluate_rules()
    now = timezone.now()
    report_late(now + 4 * MINUTE)
    assert messages() == []
    for minutes in (6, 7, 8):
        report_late(now + minutes * MINUTE)
    assert messages() == [
        ("ada@example.com", "Alert rules are not being evaluated"),
        ("On call", "Les règles d’alerte ne sont plus évaluées"),
    ]
    evaluate_rules()
    report_late_evaluation()
    report_late_evaluation()
    assert messages()[2:] == [
        ("ada@example.com", "Alert rules are evaluated again"),
        ("On call", "Les règles d’alerte sont de nouveau évaluées"),
    ]


def test_late_evaluation_is_told_to_no_project_without_active_rules(rule):
    Rule.objects.update(is_paused=True)
    evaluate_rules()
    report_late(timezone.now() + 10 * MINUTE)
    assert messages() == []


@pytest.mark.parametrize("name", ["overview", "rules", "incidents"])
def test_pages_of_alerts_say_that_evaluation_is_late(name, rule, owner, as_person):
    evaluate_rules()
    client = as_person(owner)
    assert "last evaluated" not in client.get(reverse(name, args=[rule.project_id])).text
    EvaluationState.objects.update(evaluated_at=timezone.now() - 30 * MINUTE)
    assert "The rules were last evaluated" in client.get(reverse(name, args=[rule.project_id])).text


def test_failing_mail_server_is_told_to_channels_once(rule):
    outage(minutes=10)
    report_outages(timezone.now())
    assert messages() == []
    for _ in range(2):
        report_outages(timezone.now() + 6 * MINUTE)
    assert messages() == [("On call", "Impossible d’envoyer des messages : E-mail")]


def test_failing_channel_is_told_to_admins_by_email(rule, chat):
    outage("ntfy", destination=chat)
    report_outages(timezone.now())
    assert messages() == [("ada@example.com", "Messages can’t be sent: On call")]
    text = Delivery.objects.get().text
    assert "timed out" in text and reverse("outbox", args=[chat.project_id]) in text


def test_healthz_reports_late_alerts_and_failing_delivery(rule, client):
    evaluate_rules()
    parts = ("postgres", "redis", "alerts", "delivery", "bounces")
    assert client.get("/healthz?all").json() == dict.fromkeys(parts, "ok")
    outage()
    EvaluationState.objects.update(evaluated_at=timezone.now() - 6 * MINUTE)
    assert client.get("/healthz").status_code == 200
    response = client.get("/healthz?all")
    assert response.status_code == 503
    assert response.json() == dict.fromkeys(parts, "ok") | {"alerts": "late", "delivery": "failing"}
