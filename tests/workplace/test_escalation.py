"""Emails about overdue items that nobody has taken."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from delivery.models import Delivery
from monitoring.models import Triage
from monitoring.services.keywords import delete_keyword
from monitoring.services.triage import set_status
from tests.factories import make_keyword, make_mention
from tests.racing import race
from workplace.escalation import escalate_all
from workplace.models import ResponseTarget
from workplace.response_targets import set_target

ROUND_THE_CLOCK = [[0, 1440]] * 7


@pytest.fixture
def keyword(project, owner):
    set_target(project, owner, hours=4, week=ROUND_THE_CLOCK, escalate_after=2)
    return make_keyword(project)


def overdue(keyword, manager, hours=7):
    at = timezone.now() - timedelta(hours=hours)
    mention = make_mention(keyword, found_at=at, published=at)
    set_status(keyword.project, manager, [mention.pk], "needs_reply")
    return Triage.objects.get(pk=mention.document_id)


def recipients():
    return sorted(Delivery.objects.filter(kind="escalation").values_list("recipient", flat=True))


def test_overdue_items_are_escalated_once_in_one_message_each(project, owner, manager, viewer, keyword):
    for _number in range(3):
        overdue(keyword, manager)
    escalate_all(timezone.now())
    assert recipients() == ["ada@example.com", "marc@example.com"]
    mail = Delivery.objects.get(recipient="ada@example.com")
    assert mail.subject == "3 overdue items in “Maison Lumen” are assigned to nobody"
    assert f"/p/{project.pk}/mentions?due=overdue" in mail.text
    assert "3 publications en retard" in Delivery.objects.get(recipient="marc@example.com").subject
    escalate_all(timezone.now() + timedelta(hours=2))
    assert Delivery.objects.filter(kind="escalation").count() == 2


def test_items_overdue_within_an_hour_share_the_next_message(project, owner, manager, keyword):
    overdue(keyword, manager)
    now = timezone.now()
    escalate_all(now)
    overdue(keyword, manager)
    overdue(keyword, manager)
    escalate_all(now + timedelta(minutes=59))
    assert len(recipients()) == 2
    escalate_all(now + timedelta(minutes=60))
    subjects = Delivery.objects.filter(kind="escalation", recipient=owner.email).values_list("subject", flat=True)
    assert [subject[:2] for subject in subjects.order_by("created_at")] == ["1 ", "2 "]


def test_items_that_are_taken_snoozed_replied_or_not_overdue_enough_are_not_escalated(owner, manager, keyword):
    Triage.objects.filter(pk=overdue(keyword, manager).pk).update(assignee=manager)
    Triage.objects.filter(pk=overdue(keyword, manager).pk).update(snoozed_until=timezone.now() + timedelta(hours=1))
    replied = overdue(keyword, manager).document.mentions.get()
    set_status(keyword.project, manager, [replied.pk], "replied")
    overdue(keyword, manager, hours=5)
    escalate_all(timezone.now())
    assert recipients() == []


def test_items_without_a_keyword_are_not_escalated(owner, manager, keyword):
    overdue(keyword, manager)
    delete_keyword(keyword, owner)
    escalate_all(timezone.now())
    assert recipients() == []


def test_link_of_the_message_lists_its_items(owner, manager, keyword, as_person):
    items = [overdue(keyword, manager), overdue(keyword, manager, hours=24 * 60)]
    Triage.objects.filter(pk=overdue(keyword, manager).pk).update(assignee=manager)
    escalate_all(timezone.now())
    url = re.search(r"http\S+due=overdue\S*", Delivery.objects.get(recipient=owner.email).text)[0]
    rows = as_person(owner).get(url).context["rows"]
    assert sorted(row.document.pk for row in rows) == sorted(item.pk for item in items)


def test_project_that_fails_does_not_stop_the_others(project, owner, stranger, manager, keyword):
    overdue(keyword, manager)
    other = stranger.projects.get()
    set_target(other, stranger, hours=4, week=ROUND_THE_CLOCK, escalate_after=2)
    overdue(make_keyword(other), stranger)
    ResponseTarget.objects.filter(project=project).update(week=[1])
    escalate_all(timezone.now())
    assert recipients() == [stranger.email]


def test_nothing_is_escalated_without_escalation_or_in_deleted_projects(project, owner, manager, keyword):
    set_target(project, owner, escalate_after=None)
    overdue(keyword, manager)
    escalate_all(timezone.now())
    set_target(project, owner, escalate_after=0)
    project.deleted_at = timezone.now()
    project.save()
    escalate_all(timezone.now())
    assert recipients() == []


@pytest.mark.django_db(transaction=True)
def test_two_workers_escalate_once(project, owner, manager, keyword):
    overdue(keyword, manager)
    now = timezone.now()
    assert race(lambda: escalate_all(now), lambda: escalate_all(now + timedelta(seconds=1))) == [None, None]
    assert len(recipients()) == 2
