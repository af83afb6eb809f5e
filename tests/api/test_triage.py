"""Changes of triage through the API: one change per request, conflicts, undo and the history of an item."""

import pytest
from django.utils import timezone

from delivery.models import Delivery
from monitoring.models import Correction, Mention, Triage
from tests.factories import make_keyword, make_mention, make_story


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
        ({"relevant": True}, "is_relevant", True),
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
    ("first", "second", "seen", "present"),
    [
        ({"founded": True}, {"founded": False}, None, True),
        ({"relevant": True}, {"relevant": None}, None, True),
        ({"reason": "spam"}, {"reason": "troll"}, "", "spam"),
        ({"add_tags": ["SAV"]}, {"add_tags": ["vip"]}, [], ["sav"]),
        ({"add_tags": ["b", "a"]}, {"remove_tags": ["a"]}, ["A"], ["a", "b"]),
        (
            {"snoozed_until": "2100-01-01T01:00:00+01:00"},
            {"snoozed_until": None},
            "2099-01-01T00:00:00Z",
            "2100-01-01T00:00:00+00:00",
        ),
    ],
)
def test_value_changed_meanwhile_is_a_409_that_changes_nothing(change, owner, first, second, seen, present):
    assert change(owner, **first).status_code == 200
    answer = change(**second, expected=seen)
    assert answer.status_code == 409
    error = answer.json()["errors"][0]
    assert (error["value"], error["user"]["id"]) == (present, owner.pk)
    assert change(**first, expected=seen).json()["id"] is None, "the value is already as wanted"
    assert change(**second, expected=present).json()["id"]


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"add_tags": ["a"], "expected": "a"},
        {"snoozed_until": None, "expected": "tomorrow"},
        {"reason": "spam", "expected": "dislike"},
        {"status": "replied", "founded": True},
        {"status": "replied", "sentiment": "negative"},
        {"sentiment": "negative", "expected": "neutral"},
        {"sentiment": "uncertain"},
        {"status": "replied", "read_at": "yesterday"},
        {"status": "replied", "reason": "spam"},
        {"founded": True, "expected": "x"},
        {"relevant": False},
        {"relevant": "true"},
        {"relevant": True, "expected": False},
        {"relevant": True, "founded": True},
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


@pytest.fixture
def story(mention):
    """The mentions of a story of three items, one of them under two keywords."""
    make_story(mention.keyword, [{"sentiment": "neutral", "title": "Lumen recalls lamps", "text": ""}] * 3)
    rows = list(Mention.objects.filter(story__isnull=False).order_by("pk"))
    extra = make_mention(make_keyword(mention.keyword.project, "Halo"), rows[2].document, sentiment="positive")
    Mention.objects.filter(pk=extra.pk).update(story=rows[0].story_id)
    return [*rows, extra]


def test_change_of_whole_stories_reaches_all_their_items_and_is_undone(
    change, program, project, manager, owner, mention, story
):
    body = {"mention_ids": [mention.pk, story[0].pk], "whole_stories": True}
    made = change(**body, status="replied").json()
    assert {status(one) for one in (mention, *story)} == {"replied"} and len(made["document_ids"]) == 4
    made = change(**body, sentiment="negative").json()
    labels = [Mention.objects.get(pk=one.pk).sentiment for one in (mention, *story)]
    assert labels == ["negative"] * 4 + ["positive"]
    undone = program(manager)("POST", f"/projects/{project.pk}/changes/{made['id']}/undo").json()
    assert undone["document_ids"] == made["document_ids"]
    assert "negative" not in Mention.objects.values_list("sentiment", flat=True)
    read_at = timezone.now().isoformat()
    program(owner)("PATCH", f"/projects/{project.pk}/mentions/{story[1].pk}", {"status": "ignored"})
    answer = change(**body, status="needs_reply", read_at=read_at)
    assert answer.status_code == 409 and status(mention) == "replied"
    assert {error["mention_id"] for error in answer.json()["errors"]} == {story[1].pk}


def test_one_call_corrects_several_mentions_for_their_keywords_alone(change, mention, story):
    assert change(mention_ids=[mention.pk, story[2].pk], sentiment="positive").status_code == 200
    labels = [Mention.objects.get(pk=one.pk).sentiment for one in (mention, *story)]
    assert labels == ["positive", "neutral", "neutral", "positive", "positive"]
    assert change(mention_ids=[mention.pk, story[2].pk], sentiment=None).json()["id"]
    assert not Correction.objects.exists()


def test_patch_of_a_mention_compares_the_status_only_if_it_is_expected(program, project, manager, owner, mention):
    path = f"/projects/{project.pk}/mentions/{mention.pk}"
    assert program(owner)("PATCH", path, {"status": "replied"}).status_code == 200
    answer = program(manager)("PATCH", path, {"status": "ignored", "expected": "to_review", "sentiment": "negative"})
    assert answer.status_code == 409 and answer.json()["errors"][0]["value"] == "replied"
    assert not Correction.objects.exists()
    assert program(manager)("PATCH", path, {"status": "ignored", "expected": "replied"}).status_code == 200
    assert program(owner)("PATCH", path, {"status": "replied"}).json()["mentions"][0]["status"] == "replied"
    assert program(owner)("PATCH", path, {"sentiment": "negative", "expected": "replied"}).status_code == 422


def test_notes_of_a_story_are_listed_with_every_item(program, project, manager, story):
    paths = [f"/projects/{project.pk}/mentions/{one.pk}/notes" for one in (story[0], story[2])]
    made = program(manager)("POST", paths[0], {"text": "Ask the press office."}).json()
    [note] = program(manager).get(paths[1]).json()["items"]
    assert (note["id"], note["document_id"]) == (made["id"], story[0].document_id)


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
