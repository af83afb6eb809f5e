"""Quiet hours hold alerts, and one summary follows of those that are still true; critical rules don't wait."""

import re
from datetime import UTC, datetime, time, timedelta

import pytest
from django.test import Client

from alerts.each_mention import send_each
from alerts.evaluate import evaluate_all
from alerts.held import send_held
from alerts.models import HeldAlert, Incident, QuietHours, Rule
from alerts.quiet_hours import is_quiet
from tests.alerts.found_mentions import HOUR, NOW, make_found, messages
from tests.factories import make_keyword

MORNING = NOW + 8 * HOUR
MINUTE = timedelta(minutes=1)


@pytest.fixture
def keyword(project):
    return make_keyword(project, "Lumen", "lumen")


@pytest.fixture
def quiet(owner):
    """11:00 to 19:00 UTC, around NOW."""
    owner.time_zone = "UTC"
    owner.save()
    return QuietHours.objects.create(user=owner, start=time(11), end=time(19))


@pytest.fixture
def rule(keyword):
    return Rule.objects.create(project=keyword.project, keyword=keyword, threshold=3, window_s=86400)


@pytest.mark.parametrize(
    ("start", "end", "local", "expected"),
    [
        (time(22), time(7), "2026-06-10 23:00", True),
        (time(22), time(7), "2026-06-10 06:59", True),
        (time(22), time(7), "2026-06-10 07:00", False),
        (time(12), time(14), "2026-06-10 12:00", True),
        (time(12), time(14), "2026-06-10 14:00", False),
        (time(12), time(12), "2026-06-10 12:00", False),
        (time(12), time(14), "2026-06-13 18:00", True),
    ],
)
def test_quiet_hours_go_over_midnight_and_the_weekend(start, end, local, expected):
    moment = datetime.strptime(local, "%Y-%m-%d %H:%M").replace(tzinfo=UTC)
    assert is_quiet(start, end, weekends=True, local=moment) == expected


def test_account_page_turns_quiet_hours_off(quiet, owner, as_person):
    assert "Turn off quiet hours" in as_person(owner).get("/account").content.decode()
    page = as_person(owner).post("/account/quiet-hours", follow=True).content.decode()
    assert "Quiet hours turned off." in page and ">Turn off quiet hours<" not in page
    assert not QuietHours.objects.exists()


def test_alert_waits_and_summary_tells_what_is_still_open(quiet, rule, keyword, owner, manager):
    make_found(keyword, 4)
    evaluate_all(NOW)
    assert [message.recipient for message in messages()] == [manager.email], "nobody else waits"
    send_held(NOW + HOUR)
    assert messages().count() == 1
    send_held(MORNING)
    send_held(MORNING)
    summary = messages("").get(key__startswith="held:")
    assert (summary.recipient, summary.subject) == (owner.email, f"{keyword.project.name} · 1 incident is open")
    assert "Lumen: 4 mentions in 24 hours" in summary.text
    assert not HeldAlert.objects.exists()


def test_incident_of_several_rules_is_one_line_of_the_summary(quiet, rule, keyword, owner):
    Rule.objects.create(project=keyword.project, keyword=keyword, threshold=2, window_s=86400)
    make_found(keyword, 4)
    evaluate_all(NOW)
    lead = Incident.objects.get(joined=None)
    assert HeldAlert.objects.count() == 2
    send_held(MORNING)
    summary = messages().get(recipient=owner.email)
    assert summary.subject == f"{keyword.project.name} · 1 incident is open"
    assert summary.text.count("/incidents/") == summary.text.count(f"/incidents/{lead.pk}") == 1


def test_incident_that_opens_and_closes_in_quiet_hours_is_not_told(quiet, keyword, owner):
    Rule.objects.create(project=keyword.project, keyword=keyword, threshold=3)
    make_found(keyword, 4)
    for hours in range(3):
        evaluate_all(NOW + hours * HOUR)
    assert Incident.objects.get().closed_at
    send_held(MORNING)
    assert not messages().filter(recipient=owner.email).exists()
    assert not HeldAlert.objects.exists()


def test_end_of_an_incident_waits_too(quiet, keyword, owner):
    Rule.objects.create(project=keyword.project, keyword=keyword, threshold=3)
    make_found(keyword, 4, ago=2 * HOUR)
    evaluate_all(NOW - 90 * timedelta(minutes=1))
    assert messages("opened").count() == 1
    evaluate_all(NOW)
    evaluate_all(NOW + HOUR)
    assert Incident.objects.get().closed_at
    assert messages("closed").count() == 0
    send_held(MORNING)
    assert "Resolved meanwhile" in messages().last().text


def test_person_alerted_before_quiet_hours_is_notified_of_the_end_when_a_rule_joins_in_them(keyword, owner, quiet):
    Rule.objects.create(project=keyword.project, keyword=keyword, threshold=3)
    make_found(keyword, 4, ago=2 * HOUR)
    evaluate_all(NOW - 90 * MINUTE)
    assert messages("opened").get().recipient == owner.email
    joining = Rule.objects.create(project=keyword.project, keyword=keyword, threshold=2, window_s=21600)
    evaluate_all(NOW)
    assert Incident.objects.get(rule=joining).joined
    assert not HeldAlert.objects.exists(), "they already know of the incident"
    for hours in range(1, 7):
        evaluate_all(NOW + hours * HOUR)
    assert not Incident.objects.filter(closed_at=None).exists()
    assert not messages("closed").exists()
    send_held(MORNING)
    assert "Resolved meanwhile" in messages().get(key__startswith="held:").text


def test_person_alerted_by_a_critical_rule_in_quiet_hours_is_notified_of_the_end(keyword, owner, quiet, rule):
    make_found(keyword, 4)
    evaluate_all(NOW)
    Rule.objects.create(project=keyword.project, keyword=keyword, threshold=2, window_s=86400, is_critical=True)
    evaluate_all(NOW + MINUTE)
    assert messages("opened").get().recipient == owner.email
    Rule.objects.filter(is_critical=True).update(is_critical=False)
    for hours in range(23, 27):
        evaluate_all(NOW + hours * HOUR)
    assert not Incident.objects.filter(closed_at=None).exists()
    send_held(MORNING + 24 * HOUR)
    assert "Resolved meanwhile" in messages().get(key__startswith="held:").text


def test_critical_rule_does_not_wait(quiet, rule, keyword, owner):
    Rule.objects.update(is_critical=True)
    make_found(keyword, 4)
    evaluate_all(NOW)
    assert [message.recipient for message in messages("opened")] == [owner.email]


def test_single_mentions_wait_and_are_summed_up(quiet, keyword, owner):
    Rule.objects.create(project=keyword.project, keyword=keyword, condition="each", created_at=NOW - HOUR)
    for minutes in (0, 10):
        make_found(keyword, 2, ago=timedelta(minutes=1 - minutes))
        send_each(NOW + timedelta(minutes=minutes))
    assert not messages().exists()
    make_found(keyword, 1, ago=-8 * HOUR + MINUTE)
    send_held(MORNING)
    assert "4 new mentions · Alert at each mention of Lumen" in messages().get().text
    send_each(MORNING)
    assert messages().last().subject == "Lumen: 1 new mention", "not in the summary"


def test_mention_found_between_the_quiet_hours_and_the_summary_is_sent_once(quiet, keyword, owner):
    Rule.objects.create(project=keyword.project, keyword=keyword, condition="each", created_at=NOW - HOUR)
    make_found(keyword, 2)
    send_each(NOW)
    end = NOW + 7 * HOUR
    make_found(keyword, 1, ago=NOW - end - MINUTE, title="The last one")
    send_each(end + 2 * MINUTE)
    assert messages().get().subject == "Lumen: 1 new mention"
    send_held(end + 2 * MINUTE)
    summary = messages().get(key__startswith="held:")
    assert "2 new mentions · Alert at each mention of Lumen" in summary.text
    [path] = re.findall(r"https?://[^/]+(/p/\S+mentions\S+)", summary.text)
    client = Client()
    client.force_login(owner)
    assert "The last one" not in client.get(path).content.decode()


def test_mentions_of_a_rule_that_no_longer_lists_any_are_not_summed_up(quiet, keyword, owner):
    Rule.objects.create(project=keyword.project, keyword=keyword, condition="each", created_at=NOW - HOUR)
    make_found(keyword, 2)
    send_each(NOW)
    Rule.objects.update(measure="silent", condition="above", threshold=1)
    send_held(MORNING)
    assert not messages().exists()
    assert not HeldAlert.objects.exists()


def test_failure_of_one_summary_does_not_stop_the_others(quiet, rule, keyword, owner, manager):
    QuietHours.objects.create(user=manager, start=time(11), end=time(16))
    halo = make_keyword(keyword.project, "Halo", "halo")
    broken = Rule.objects.create(project=keyword.project, keyword=halo, threshold=3, window_s=86400)
    broken.recipients.set([owner])
    rule.recipients.set([manager])
    make_found(keyword, 4)
    make_found(halo, 4)
    evaluate_all(NOW)
    Incident.objects.filter(rule=broken).update(settings={})
    send_held(MORNING)
    assert [message.recipient for message in messages()] == [manager.email]
    assert HeldAlert.objects.get().user == owner
