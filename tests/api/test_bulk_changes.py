"""Changes of all mentions under a filter through the API."""

import pytest

from accounts.models import Project
from monitoring.models import Mention, Triage
from tests.factories import make_keyword, make_mentions
from workplace import bulk_changes
from workplace.models import BulkChange


@pytest.fixture
def mentions(project):
    return make_mentions(make_keyword(project), 5)


@pytest.fixture
def start(program, project, manager, mentions):
    def start(**fields):
        return program(manager)("POST", f"/projects/{project.pk}/bulk-changes", {"filter": "period=30d", **fields})

    return start


def test_bulk_change_runs_and_is_undone(start, program, project, manager, monkeypatch):
    monkeypatch.setattr(bulk_changes, "BATCH", 2)
    answer = start(status="ignored", reason="spam")
    assert (answer.status_code, answer.json()["seen"], answer.json()["total"]) == (202, 2, 5)
    path = f"/projects/{project.pk}/bulk-changes/{answer.json()['id']}"
    bulk_changes.continue_all()
    assert program(manager).get(path).json()["state"] == "done"
    assert Triage.objects.filter(reason="spam").count() == 5
    assert program(manager)("POST", f"{path}/undo").status_code == 202
    bulk_changes.continue_all()
    assert program(manager).get(path).json()["restored"] == 5
    assert not Mention.objects.exclude(status="to_review").exists()


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({}, "status"),
        ({"status": "ignored", "founded": True}, "founded"),
        ({"status": "ignored", "filter": "keyword=999999"}, "filter"),
        ({"status": "ignored", "filter": "q=(lumen"}, "filter"),
        ({"status": "ignored", "filter": "x\x00"}, "filter"),
        ({"assignee": 999999}, "assignee"),
        ({"status": "ignored", "mention_ids": [1]}, "mention_ids"),
    ],
)
def test_invalid_bulk_change_names_the_field(start, fields, field):
    answer = start(**fields)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field
    assert not BulkChange.objects.exists()


@pytest.mark.parametrize(
    ("fields", "column", "value"),
    [
        ({"add_tags": ["SAV"]}, "tags__tag", "sav"),
        ({"founded": False}, "triage__is_founded", False),
        ({"reason": "troll"}, "triage__reason", "troll"),
    ],
)
def test_bulk_change_sets_every_kind_of_value(start, mentions, fields, column, value):
    assert start(**fields).json()["state"] == "done"
    document = type(mentions[0].document)
    assert set(document.objects.values_list(column, flat=True)) == {value}


def test_bulk_change_of_other_project_is_unknown(start, program, manager, stranger):
    other = Project.objects.create(name="Other")
    pk = BulkChange.objects.create(
        project=other, query="", last_mention_id=1, operation="SetFounded", values={"is_founded": True}, total=1
    ).pk
    project_id = manager.memberships.get().project_id
    assert program(manager).get(f"/projects/{project_id}/bulk-changes/{pk}").status_code == 404
    assert program(manager)("POST", f"/projects/{project_id}/bulk-changes/{pk}/undo").status_code == 404
