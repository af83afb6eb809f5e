"""The API of saved replies and of the rules for replies."""

import pytest


@pytest.fixture
def replies(program, manager, project):
    call = program(manager)
    return lambda method="GET", path="", body=None: call(method, f"/projects/{project.pk}/saved-replies{path}", body)


THANKS = {"name": "Thanks", "language": "en", "text": "Hi {{author}}"}


def test_api_creates_finds_changes_and_deletes_saved_replies(replies):
    created = replies("POST", body=THANKS)
    assert created.status_code == 201
    reply = created.json()
    assert {name: reply[name] for name in THANKS} == THANKS and reply["version"] == 1
    assert replies(path="?q=AUTHOR&language=en").json() == {"items": [reply]}
    assert replies(path="?language=fr").json() == {"items": []}
    path = f"/{reply['id']}"
    assert replies("PATCH", path, {"version": 1, "text": "Hello"}).json()["text"] == "Hello"
    answer = replies("PATCH", path, {"version": 1, "text": "Other"})
    assert answer.status_code == 409 and answer.json()["errors"][0]["value"] == 2
    assert replies("DELETE", path).status_code == 204
    assert replies("DELETE", path).status_code == replies("PATCH", path, {"version": 2}).status_code == 404


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"language": "de"}, "language"),
        ({"name": " "}, "name"),
        ({"name": "a" * 101}, "name"),
        ({"text": "{{autor}}"}, "text"),
        ({"text": "a\ud800"}, "text"),
        ({"color": "red"}, "color"),
    ],
)
def test_api_names_invalid_fields_of_a_saved_reply(replies, change, field):
    answer = replies("POST", body={**THANKS, **change})
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


def test_api_changes_reply_rules_as_admin(program, project, owner, manager):
    path = f"/projects/{project.pk}/reply-rules"
    nothing = {"needs_approval": False, "cooling_minutes": 0, "forbidden": []}
    assert program(manager).get(path).json() == nothing
    assert program(manager)("PATCH", path, {"cooling_minutes": 5}).status_code == 403
    changes = {"cooling_minutes": 5, "forbidden": [" Garantie  ", "garantie", "à vie", " "]}
    changed = {**nothing, "cooling_minutes": 5, "forbidden": ["garantie", "à vie"]}
    assert program(owner)("PATCH", path, changes).json() == changed
    assert program(owner)("PATCH", path, {"needs_approval": True}).json() == {**changed, "needs_approval": True}
    for body, field in (
        ({"cooling_minutes": 1441}, "cooling_minutes"),
        ({"forbidden": ["a" * 101]}, "forbidden"),
        ({"forbidden": [str(number) for number in range(201)]}, "forbidden"),
    ):
        answer = program(owner)("PATCH", path, body)
        assert answer.status_code == 422 and answer.json()["errors"][0]["field"] == field
