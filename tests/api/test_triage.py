"""Changes of triage through the API: one change per request, conflicts, undo and the history of an item."""

import pytest

from delivery.models import Delivery
from monitoring.models import Mention, Triage
from tests.factories import make_keyword, make_mention


@pytest.fixture
def mention(project):
    return make_mention(make_keyword(project, "Lumen"))


@pytest.fixture
def change(program, project, manager, mention):
    """Send a change of the mention as the manager."""

    def change(person=manager, **fields):
        path = f"/projects/{project.pk}/changes"
        return program(person)("POST", path, {"mention_ids": [mention.pk], **fields})

    return change


def status(mention):
    return Mention.objects.get(pk=mention.pk).status


@pytest.mark.parametrize(
    ("fields", "column", "value"),
    [
        ({"founded": False}, "is_founded", False),
        ({"reason": "other", "reason_note": "by phone"}, "reason_note", "by phone"),
        ({"status": "ignored", "reason": "spam"}, "reason", "spam"),
    ],
)
def test_change_is_made_and_undone(change, program, project, manager, mention, fields, column, value):
    answer = change(**fields).json()
    assert answer["document_ids"] == [mention.document_id]
    assert getattr(Triage.objects.get(), column) == value
    undone = program(manager)("POST", f"/projects/{project.pk}/changes/{answer['id']}/undo")
    assert undone.json()["document_ids"] == [mention.document_id]
    assert getattr(Triage.objects.get(), column) in (None, "") and status(mention) == "to_review"


def test_tags_assignee_and_snooze_are_filters(change, program, project, manager, owner, mention):
    assert change(add_tags=["SAV"]).status_code == 200
    assert change(owner, assignee=manager.pk).status_code == 200
    assert change(snoozed_until="2100-01-01T00:00:00+01:00").status_code == 200
    found = {"tag": "sav", "assignee": "me", "snoozed": "yes"}
    assert len(program(manager).get(f"/projects/{project.pk}/mentions", **found).json()["items"]) == 1
    assert Delivery.objects.get().user == manager
    assert change(remove_tags=["sav"]).status_code == 200
    assert program(manager).get(f"/projects/{project.pk}/mentions", **found).json()["items"] == []


def test_conflict_is_a_409_with_the_present_value_and_person(change, owner, mention):
    assert change(owner, status="replied").status_code == 200
    answer = change(status="ignored", expected="to_review")
    assert answer.status_code == 409 and status(mention) == "replied"
    error = answer.json()["errors"][0]
    assert (error["mention_id"], error["value"], error["user"]["id"]) == (mention.pk, "replied", owner.pk)
    assert change(status="ignored", expected="replied").status_code == 200


def test_conflict_names_nobody_as_the_present_assignee(change, manager, owner, mention):
    assert change(owner, assignee=manager.pk).status_code == 200
    assert change(owner, assignee=None).status_code == 200
    answer = change(assignee=owner.pk, expected=manager.pk)
    assert answer.status_code == 409
    error = answer.json()["errors"][0]
    assert error["value"] is None and error["user"]["id"] == owner.pk


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"status": "replied", "founded": True},
        {"status": "replied", "reason": "spam"},
        {"founded": True, "expected": "x"},
        {"assignee": 10**9},
        {"snoozed_until": "2100-01-01T00:00:00"},
        {"snoozed_until": "9999-12-31T23:59:59-14:00"},
        {"snoozed_until": "9999-12-31T23:59:59+00:00"},
        {"snoozed_until": "0001-01-01T00:00:00+14:00"},
        {"status": None},
        {"add_tags": None},
        {"remove_tags": None},
        {"reason": None},
        {"add_tags": []},
        {"status": "replied", "mention_ids": list(range(1, 202))},
    ],
)
def test_change_that_cannot_be_used_is_refused(change, mention, fields):
    assert change(**fields).status_code == 422
    assert status(mention) == "to_review" and not Triage.objects.exists()


def test_history_has_match_changes_and_undo_with_person(change, program, project, viewer, manager, mention):
    made = change(status="replied").json()
    program(manager)("POST", f"/projects/{project.pk}/changes/{made['id']}/undo")
    events = program(viewer).get(f"/projects/{project.pk}/mentions/{mention.pk}/history").json()["items"]
    assert [event["action"] for event in events] == ["mention.found", "mention.status", "mention.undone"]
    assert events[0]["keyword"] == "Lumen" and events[0]["user"] is None
    assert events[1]["user"]["id"] == manager.pk and events[1]["change_id"] == made["id"]
    assert events[1]["before"] == {"status": {str(mention.pk): "to_review"}}


def test_changes_of_other_projects_are_out_of_reach(change, program, stranger, mention):
    made = change(status="replied").json()
    other = stranger.projects.get().pk
    assert program(stranger)("POST", f"/projects/{other}/changes/{made['id']}/undo").status_code == 404
    body = {"mention_ids": [mention.pk], "status": "ignored"}
    assert program(stranger)("POST", f"/projects/{other}/changes", body).json()["document_ids"] == []
    assert status(mention) == "replied"
