"""Changes of all items that a filter finds: batches, interruptions, concurrent changes, undo, and the email."""

from contextlib import contextmanager

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.http import QueryDict
from django.utils import timezone

from accounts.models import ActivityEntry, Membership, Project
from delivery.models import Delivery
from monitoring.insights.filters import MentionFilter
from monitoring.models import Mention, Triage
from monitoring.services import triage
from monitoring.services.triage_operations import AddTags, Assign, SetStatus
from tests.factories import make_keyword, make_mention, make_mentions
from tests.racing import race
from workplace import bulk_changes
from workplace.models import BulkChange

IGNORE = SetStatus("ignored")


@pytest.fixture
def keyword(project):
    return make_keyword(project)


@pytest.fixture(autouse=True)
def small_batches(monkeypatch):
    monkeypatch.setattr(bulk_changes, "BATCH", 3)


def read(project, user, query="period=30d"):
    return MentionFilter.from_query(project, QueryDict(query), timezone.now(), user.zone, person_id=user.pk)


def finish(change):
    while bulk_changes.next_batch(change.pk):
        pass
    change.refresh_from_db()
    return change


def statuses(mentions):
    found = Mention.objects.in_bulk([mention.pk for mention in mentions])
    return [found[mention.pk].status for mention in mentions]


class Killed(BaseException):
    """Nothing catches it, as a killed process catches nothing."""


@pytest.fixture
def kill_at():
    """Return a context in which the first statement that starts with a text raises Killed after it has run."""

    @contextmanager
    def kill_at(start):
        def check(execute, sql, *arguments):
            result = execute(sql, *arguments)
            if sql.startswith(start):
                raise Killed
            return result

        with pytest.raises(Killed), connection.execute_wrapper(check):
            yield

    return kill_at


def test_bulk_change_changes_exactly_what_the_filter_finds(project, owner, keyword):
    mentions = make_mentions(keyword, 8)
    decided = make_mention(keyword, status="replied")
    other = make_mention(make_keyword(Project.objects.create(name="Other")))
    change = bulk_changes.start(project, owner, read(project, owner, "period=30d&status=to_review"), IGNORE)
    assert (change.state, change.seen, change.total) == ("running", 3, 8)
    finish(change)
    assert (change.state, change.seen, change.changed) == ("done", 8, 8)
    assert statuses(mentions) == ["ignored"] * 8
    assert statuses([decided, other]) == ["replied", "to_review"]
    assert ActivityEntry.objects.filter(pk__in=change.entry_ids, action="mention.status").count() == 3


def test_bulk_change_leaves_mentions_stored_later_alone(project, owner, keyword):
    make_mentions(keyword, 7)
    change = bulk_changes.start(project, owner, read(project, owner), IGNORE)
    late = make_mention(keyword, published=timezone.now() - timezone.timedelta(hours=6, minutes=30))
    finish(change)
    assert statuses([late]) == ["to_review"]
    assert change.changed == 7


@pytest.mark.parametrize("place", ["monitoring_mention", "monitoring_documentactivity", "workplace_bulkchange"])
def test_bulk_change_continues_after_it_was_killed(project, owner, keyword, kill_at, place):
    mentions = make_mentions(keyword, 8)
    change = bulk_changes.start(project, owner, read(project, owner), IGNORE)
    with kill_at(f'UPDATE "{place}"' if place != "monitoring_documentactivity" else f'INSERT INTO "{place}"'):
        bulk_changes.next_batch(change.pk)
    change.refresh_from_db()
    assert (change.seen, statuses(mentions).count("ignored")) == (3, 3)
    finish(change)
    assert (change.changed, change.state) == (8, "done")
    assert ActivityEntry.objects.filter(action="mention.status").count() == 3


def test_undo_continues_after_it_was_killed(project, owner, keyword, kill_at):
    mentions = make_mentions(keyword, 8)
    change = finish(bulk_changes.start(project, owner, read(project, owner), IGNORE))
    bulk_changes.undo(change, owner)
    with kill_at('UPDATE "workplace_bulkchange"'):
        bulk_changes.next_batch(change.pk)
    finish(change)
    assert (change.state, change.restored) == ("undone", 8)
    assert statuses(mentions) == ["to_review"] * 8


def test_bulk_change_leaves_what_somebody_decided_meanwhile(project, owner, manager, keyword):
    mentions = make_mentions(keyword, 8)
    f = read(project, owner, "period=30d&status=to_review")
    change = bulk_changes.start(project, owner, f, IGNORE)
    triage.set_status(project, manager, [mentions[6].pk], "needs_reply")
    finish(change)
    assert (change.changed, change.seen, change.total) == (7, 7, 8)
    assert statuses(mentions)[6] == "needs_reply"


def test_undo_restores_all_but_what_was_changed_again(project, owner, manager, keyword):
    mentions = make_mentions(keyword, 8)
    Mention.objects.filter(pk=mentions[1].pk).update(status="replied")
    change = finish(bulk_changes.start(project, owner, read(project, owner), IGNORE))
    triage.set_status(project, manager, [mentions[0].pk], "needs_reply")
    assert bulk_changes.undo(change, manager)
    assert not bulk_changes.undo(change, owner)
    finish(change)
    assert (change.state, change.changed, change.restored) == ("undone", 8, 7)
    assert statuses(mentions) == ["needs_reply", "replied", *["to_review"] * 6]


def test_undo_of_change_in_progress_ends_it(project, owner, keyword):
    mentions = make_mentions(keyword, 8)
    change = bulk_changes.start(project, owner, read(project, owner), AddTags(["lamp"]))
    bulk_changes.undo(change, owner)
    finish(change)
    assert (change.state, change.seen, change.restored) == ("undone", 3, 3)
    assert not any(mention.document.tags.exists() for mention in mentions)


@pytest.mark.django_db(transaction=True)
def test_two_workers_and_a_person_lose_nothing(project, owner, manager, keyword):
    mentions = make_mentions(keyword, 30)
    f = read(project, owner, "period=30d&status=to_review")
    change = bulk_changes.start(project, owner, f, IGNORE)
    decided = mentions[-4:]

    def decide():
        for mention in decided:
            triage.set_status(project, manager, [mention.pk], "needs_reply")

    results = race(lambda: bulk_changes.continue_all(20), lambda: bulk_changes.continue_all(20), decide)
    assert not [result for result in results if isinstance(result, Exception)]
    finish(change)
    assert statuses(decided) == ["needs_reply"] * 4
    assert statuses(mentions[:-4]) == ["ignored"] * 26
    assert len(set(change.entry_ids)) == len(change.entry_ids)
    assert change.seen <= 30


def test_assignment_of_many_sends_one_email(project, owner, manager, keyword):
    mentions = make_mentions(keyword, 8)
    change = finish(bulk_changes.start(project, owner, read(project, owner), Assign(manager.pk)))
    assert change.changed == Triage.objects.filter(assignee=manager).count() == len(mentions)
    [message] = Delivery.objects.filter(kind=Delivery.Kind.ASSIGNMENT)
    assert "8 mentions" in message.subject
    assert message.user == manager


def test_assignment_stops_when_the_person_has_left(project, owner, manager, keyword):
    make_mentions(keyword, 8)
    change = bulk_changes.start(project, owner, read(project, owner), Assign(manager.pk))
    Membership.objects.filter(user=manager).delete()
    finish(change)
    assert (change.state, change.seen) == ("stopped", 3)


def test_bulk_change_stops_when_its_filter_no_longer_exists(project, owner, keyword):
    """A keyword that is deleted would be left out of the filter, which would then find every mention."""
    other = make_keyword(project)
    make_mentions(keyword, 5)
    others = make_mentions(other, 5)
    change = bulk_changes.start(project, owner, read(project, owner, f"period=30d&keyword={keyword.pk}"), IGNORE)
    keyword.delete()
    finish(change)
    assert change.state == "stopped"
    assert statuses(others) == ["to_review"] * 5


def test_bulk_change_of_filter_with_problems_is_refused(project, owner, keyword):
    make_mentions(keyword, 5)
    for query in ("keyword=999999", "q=(lumen", "status=x"):
        with pytest.raises(ValidationError):
            bulk_changes.start(project, owner, read(project, owner, query), IGNORE)
    assert not BulkChange.objects.exists()


def test_bulk_change_of_search_reaches_every_match(project, owner, keyword):
    mentions = make_mentions(keyword, [{"title": f"Lumen {n}", "text": ["late", "fine"][n % 2]} for n in range(10)])
    change = finish(bulk_changes.start(project, owner, read(project, owner, "period=30d&q=late"), IGNORE))
    assert (change.total, change.changed) == (5, 5)
    assert statuses(mentions) == ["ignored", "to_review"] * 5
