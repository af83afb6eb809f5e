"""The API's similar mentions and searches by meaning: ranked, with their similarity, and honest without them."""

import pytest

from tests.factories import make_keyword, make_mention
from tests.vectors import near, store_vectors

pytestmark = pytest.mark.django_db
CLOSE, RELATED = "late delivery of lamps", "late lamps delivery and broken switch parts"


@pytest.fixture
def keyword(project):
    return make_keyword(project)


def test_api_lists_similar_mentions(project, viewer, program, keyword, asked):
    for title, similarity in (("Related", 0.45), ("Close", 0.9)):
        mention = make_mention(keyword, title=title)
        store_vectors([(mention.document, near(1, similarity))])
    api = program(viewer)
    body = api.get(f"/projects/{project.pk}/mentions/{asked.pk}/similar").json()
    assert (body["state"], body["detail"]) == ("ready", "")
    assert [(one["document"]["title"], one["closeness"]) for one in body["items"]] == [
        ("Close", "very_close"),
        ("Related", "related"),
    ]
    assert body["items"][0]["similarity"] == pytest.approx(0.9, abs=0.002)
    assert len(api.get(f"/projects/{project.pk}/mentions/{asked.pk}/similar", size=1).json()["items"]) == 1
    assert api.get(f"/projects/{project.pk}/mentions/{asked.pk}/similar", size=0).status_code == 422
    assert api.get(f"/projects/{project.pk}/mentions/{asked.pk + 99}/similar").status_code == 404


def test_api_says_why_there_are_no_similar_mentions(project, viewer, program, keyword, asked, monkeypatch):
    api = program(viewer)
    bare = make_mention(keyword)
    assert api.get(f"/projects/{project.pk}/mentions/{bare.pk}/similar").json()["state"] == "not_encoded"
    monkeypatch.setattr("monitoring.insights.pgvector.OLDEST", (99, 0))
    body = api.get(f"/projects/{project.pk}/mentions/{asked.pk}/similar").json()
    assert body["state"] == "unavailable" and "pgvector" in body["detail"] and body["items"] == []


def test_api_searches_by_meaning(project, viewer, program, keyword, stand_in_encoder):
    made = [make_mention(keyword, title=title) for title in (RELATED, CLOSE)]
    stand_in_encoder.store([one.document for one in made])
    api = program(viewer)
    for path, parameters in (("mentions", {"period": "30d"}), ("documents", {})):
        first = api.get(f"/projects/{project.pk}/{path}", q=f'~"{CLOSE}"', size=1, **parameters).json()
        second = api.get(first["next"]).json()
        assert [one["title"] for one in (*first["items"], *second["items"])] == [CLOSE, RELATED]
        assert first["items"][0]["similarity"] > second["items"][0]["similarity"] and second["next"] is None
    plain = api.get(f"/projects/{project.pk}/mentions", period="30d").json()["items"]
    assert {one["similarity"] for one in plain} == {None}


def test_api_refuses_search_by_meaning_that_the_server_cannot_do(
    project, viewer, program, stand_in_encoder, monkeypatch
):
    monkeypatch.setattr("monitoring.insights.pgvector.OLDEST", (99, 0))
    for path in ("mentions", "documents"):
        response = program(viewer).get(f"/projects/{project.pk}/{path}", q='~"late"')
        assert response.status_code == 422
        (error,) = response.json()["errors"]
        assert (error["field"], error["code"]) == ("q", "unavailable")
