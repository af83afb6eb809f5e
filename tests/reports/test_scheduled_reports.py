"""Reports by email: the schedule, members and addresses without an account, confirmation, and unsubscribing."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.models import ActivityEntry
from delivery import external_recipients
from delivery.models import Delivery, ExternalRecipient
from reports.changes import change_report, create_report
from reports.models import Edition
from reports.recipients import add_recipient
from reports.schedule import write_due
from tests.factories import make_keyword, make_mentions

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 11, 18, 12, tzinfo=PARIS)  # a Wednesday
MONDAY = datetime(2026, 11, 23, 9, 30, tzinfo=PARIS)
CLIENT = "client@example.org"


@pytest.fixture
def report(project, owner, today):
    make_mentions(make_keyword(project, "Lumen", type="brand"), [{"published": NOW}] * 3)
    report = create_report(project, owner, title="Weekly", language="en")
    return change_report(report, owner, is_scheduled=True, hour=9, weekday=0)


@pytest.fixture
def today(monkeypatch):
    """Let the reports be turned on at NOW."""
    monkeypatch.setattr("reports.changes.timezone.now", lambda: NOW)


def mails(kind="report"):
    return list(Delivery.objects.filter(kind=kind).order_by("created_at", "recipient"))


def confirm_path():
    question = mails("message")[-1]
    return re.search(r"http://[^/]+(/confirm/\S+)", question.text)[1]


def test_report_is_sent_by_the_server_when_its_time_zone_is_gone(report, owner, viewer):
    add_recipient(report, owner, viewer.email, NOW)
    type(report).objects.update(time_zone="Mars/Olympus")
    assert write_due(MONDAY) == 1
    Edition.objects.update(time_zone="Mars/Olympus")
    assert Edition.objects.get().zone.key == settings.TIME_ZONE


def test_report_is_sent_once_per_period_to_members_and_confirmed_addresses(report, owner, viewer):
    for email in (viewer.email, CLIENT, "other@example.org"):
        add_recipient(report, owner, email, NOW)
    ExternalRecipient.objects.filter(email=CLIENT).update(confirmed_at=NOW)
    assert write_due(MONDAY - timedelta(hours=1)) == 0
    assert write_due(MONDAY) == 1
    assert write_due(MONDAY + timedelta(hours=1)) == 0
    assert sorted(mail.recipient for mail in mails()) == [CLIENT, viewer.email]
    edition = Edition.objects.get()
    assert (edition.start.astimezone(PARIS).day, edition.end.astimezone(PARIS).day) == (16, 23)
    mail = mails()[0]
    assert "3 mentions in this period" in mail.text and mail.headers["List-Unsubscribe-Post"]


def test_missed_weeks_make_the_next_report_longer(report, owner, viewer):
    add_recipient(report, owner, viewer.email, NOW)
    assert write_due(MONDAY + timedelta(days=14)) == 1
    edition = Edition.objects.get()
    assert (edition.end - edition.start).days == 21
    assert write_due(MONDAY + timedelta(days=15)) == 0


def test_link_of_email_shows_report_until_recipient_unsubscribes(report, owner, viewer):
    add_recipient(report, owner, viewer.email, NOW)
    write_due(MONDAY)
    link = re.search(r"http://[^/]+(/report/mail/\S+)", mails()[0].text)[1]
    stop = re.search(r"http://[^/]+(/report/unsubscribe/\S+)", mails()[0].text)[1]
    response = Client().get(link)
    assert "3 mentions in this period" in response.content.decode() and "noindex" in response["X-Robots-Tag"]
    assert "Unsubscribe" in Client().get(stop).content.decode() and report.recipients.exists()
    assert Client().post(stop, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert Client().post(stop).status_code == 200
    assert not report.recipients.exists()
    assert Client().get(link).status_code == 404
    assert write_due(MONDAY + timedelta(days=7)) == 1
    assert len(mails()) == 1


def test_address_confirms_by_mailed_link_which_works_once(report, owner):
    now = timezone.now()
    add_recipient(report, owner, CLIENT, now)
    question = mails("message")[-1]
    assert question.project is None and question.recipient == CLIENT
    path = confirm_path()
    assert "Receive digests and reports" in Client().get(path).content.decode()
    assert not ExternalRecipient.objects.get().is_confirmed
    assert "Confirmed" in Client().post(path, {"answer": "yes"}).content.decode()
    assert ExternalRecipient.objects.get().is_confirmed
    assert Client().post(path, {"answer": "no"}).status_code == 404
    assert ActivityEntry.objects.filter(action="recipient.confirmed").exists()


def test_address_that_unsubscribes_gets_nothing_of_the_project(report, owner):
    add_recipient(report, owner, CLIENT, NOW)
    ExternalRecipient.objects.update(confirmed_at=NOW)
    write_due(MONDAY)
    stop = re.search(r"http://[^/]+(/report/unsubscribe/\S+)", mails()[0].text)[1]
    Client().post(stop)
    assert not ExternalRecipient.objects.get().is_confirmed
    with pytest.raises(Exception, match="doesn’t want"):
        add_recipient(report, owner, CLIENT, timezone.now() + timedelta(days=2))


def test_link_to_confirm_expires(report, owner):
    add_recipient(report, owner, CLIENT, timezone.now() - timedelta(days=8))
    assert Client().get(confirm_path()).status_code == 404


def test_address_is_not_asked_again_within_a_day_nor_more_than_three_times(report, owner):
    for _ in range(2):
        add_recipient(report, owner, CLIENT, NOW)
    assert len(mails("message")) == 1
    for day in (2, 4):
        add_recipient(report, owner, CLIENT, NOW + timedelta(days=day))
    with pytest.raises(Exception, match="too often"):
        add_recipient(report, owner, CLIENT, NOW + timedelta(days=6))
    assert len(mails("message")) == 3


def test_address_is_asked_by_few_projects_per_day(report, owner, stranger):
    now = timezone.now()
    for number in range(external_recipients.MAX_ASKS_PER_ADDRESS):
        key = f"confirm:x{number}"
        Delivery.objects.create(key=key, kind="message", recipient=CLIENT, subject="Confirm", created_at=now)
    with pytest.raises(Exception, match="too often"):
        add_recipient(report, owner, CLIENT, now)


def test_pages_change_schedule_and_recipients(as_person, report, owner, viewer):
    client, path = as_person(owner), f"/p/{report.project_id}/reports/{report.pk}"
    client.post(f"{path}/recipients", {"email": viewer.email})
    client.post(f"{path}/recipients", {"email": CLIENT})
    body = client.get(path).content.decode()
    assert "Waiting for confirmation" in body and "Receives the report" in body
    client.post(f"{path}/recipients/{report.recipients.first().pk}/delete")
    assert [one.email for one in report.recipients.all()] == [CLIENT]
    client.post(f"{path}/schedule", {"hour": "7", "weekday": "2"})
    report.refresh_from_db()
    assert (report.is_scheduled, report.hour, report.weekday) == (False, 7, 2)
    assert "not an email" not in client.post(f"{path}/recipients", {"email": "x"}, follow=True).content.decode()


def next_emails(client, report):
    """Return when the page and the list say that the next email leaves."""
    path = f"/p/{report.project_id}/reports"
    return [client.get(f"{path}/{report.pk}").context["next_at"], client.get(path).context["rows"][0].next_at]


def test_next_email_is_the_first_one_after_a_full_period(as_person, report, owner, viewer):
    add_recipient(report, owner, viewer.email, NOW)
    change_report(report, owner, weekday=4)
    friday = MONDAY + timedelta(days=4)
    days = {moment.astimezone(PARIS).date() for moment in next_emails(as_person(owner), report)}
    assert days == {friday.date()}
    assert write_due(friday - timedelta(days=7)) == 0
    assert write_due(friday) == 1 and len(mails()) == 1


def test_no_next_email_is_shown_without_anybody_who_receives_it(as_person, report, owner, viewer):
    client = as_person(owner)
    add_recipient(report, owner, CLIENT, NOW)
    assert next_emails(client, report) == [None, None]
    ExternalRecipient.objects.update(confirmed_at=NOW)
    assert None not in next_emails(client, report)
