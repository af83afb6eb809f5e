"""Incidents in the API."""

import pytest

from alerts.models import Incident
from tests.alerts.found_mentions import HOUR, NOW, make_incident
from tests.api.test_access import assert_problem
from tests.factories import make_keyword

URL = "/projects/{}/incidents"


@pytest.fixture
def incident(project, owner):
    return make_incident(make_keyword(project, "Lumen"), author="Karim")


@pytest.fixture
def path(incident):
    return f"{URL.format(incident.rule.project_id)}/{incident.pk}"


def test_incident_is_read_with_its_rules_tasks_and_evidence(program, owner, path):
    body = program(owner).get(path).json()
    assert (body["title"], body["state"], body["count"]) == ("Lumen: 5 mentions in 1 hour", "open", 5)
    assert [rule["count"] for rule in body["rules"]] == [5]
    assert (body["evidence"]["items"], body["evidence"]["first"]["author"]) == (5, "Karim")


def test_incident_is_acknowledged_assigned_commented_resolved_and_rated(program, owner, manager, path):
    caller = program(owner)
    assert caller("POST", f"{path}/acknowledge").json()["acknowledged_by"]["id"] == owner.pk
    assert caller("PATCH", path, {"assignee_id": manager.pk}).json()["assignee"]["id"] == manager.pk
    comment = caller("POST", f"{path}/comments", {"text": f"@{manager.email} call them"})
    assert (comment.status_code, comment.json()["text"]) == (201, f"@{manager.name} call them")
    assert caller("POST", f"{path}/resolve").json()["state"] == "resolved"
    assert caller("PATCH", path, {"usefulness": "false_alarm"}).json()["usefulness"] == "false_alarm"
    assert caller("PATCH", path, {"assignee_id": None}).json()["assignee"] is None
    titles = [line["title"] for line in caller.get(f"{path}/log").json()["items"]]
    assert titles[1:] == [
        "Incident opened",
        "Acknowledged",
        f"Assigned to {manager.name}",
        "Comment",
        "Resolved",
        "Rated as a false alarm",
        "Assigned to nobody",
    ]


def test_task_is_added_assigned_and_done(program, owner, manager, path):
    caller = program(owner)
    task = caller("POST", f"{path}/tasks", {"title": "Call", "assignee_id": manager.pk}).json()
    done = caller("PATCH", f"{path}/tasks/{task['id']}", {"is_done": True, "assignee_id": None}).json()
    assert (done["title"], done["assignee"], done["done_by"]["id"]) == ("Call", None, owner.pk)
    assert caller.get(path).json()["tasks"] == [done]


@pytest.mark.parametrize(
    ("method", "end", "body", "field"),
    [
        ("PATCH", "", {"assignee_id": 999999}, "assignee_id"),
        ("PATCH", "", {"usefulness": "maybe"}, "usefulness"),
        ("POST", "/comments", {"text": " "}, "text"),
        ("POST", "/comments", {"text": "x" * 5001}, "text"),
        ("POST", "/tasks", {"title": "x" * 201}, "title"),
    ],
)
def test_wrong_values_name_their_field(program, owner, path, method, end, body, field):
    assert assert_problem(program(owner)(method, f"{path}{end}", body), 422)["errors"][0]["field"] == field


def test_only_managers_and_admins_are_assignees(program, owner, viewer, stranger, path):
    for person in (viewer, stranger):
        for method, end, body in (("PATCH", "", {}), ("POST", "/tasks", {"title": "Call"})):
            problem = assert_problem(program(owner)(method, path + end, {**body, "assignee_id": person.pk}), 422)
            assert problem["errors"][0]["field"] == "assignee_id"


def test_incidents_are_listed_by_page_and_state(program, owner, project, incident):
    for hours in (1, 2):
        Incident.objects.create(
            rule=incident.rule,
            opened_at=NOW - hours * HOUR,
            closed_at=NOW,
            value=1,
            peak=1,
            settings=incident.settings,
        )
    caller, url, seen = program(owner), f"{URL.format(project.pk)}?size=2", []
    while url:
        page = caller.get(url.removeprefix("http://testserver/api/v1")).json()
        seen += [one["id"] for one in page["items"]]
        url = page["next"]
    assert seen == list(Incident.objects.order_by("-opened_at").values_list("pk", flat=True))
    found = caller.get(f"{URL.format(project.pk)}?state=open").json()["items"]
    assert [one["id"] for one in found] == [incident.pk]
    assert_problem(caller.get(f"{URL.format(project.pk)}?cursor=x"), 422)


def test_pdf_is_in_the_language_of_the_caller(program, viewer, incident, path):
    viewer.language = "fr"
    viewer.save()
    answer = program(viewer).get(f"{path}/pdf")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert answer["Content-Disposition"] == f'attachment; filename="vigie-incident-{incident.pk}.pdf"'
    assert answer.content.startswith(b"%PDF-") and b"/Lang(fr" in answer.content
