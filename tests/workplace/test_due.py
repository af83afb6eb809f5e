"""When items are due, how that follows their status and the target, and races."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from django.utils import timezone

from monitoring.models import Mention, Triage
from monitoring.services.triage import set_status
from tests.factories import make_keyword, make_mention, make_mentions
from tests.racing import start_until_blocked
from workplace.models import ResponseTarget
from workplace.response_targets import set_target
from workplace.tasks import recompute_due_times

PARIS = ZoneInfo("Europe/Paris")
TUESDAY = datetime(2026, 11, 24, 16, tzinfo=PARIS)


@pytest.fixture
def keyword(project):
    return make_keyword(project)


@pytest.fixture
def target(project, owner):
    set_target(project, owner, hours=4, time_zone="Europe/Paris")
    return ResponseTarget.objects.get()


def found(keyword, at=TUESDAY, **fields):
    return make_mention(keyword, found_at=at, published=at - timedelta(hours=1), **fields)


def times(mention):
    return Triage.objects.get(pk=mention.document_id)


def paris(text):
    return datetime.fromisoformat(text).replace(tzinfo=PARIS)


def test_item_that_needs_reply_is_due_after_the_target_in_working_time(project, manager, keyword, target):
    mention = found(keyword)
    set_status(project, manager, [mention.pk], "needs_reply")
    assert times(mention).due_at == paris("2026-11-25 11:00")
    assert times(mention).first_replied_at is None


def test_item_is_due_in_the_working_time_of_the_server_when_the_time_zone_is_gone(project, manager, keyword, target):
    ResponseTarget.objects.update(time_zone="Mars/Olympus")
    mention = found(keyword)
    set_status(project, manager, [mention.pk], "needs_reply")
    assert times(mention).due_at == paris("2026-11-25 11:00")


def test_item_is_due_from_when_its_first_mention_was_found(project, manager, keyword, target):
    mention = found(keyword)
    make_mention(make_keyword(project), mention.document, found_at=TUESDAY + timedelta(days=1))
    set_status(project, manager, [mention.pk], "needs_reply")
    assert times(mention).due_at == paris("2026-11-25 11:00")


def test_item_published_after_it_was_found_is_due_from_its_publication(project, manager, keyword, target):
    mention = make_mention(keyword, found_at=TUESDAY, published=TUESDAY + timedelta(hours=1))
    set_status(project, manager, [mention.pk], "needs_reply")
    assert times(mention).due_at == paris("2026-11-25 12:00")


def test_nothing_is_due_without_a_target(project, manager, keyword):
    mention = found(keyword)
    set_status(project, manager, [mention.pk], "needs_reply")
    assert times(mention).due_at is None


def test_reply_stores_who_and_how_fast_and_keeps_the_due_time(project, manager, owner, keyword, target):
    at = timezone.now() - timedelta(days=14)
    mention = found(keyword, at)
    set_status(project, owner, [mention.pk], "needs_reply")
    due = times(mention).due_at
    before = timezone.now()
    set_status(project, manager, [mention.pk], "replied")
    row = times(mention)
    assert (row.due_at, row.replied_by) == (due, manager)
    assert before <= row.first_replied_at <= timezone.now()
    assert 80 * 3600 <= row.response_s <= 90 * 3600  # two weeks of five days of nine hours


def test_reply_to_an_item_that_was_never_marked_has_a_due_time_too(project, manager, keyword, target):
    mention = found(keyword)
    set_status(project, manager, [mention.pk], "replied")
    assert times(mention).due_at == paris("2026-11-25 11:00")


@pytest.mark.parametrize("status", ["to_review", "ignored"])
def test_item_that_is_reopened_or_ignored_is_not_due(project, manager, keyword, target, status):
    mention = found(keyword)
    for step in ("needs_reply", "replied", status):
        set_status(project, manager, [mention.pk], step)
    row = times(mention)
    assert (row.due_at, row.first_replied_at, row.replied_by, row.response_s) == (None, None, None, None)


def test_item_that_needs_a_reply_again_is_due_as_before_and_its_reply_is_cleared(project, manager, keyword, target):
    mention = found(keyword)
    for step in ("replied", "needs_reply"):
        set_status(project, manager, [mention.pk], step)
    row = times(mention)
    assert (row.due_at, row.first_replied_at, row.response_s) == (paris("2026-11-25 11:00"), None, None)


def test_changed_target_recomputes_open_items_alone(project, owner, manager, keyword, target):
    open_item, replied, unmarked = found(keyword), found(keyword), found(keyword)
    set_status(project, manager, [open_item.pk, replied.pk], "needs_reply")
    set_status(project, manager, [replied.pk], "replied")
    Mention.objects.filter(pk=unmarked.pk).update(status="needs_reply")  # as before an upgrade
    set_target(project, owner, hours=2)
    assert times(open_item).due_at == times(unmarked).due_at == TUESDAY + timedelta(hours=2)
    assert times(replied).due_at == paris("2026-11-25 11:00")
    set_target(project, owner, hours=None)
    assert times(open_item).due_at is None


def test_task_recomputes_what_the_person_did_not_wait_for(project, owner, manager, keyword, target, monkeypatch):
    mention = found(keyword)
    set_status(project, manager, [mention.pk], "needs_reply")
    monkeypatch.setattr("workplace.response_targets.RECOMPUTE_S", -1)
    set_target(project, owner, hours=1)
    assert times(mention).due_at == paris("2026-11-25 11:00")
    recompute_due_times()
    assert times(mention).due_at == TUESDAY + timedelta(hours=1)
    assert ResponseTarget.objects.get().changed_at is None


def test_project_that_fails_does_not_stop_the_recomputation_of_others(project, owner, stranger, manager, target):
    other = stranger.projects.get()
    set_target(other, stranger, hours=4, time_zone="Europe/Paris")
    items = [found(make_keyword(project)), found(make_keyword(other))]
    for item, person in zip(items, (manager, stranger), strict=True):
        set_status(item.keyword.project, person, [item.pk], "needs_reply")
    ResponseTarget.objects.filter(project=project).update(week=[1], changed_at=TUESDAY)
    ResponseTarget.objects.filter(project=other).update(hours=1, changed_at=timezone.now())
    recompute_due_times()
    assert times(items[1]).due_at == TUESDAY + timedelta(hours=1)
    assert ResponseTarget.objects.get(project=project).changed_at == TUESDAY, "it is tried again"


def test_items_of_other_projects_are_left_alone(project, owner, stranger, manager, keyword, target):
    other = make_keyword(stranger.projects.get())
    mention = found(other)
    set_status(other.project, stranger, [mention.pk], "needs_reply")
    set_target(project, owner, hours=1)
    assert times(mention).due_at is None


@pytest.mark.django_db(transaction=True)
def test_target_that_changes_during_a_status_change_is_applied(project, owner, manager, keyword):
    set_target(project, owner, hours=4, time_zone="Europe/Paris")
    mention = found(keyword)
    with transaction.atomic():
        set_status(project, manager, [mention.pk], "needs_reply")
        waiting = start_until_blocked(lambda: set_target(project, owner, hours=1))
        assert not waiting.done()
    waiting.result(10)
    assert times(mention).due_at == TUESDAY + timedelta(hours=1)


@pytest.mark.django_db(transaction=True)
def test_reply_during_a_recomputation_is_kept(project, owner, manager, keyword):
    set_target(project, owner, hours=4, time_zone="Europe/Paris")
    mention = found(keyword)
    set_status(project, manager, [mention.pk], "needs_reply")
    with transaction.atomic():
        set_status(project, manager, [mention.pk], "replied")
        waiting = start_until_blocked(lambda: set_target(project, owner, hours=1))
    waiting.result(10)
    assert times(mention).replied_by == manager
    assert times(mention).due_at == paris("2026-11-25 11:00").astimezone(UTC)


def test_many_items_cost_few_queries(project, manager, keyword, target, django_assert_max_num_queries):
    rows = make_mentions(keyword, 500)
    with django_assert_max_num_queries(25):
        set_status(project, manager, [row.pk for row in rows], "needs_reply")
    assert Triage.objects.exclude(due_at=None).count() == 500
