"""The filters by what a team set for items, and by a minimum: each list, its facet, and what is not understood."""

from datetime import UTC, datetime, timedelta

import pytest
from django.http import QueryDict
from django.utils import timezone

from monitoring.insights import mentions
from monitoring.insights.facets import facet_rows
from monitoring.insights.filters import MentionFilter
from monitoring.models import Triage
from monitoring.services import triage
from monitoring.services.triage_operations import AddTags, SetFounded, Snooze
from tests.factories import make_keyword, make_mentions


@pytest.fixture
def rows(project):
    """Three documents with two mentions each."""
    keywords = [make_keyword(project), make_keyword(project)]
    fields = [{"followers": 50, "engagement": 5}, {"followers": 5000, "engagement": 50}, {}]
    published = timezone.now() - timedelta(days=1)
    return make_mentions(keywords, [{"published": published, **one} for one in fields])


@pytest.fixture
def numbers(project, rows, manager):
    """Return the numbers of the documents that a query string lists, for the manager."""
    order = {pk: number for number, pk in enumerate(sorted({row.document_id for row in rows}), start=1)}

    def numbers(text):
        f = read(project, text, manager)
        assert f.problems == ()
        found = [row.document.pk for row in mentions.page(f).rows]
        assert len(found) == f.document_count
        assert read(project, f.to_query(), manager).selections == f.selections
        return sorted(order[pk] for pk in found)

    return numbers


def read(project, text, person):
    return MentionFilter.from_query(project, QueryDict(text), datetime.now(UTC), UTC, person_id=person.pk)


def ids(rows, *documents):
    """Return the ids of the first mentions of documents 1 to 3."""
    return [rows[2 * number - 2].pk for number in documents]


def test_responder_is_who_replied_else_the_assignee(project, rows, numbers, manager, owner):
    for number in (1, 2):
        triage.set_assignee(project, owner, ids(rows, number), manager)
    Triage.objects.filter(document_id=rows[0].document_id).update(replied_by=owner, first_replied_at=timezone.now())
    assert numbers(f"responder={owner.pk}") == [1]
    assert numbers("responder=me") == [2]
    assert numbers("responder=none") == [3]
    assert numbers(f"responder=none&responder={owner.pk}") == [1, 3]


def test_assignee_filters_by_member_me_and_none(project, rows, numbers, manager, owner):
    triage.set_assignee(project, owner, ids(rows, 1), manager)
    triage.set_assignee(project, owner, ids(rows, 2), owner)
    assert numbers(f"assignee={owner.pk}") == [2]
    assert numbers("assignee=me") == [1]
    assert numbers("assignee=none") == [3]
    assert numbers("assignee=none&assignee=me") == [1, 3]
    assert numbers(f"assignee={owner.pk}&assignee=me") == [1, 2]
    triage.set_assignee(project, owner, ids(rows, 1), None)
    assert numbers("assignee=none") == [1, 3]


def test_assignee_without_a_person_matches_nothing(project, rows, manager):
    triage.set_assignee(project, manager, ids(rows, 1), manager)
    f = MentionFilter.from_query(project, QueryDict("assignee=me"), datetime.now(UTC), UTC)
    assert (f.document_count, mentions.page(f).rows) == (0, ())


def test_assignee_of_another_project_is_a_problem(project, rows, manager, stranger):
    f = read(project, f"assignee={stranger.pk}&assignee=x&assignee=1e9", manager)
    assert [problem.code for problem in f.problems] == ["unknown"] * 3 and f.assignees == ()


def test_facet_of_assignees_counts_documents(project, rows, manager, owner):
    triage.set_assignee(project, owner, ids(rows, 1, 3), manager)
    triage.set_assignee(project, owner, ids(rows, 2), owner)
    f = read(project, "assignee=me", manager)
    found = [(row.key, row.label, row.count, row.is_selected) for row in facet_rows(f, "assignees")]
    others = [(str(manager.pk), manager.name, 2, False), (str(owner.pk), owner.name, 1, False)]
    assert found == [*others, ("me", "Me", 0, True)]


def test_tag_filters_and_facet(project, rows, numbers, manager):
    triage.change(project, manager, ids(rows, 1, 2), AddTags(["livraison"]))
    triage.change(project, manager, ids(rows, 2, 3), AddTags(["sav"]))
    assert numbers("tag=LIVRAISON") == [1, 2]
    assert numbers("tag=livraison&tag=sav") == [1, 2, 3]
    assert numbers("tag=unused") == []
    found = facet_rows(read(project, "tag=sav", manager), "tags")
    assert [(row.key, row.count, row.is_selected) for row in found] == [("livraison", 2, False), ("sav", 2, True)]


def test_founded_filters_and_facet(project, rows, numbers, manager):
    triage.change(project, manager, ids(rows, 1), SetFounded(True))
    triage.change(project, manager, ids(rows, 2), SetFounded(False))
    assert numbers("founded=true") == [1]
    assert numbers("founded=false&founded=true") == [1, 2]
    assert numbers("founded=none") == [3]
    assert numbers("founded=none&founded=false") == [2, 3]
    found = facet_rows(read(project, "", manager), "founded")
    assert [(row.key, row.label, row.count) for row in found] == [("true", "Yes", 1), ("false", "No", 1)]


def test_snooze_ends_by_time_alone(project, rows, numbers, manager):
    assert numbers("snoozed=no") == [1, 2, 3]
    triage.change(project, manager, ids(rows, 1), Snooze(triage.utc_text(timezone.now() + timedelta(hours=1))))
    triage.change(project, manager, ids(rows, 2), Snooze(triage.utc_text(timezone.now() - timedelta(seconds=1))))
    assert numbers("snoozed=no") == [2, 3]
    assert numbers("snoozed=yes") == [1]
    assert numbers("") == [1, 2, 3], "charts and counts keep what is snoozed"
    Triage.objects.update(snoozed_until=timezone.now())
    assert numbers("snoozed=no") == [1, 2, 3]


def test_due_filters_open_items_by_the_time_of_their_reply(project, rows, numbers, manager):
    now = timezone.now()
    triage.change(project, manager, ids(rows, 1, 2, 3), SetFounded(True))
    first, second, third = (rows[2 * number - 2].document_id for number in (1, 2, 3))
    Triage.objects.filter(document_id=first).update(due_at=now - timedelta(seconds=1))
    Triage.objects.filter(document_id=second).update(due_at=now + timedelta(days=2))
    assert numbers("due=overdue") == [1] and numbers("due=today") == []
    Triage.objects.filter(document_id=third).update(due_at=now, first_replied_at=now)
    assert numbers("due=overdue") == [1]


def test_due_today_ends_at_midnight_in_the_time_zone_of_the_person(project, rows, numbers, manager):
    triage.change(project, manager, ids(rows, 1, 2), SetFounded(True))
    midnight = datetime.combine(timezone.now().date() + timedelta(days=1), datetime.min.time(), UTC)
    for number, due_at in ((1, midnight - timedelta(microseconds=1)), (2, midnight)):
        Triage.objects.filter(document_id=rows[2 * number - 2].document_id).update(due_at=due_at)
    assert numbers("due=today") == [1]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("min_followers=50", [1, 2]),
        ("min_followers=51", [2]),
        ("min_followers=0", [1, 2]),
        ("min_engagement=0", [1, 2]),
        ("min_engagement=50", [2]),
        ("min_engagement=5&min_followers=50", [1, 2]),
    ],
)
def test_minimum_leaves_out_what_has_less_or_no_count(numbers, text, found):
    assert numbers(text) == found


@pytest.mark.parametrize("value", ["many", "-1", "1.5", "99999999999", "9" * 400])
def test_minimum_that_is_no_number_is_a_problem(project, manager, value):
    f = read(project, f"min_followers={value}", manager)
    assert [problem.parameter for problem in f.problems] == ["min_followers"] and f.min_followers == ""
