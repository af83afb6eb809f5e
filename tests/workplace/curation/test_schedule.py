"""Issues that are published and emailed at a planned time: once, also if the worker is killed at any statement."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.models import ActivityEntry
from provisioning.deletion import delete_project
from tests.forks import is_killed
from tests.pages import words
from tests.racing import race
from tests.workplace.curation.contents import add, mails, reader_of
from workplace.calendar.wall_clock import WallClock
from workplace.curation import issues, newsletter, schedule
from workplace.models import CollectionIssue
from workplace.tasks import send_newsletters


@pytest.fixture
def complete(draft, owner):
    """A draft with a title and an item."""
    add(draft, owner, "a")
    return issues.change_issue(draft, 1, timezone.now(), title="Parcels")


@pytest.fixture
def planned(complete, owner):
    """The same draft, whose planned time has come."""
    clock = WallClock(timezone.localdate() + timedelta(days=2), timezone.localtime().time(), owner.zone)
    schedule.plan(complete, owner, clock, timezone.now(), sends=True)
    CollectionIssue.objects.update(publish_at=timezone.now() - timedelta(seconds=1))
    return CollectionIssue.objects.get()


def fields(days=2, at="08:00", **more):
    return {"plan-day": (timezone.localdate() + timedelta(days=days)).isoformat(), "plan-at": at, **more}


def test_issue_is_planned_changed_and_canceled(as_person, owner, complete, collection, path):
    client, page = as_person(owner), path("issue_plan", complete.pk)
    response = client.post(page, fields(**{"plan-sends": "on"}), follow=True)
    assert "Issue scheduled." in words(response) and "Its readers receive it by email then." in words(response)
    assert "Scheduled" in words(client.get(path("collection", collection.pk)))
    client.post(page, fields(at="09:30"))
    complete.refresh_from_db()
    local = complete.publish_at.astimezone(owner.zone)
    assert (local.hour, local.minute, complete.sends, complete.planned_by) == (9, 30, False, owner)
    issues.change_issue(complete, 2, timezone.now(), title="Late parcels")
    assert "Schedule canceled." in words(client.post(page, {"cancel": "yes"}, follow=True))
    complete.refresh_from_db()
    assert complete.publish_at is None and not complete.is_published
    assert schedule.publish_due(timezone.now() + timedelta(days=9)) == 0
    actions = set(ActivityEntry.objects.values_list("action", flat=True))
    assert {"issue.planned", "issue.plan_canceled"} <= actions


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (fields(days=-1), "Choose a time from now on"),
        (fields(days=400), "Choose a time from now on"),
        (fields() | {"plan-day": "0001-01-01", "plan-at": "00:00"}, "Choose a time from now on"),
        (fields() | {"plan-day": "9999-12-31", "plan-at": "23:59"}, "Choose a time from now on"),
        (fields(at="soon"), "Enter a valid time."),
        ({}, "This field is required."),
    ],
)
def test_time_that_cannot_be_planned_is_an_error_of_its_field(as_person, owner, complete, path, values, message):
    response = as_person(owner).post(path("issue_plan", complete.pk), values)
    assert response.status_code == 400 and message in words(response)
    complete.refresh_from_db()
    assert complete.publish_at is None


def test_incomplete_and_published_issues_are_not_planned(as_person, owner, viewer, draft, published, path):
    client = as_person(owner)
    issues.unpublish(published, owner, timezone.now())
    CollectionIssue.objects.update(title="")
    assert "Enter a title." in words(client.post(path("issue_plan", draft.pk), fields()))
    CollectionIssue.objects.update(title="Parcels")
    issues.publish(published, owner, timezone.now())
    response = client.post(path("issue_plan", published.pk), fields(), follow=True)
    assert "This issue is published." in words(response)
    assert as_person(viewer).post(path("issue_plan", draft.pk), fields()).status_code == 403


@pytest.mark.parametrize(("zone", "month"), [("Europe/Paris", 3), ("Europe/Paris", 10), ("America/Montreal", 3)])
def test_planned_hour_stays_across_a_change_to_daylight_saving_time(owner, complete, zone, month):
    now = datetime(2027, month, 1, 12, tzinfo=ZoneInfo("UTC"))
    clock = WallClock(
        datetime(2027, month, 1).date() + timedelta(days=40), datetime(2027, 1, 1, 8).time(), ZoneInfo(zone)
    )
    found = schedule.plan(complete, owner, clock, now, sends=False)
    assert found.publish_at.astimezone(ZoneInfo(zone)).hour == 8
    assert schedule.publish_due(found.publish_at - timedelta(seconds=1)) == 0
    assert schedule.publish_due(found.publish_at) == 1


def test_due_issue_is_published_and_emailed_once(planned, collection, owner):
    reader_of(collection, confirmed_at=timezone.now() - timedelta(days=1))
    for _ in range(2):
        send_newsletters()
    planned.refresh_from_db()
    assert planned.is_published and planned.publish_at is None and planned.editor == owner.name and planned.sent_at
    assert mails().count() == 1
    entries = ActivityEntry.objects.filter(action__in=["issue.published", "issue.sent"])
    assert [entry.user for entry in entries] == [None, None]


def test_due_issue_without_readers_is_published_only_and_its_person_gets_an_email(planned, owner):
    assert schedule.publish_due(timezone.now()) == 1
    planned.refresh_from_db()
    assert planned.is_published and planned.send_requested_at is None and not planned.plan_problem
    (mail,) = mails()
    assert mail.recipient == owner.email and "Not sent" in mail.subject and "nobody has confirmed" in mail.text


@pytest.mark.parametrize("role", ["viewer", None])
def test_plan_of_a_person_who_may_not_publish_any_more_stops(as_person, owner, manager, planned, path, role):
    CollectionIssue.objects.update(planned_by=manager)
    membership = manager.memberships.get()
    if role:
        membership.role = role
        membership.save()
    else:
        membership.delete()
    assert schedule.publish_due(timezone.now()) == 0
    planned.refresh_from_db()
    assert not planned.is_published and (planned.plan_problem, planned.publish_at) == ("rights", None)
    assert "can’t publish in this project any more" in words(as_person(owner).get(path("issue", planned.pk)))
    assert [mail.recipient for mail in mails()] == ([manager.email] if role else [])


@pytest.mark.parametrize(("language", "reason"), [("en", "it had no items"), ("fr", "il ne contenait aucun élément")])
def test_person_whose_plan_failed_gets_one_email_with_the_reason(
    mailbox, send_outbox, planned, owner, language, reason
):
    owner.language = language
    owner.save()
    planned.items.all().delete()
    planned_at = CollectionIssue.objects.get().publish_at
    for _ in range(2):
        schedule.publish_due(timezone.now())
        CollectionIssue.objects.update(publish_at=planned_at)
    send_outbox()
    ((recipients, mail),) = mailbox.received
    text = mail.get_body(("plain",)).get_content()
    assert recipients == [owner.email] and "The week in lighting 1" in mail["Subject"]
    assert reason in text and f"/curation/issues/{planned.pk}" in text


def test_issue_that_is_incomplete_at_its_time_says_so_and_stops_no_other(as_person, owner, planned, collection, path):
    planned.items.all().delete()
    other = issues.create_issue(collection, owner, timezone.now())
    add(other, owner, "b")
    CollectionIssue.objects.filter(pk=other.pk).update(title="Lamps", publish_at=timezone.now(), planned_by=owner)
    assert schedule.publish_due(timezone.now()) == 1
    client = as_person(owner)
    assert "it had no items" in words(client.get(path("issue", planned.pk)))
    assert "Not published as scheduled" in words(client.get(path("collection", collection.pk)))
    assert schedule.publish_due(timezone.now()) == 0


def test_issue_that_was_sent_is_planned_without_promising_its_emails_again(complete, owner):
    CollectionIssue.objects.update(send_requested_at=timezone.now(), sent_at=timezone.now())
    clock = WallClock(timezone.localdate() + timedelta(days=2), timezone.localtime().time(), owner.zone)
    with pytest.raises(ValidationError, match="already sent") as caught:
        schedule.plan(complete, owner, clock, timezone.now(), sends=True)
    assert set(caught.value.error_dict) == {"sends"}
    assert schedule.plan(complete, owner, clock, timezone.now(), sends=False).publish_at


def test_issue_published_by_hand_is_not_published_again(planned, owner):
    issues.publish(planned, owner, timezone.now())
    issues.unpublish(planned, owner, timezone.now())
    assert schedule.publish_due(timezone.now()) == 0


def test_issue_of_a_deleted_project_is_not_published(planned, project, owner):
    delete_project(project, owner)
    assert schedule.publish_due(timezone.now()) == 0


def test_cancel_after_publication_is_an_error(planned, owner):
    schedule.publish_due(timezone.now())
    with pytest.raises(ValidationError, match="published"):
        schedule.cancel_plan(planned, owner)


@pytest.mark.django_db(transaction=True)
def test_two_workers_publish_an_issue_once(planned, collection):
    reader_of(collection, confirmed_at=timezone.now() - timedelta(days=1))
    race(*[send_newsletters] * 3)
    assert mails().count() == 1
    assert ActivityEntry.objects.filter(action="issue.published").count() == 1


@pytest.mark.slow
@pytest.mark.parametrize("is_planned", [True, False])
@pytest.mark.django_db(transaction=True)
def test_worker_killed_at_any_statement_writes_one_email_per_reader(
    planned, collection, owner, is_planned, monkeypatch
):
    monkeypatch.setattr(newsletter, "BATCH", 2)
    for number in range(5):
        reader_of(collection, f"r{number}@example.org", confirmed_at=timezone.now() - timedelta(days=1))
    if not is_planned:
        issues.publish(planned, owner, timezone.now())
        newsletter.request_sending(planned, owner, timezone.now())
    kill_at = 1
    while is_killed(send_newsletters, kill_at):
        issue = CollectionIssue.objects.get()
        assert issue.is_published == bool(issue.send_requested_at)
        kill_at += 1
    assert kill_at > (20 if is_planned else 10)
    assert [one.recipient for one in mails()] == [f"r{number}@example.org" for number in range(5)]
    assert CollectionIssue.objects.get().sent_at
    assert ActivityEntry.objects.filter(action="issue.sent").count() == 1
