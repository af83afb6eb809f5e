"""Keywords and sources over the API."""

import pytest

from accounts.models import ActivityEntry
from monitoring.models import Keyword, Source
from tests.factories import make_document, make_keyword, make_source


def test_keyword_is_created_changed_paused_and_deleted(project, manager, program):
    make_document(project, title="Lumen lights up")
    call, path = program(manager), f"/projects/{project.pk}/keywords"
    made = call("POST", path, {"name": "Lumen", "query": "lumen -candle", "languages": ["fr"]})
    assert made.status_code == 201
    keyword = made.json()
    assert (keyword["name"], keyword["type"], keyword["languages"], keyword["paused"]) == (
        "Lumen",
        "brand",
        ["fr"],
        False,
    )
    assert len(call.get(f"/projects/{project.pk}/mentions").json()["items"]) == 1

    path = f"{path}/{keyword['id']}"
    changed = call("PATCH", path, {"name": "Maison Lumen", "paused": True}).json()
    assert (changed["name"], changed["query"], changed["paused"]) == ("Maison Lumen", "lumen -candle", True)
    assert call.get(path).json() == changed
    assert call("PATCH", path, {"paused": False}).json()["paused"] is False
    assert call("DELETE", path).status_code == 204
    assert call.get(path).status_code == 404
    assert call.get(f"/projects/{project.pk}/keywords").json() == {"items": []}
    assert set(ActivityEntry.objects.filter(user=manager).values_list("action", flat=True)) == {
        "keyword.created",
        "keyword.changed",
        "keyword.paused",
        "keyword.resumed",
        "keyword.deleted",
    }


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"name": "Lumen", "query": '"maison'}, "query", "unclosed_quote"),
        ({"name": "", "query": "x"}, "name", "blank"),
        ({"name": "n" * 101, "query": "x"}, "name", "max_length"),
        ({"name": "Taken", "query": "x"}, "name", None),
        ({"name": "Lumen", "query": "x", "type": "enemy"}, "type", "literal_error"),
        ({"name": "Lumen", "query": "x", "languages": "fr"}, "languages", "list_type"),
        ({"query": "x"}, "name", "missing"),
    ],
)
def test_keyword_creation_rejects_invalid_fields(project, manager, program, body, field, code):
    make_keyword(project, "Taken")
    answer = program(manager)("POST", f"/projects/{project.pk}/keywords", body)
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["field"] == field
    assert error["message"]
    if code:
        assert error["code"] == code
    assert Keyword.objects.count() == 1


def test_keyword_change_rejects_empty_and_null_fields(project, manager, program):
    keyword = make_keyword(project, "Lumen", "lumen")
    call, path = program(manager), f"/projects/{project.pk}/keywords/{keyword.pk}"
    for body in ({"name": None}, {"query": ""}, {"paused": None}, {"id": 5}):
        assert call("PATCH", path, body).status_code == 422, body
    keyword.refresh_from_db()
    assert (keyword.name, keyword.query, keyword.is_paused) == ("Lumen", "lumen", False)


def test_source_is_paused_checked_and_deleted(project, manager, program):
    source = make_source(project, title="Le Monde", error_code="timeout")
    call, path = program(manager), f"/projects/{project.pk}/sources/{source.pk}"
    assert call.get(path).json()["error"]["code"] == "timeout"
    assert call("PATCH", path, {"paused": True}).json()["state"] == "paused"
    resumed = call("PATCH", path, {"paused": False}).json()
    assert (resumed["state"], resumed["error"]) == ("active", None)
    Source.objects.update(next_poll_at="2030-01-01T00:00Z")
    polled = call("POST", f"{path}/poll")
    assert polled.status_code == 202
    assert polled.json()["next_poll_at"] < "2030"
    assert call("DELETE", path).status_code == 204
    assert call.get(f"/projects/{project.pk}/sources").json() == {"items": []}


def test_source_creation_rejects_unusable_urls(project, manager, program):
    call, path = program(manager), f"/projects/{project.pk}/sources"
    for url, code in (("http://10.1.2.3/feed", "private_address"), ("ftp://site.example/feed", "bad_url")):
        answer = call("POST", path, {"url": url})
        assert answer.status_code == 422
        assert (answer.json()["errors"][0]["field"], answer.json()["errors"][0]["code"]) == ("url", code)
    assert not Source.objects.exists()


def test_source_creation_returns_existing_source(project, manager, program):
    source = make_source(project, "https://site.example/feed")
    answer = program(manager)("POST", f"/projects/{project.pk}/sources", {"url": "https://site.example/feed"})
    assert (answer.status_code, answer.json()["id"]) == (200, source.pk)


def test_source_takes_tags_without_a_change_of_its_state(project, manager, program):
    source = make_source(project)
    call = program(manager)
    path = f"/projects/{project.pk}/sources/{source.pk}"
    changed = call("PATCH", path, {"tags": ["Presse", "presse", "Lyon"]}).json()
    assert (changed["tags"], changed["state"]) == (["Presse", "Lyon"], "active")
    assert call("PATCH", path, {"paused": True}).json()["tags"] == ["Presse", "Lyon"]
