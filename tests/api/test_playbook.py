"""The playbook of a project in the API."""

import pytest

from accounts.models import Project
from alerts.models import HoldingStatement, Playbook

PLAYBOOK = {"checklist": "Call Ada\nWrite down", "contacts": "Ada: 1", "escalate_after": 30}


@pytest.fixture
def path(project):
    return f"/projects/{project.pk}/playbook"


def test_admin_changes_what_is_sent_and_members_read_it(program, owner, manager, viewer, path):
    caller = program(owner)
    assert caller.get(path).json()["escalate_after"] is None and not Playbook.objects.exists()
    changed = caller("PATCH", path, {**PLAYBOOK, "escalate_to": [manager.pk]}).json()
    assert {name: changed[name] for name in PLAYBOOK} == PLAYBOOK
    assert changed["escalate_to"] == [{"id": manager.pk, "name": manager.name}]
    changed = caller("PATCH", path, {"escalate_after": None, "contacts": ""}).json()
    assert (changed["checklist"], changed["escalate_after"], changed["contacts"]) == (PLAYBOOK["checklist"], None, "")
    assert [one["id"] for one in changed["escalate_to"]] == [manager.pk]
    assert program(viewer).get(path).json() == changed
    assert program(manager)("PATCH", path, PLAYBOOK).status_code == 403


def test_person_who_left_is_not_escalated_to_any_more(program, owner, manager, path):
    caller = program(owner)
    caller("PATCH", path, {"escalate_to": [owner.pk, manager.pk]})
    manager.memberships.all().delete()
    assert [one["id"] for one in caller("PATCH", path, PLAYBOOK).json()["escalate_to"]] == [owner.pk]


def test_manager_writes_changes_and_deletes_statements(program, manager, viewer, project, path):
    caller, url = program(manager), f"{path}/statements"
    made = caller("POST", url, {"name": " Press ", "text_fr": "Bonjour"})
    assert made.status_code == 201 and made.json()["name"] == "Press"
    assert program(viewer)("POST", url, {"name": "Press", "text_fr": "Bonjour"}).status_code == 403
    one = f"{url}/{made.json()['id']}"
    changed = caller("PATCH", one, {"text_fr": "", "text_en": "Hello"}).json()
    assert caller.get(path).json()["statements"] == [changed]
    assert (changed["name"], changed["text_fr"], changed["text_en"]) == ("Press", "", "Hello")
    emptied = caller("PATCH", one, {"text_en": " "})
    assert emptied.status_code == 422 and emptied.json()["errors"][0]["field"] == "text_fr"
    theirs = HoldingStatement.objects.create(project=Project.objects.create(name="Other"), name="X", text_en="Y")
    assert caller("DELETE", f"{url}/{theirs.pk}").status_code == 404
    assert [caller("DELETE", one).status_code for _ in range(2)] == [204, 404]


@pytest.mark.parametrize(
    ("method", "end", "body", "field"),
    [
        ("PATCH", "", {"escalate_after": 0}, "escalate_after"),
        ("PATCH", "", {"escalate_after": 1441}, "escalate_after"),
        ("PATCH", "", {"checklist": "x" * 5001}, "checklist"),
        ("PATCH", "", {"contacts": None}, "contacts"),
        ("PATCH", "", {"escalate_to": [999999]}, "escalate_to"),
        ("PATCH", "", {"hours": 1}, "hours"),
        ("POST", "/statements", {"name": " ", "text_en": "Hello"}, "name"),
        ("POST", "/statements", {"name": "Press"}, "text_fr"),
        ("POST", "/statements", {"name": "x" * 101, "text_en": "Hello"}, "name"),
    ],
)
def test_wrong_value_names_its_field(program, owner, path, method, end, body, field):
    answer = program(owner)(method, f"{path}{end}", body)
    assert answer.status_code == 422
    assert [error["field"].split(".")[0] for error in answer.json()["errors"]] == [field]


def test_stranger_is_no_person_to_escalate_to(program, owner, stranger, path):
    assert program(owner)("PATCH", path, {"escalate_to": [stranger.pk]}).status_code == 422
