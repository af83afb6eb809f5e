"""Columns, presence and response targets in the API."""

import pytest

from tests.factories import make_keyword, make_mention
from workplace.models import ResponseTarget, SavedView


@pytest.fixture
def views(project, manager, owner):
    return [
        SavedView.objects.create(project=project, owner=person, name=name, query="period=7d", is_shared=is_shared)
        for person, name, is_shared in ((manager, "Mine", False), (owner, "Shared", True), (owner, "Hidden", False))
    ]


def test_columns_are_replaced_in_their_order_for_the_person_alone(project, manager, viewer, program, views):
    api, path = program(manager), f"/projects/{project.pk}/columns"
    mine, shared, hidden = (view.pk for view in views)
    body = {"columns": [{"view_id": shared, "is_paused": True}, {"view_id": mine}]}
    expected = [
        {"view_id": shared, "name": "Shared", "query": "period=7d", "is_paused": True},
        {"view_id": mine, "name": "Mine", "query": "period=7d", "is_paused": False},
    ]
    assert api("PUT", path, body).json() == {"items": expected} == api.get(path).json()
    assert program(viewer).get(path).json() == {"items": []}
    for columns, field in (
        ([{"view_id": hidden}], "columns.0.view_id"),
        ([{"view_id": mine}, {"view_id": mine}], "columns.1.view_id"),
        ([{"view_id": mine, "width": 3}], "columns.0.width"),
    ):
        answer = api("PUT", path, {"columns": columns})
        assert answer.status_code == 422 and answer.json()["errors"][0]["field"] == field
    assert api.get(path).json() == {"items": expected}


def test_presence_names_the_others_on_an_item(project, manager, viewer, program):
    mention = make_mention(make_keyword(project))
    other = make_mention(mention.keyword)
    paths = [f"/projects/{project.pk}/mentions/{one.pk}/presence" for one in (mention, other)]
    assert program(manager)("POST", paths[0], {"is_writing": True}).json() == {"items": []}
    writing = {"items": [{"id": manager.pk, "name": manager.name, "is_writing": True}]}
    assert program(viewer).get(paths[0]).json() == writing == program(viewer)("POST", paths[0], {}).json()
    assert program(manager)("POST", paths[1], {}).json() == {"items": []}
    assert program(viewer).get(paths[0]).json() == {"items": []}
    assert program(viewer).get(f"/projects/{project.pk}/mentions/{10**9}/presence").status_code == 404


WEEK = [{"opens": "08:30", "closes": "24:00"}, *[None] * 6]


def test_response_target_is_read_by_members_and_changed_by_admins(project, owner, manager, program):
    path = f"/projects/{project.pk}/response-target"
    usual = program(manager).get(path).json()
    assert usual["hours"] is None and usual["week"][0] == {"opens": "09:00", "closes": "18:00"}
    assert program(manager)("PATCH", path, {"hours": 4}).status_code == 403
    values = {"hours": 4, "time_zone": "Europe/Zurich", "calendar": "CH-VD", "escalate_after": 0, "week": WEEK}
    assert program(owner)("PATCH", path, values).json() == values == program(manager).get(path).json()
    assert ResponseTarget.objects.get().week[0] == [510, 1440]
    assert program(owner)("PATCH", path, {"hours": None}).json() == {**values, "hours": None}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"hours": 0}, "hours"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"time_zone": None}, "time_zone"),
        ({"calendar": "XX"}, "calendar"),
        ({"week": WEEK[:3]}, "week"),
        ({"week": [None] * 7}, "week"),
        ({"week": [{"opens": "09:00", "closes": "09:30"}, *[None] * 6]}, "week.0.closes"),
        ({"week": [{"opens": "9", "closes": "18:00"}, *[None] * 6]}, "week.0.opens"),
        ({"escalate_after": -1}, "escalate_after"),
    ],
)
def test_response_target_names_what_is_wrong(project, owner, program, body, field):
    answer = program(owner)("PATCH", f"/projects/{project.pk}/response-target", body)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
    assert not ResponseTarget.objects.exists()
