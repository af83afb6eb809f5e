"""The match explainer of the API: result, conditions and invalid requests."""

import pytest

from monitoring.services.keywords import create_keyword
from tests.factories import make_document, make_keyword
from tests.lookalikes.feeds import FeedServer

TEXT = "Encore une panne chez L’Oréal : le service, client ne répond pas."


@pytest.fixture
def path(project):
    return f"/projects/{project.pk}/why"


def test_it_works(program, viewer, path):
    answer = program(viewer)("POST", path, {"query": "panne l'oreal -client", "text": TEXT, "title": "Panne"}).json()
    assert (answer["matches"], answer["keyword"], answer["mention"]) == (False, None, None)
    assert answer["reason"] == "“panne” and “l'oreal” were found. “client” was found, but is excluded."
    panne, oreal, client = answer["condition"]["children"]
    assert [(span["field"], span["start"], span["end"]) for span in panne["spans"]] == [
        ("title", 0, 5),
        ("text", 11, 16),
    ]
    assert (panne["met"], panne["found"], panne["note"]) == (True, 2, "2 times")
    span = oreal["spans"][0]
    assert TEXT[span["start"] : span["end"]] == "L’Oréal"
    assert (client["kind"], client["met"], client["children"][0]["met"]) == ("not", False, True)
    assert answer["item"]["text"] == TEXT and answer["item"]["document_id"] is None


def test_explain_checks_keyword_against_stored_item_by_url(program, viewer, manager, project, path):
    from monitoring.content.native_keys import key_of
    from monitoring.content.urls import canonical_url

    url = "https://site.example/panne"
    document = make_document(
        project, title="Lumen en panne", url=url, language="en", address_key=key_of(canonical_url(url))
    )
    keyword = create_keyword(project, manager, name="Lumen", query="lumen NEAR/9 panne")
    call = program(viewer)
    answer = call("POST", path, {"keyword": keyword.pk, "url": "www.site.example/panne/?utm_medium=mail"}).json()
    assert answer["matches"] and answer["item"]["document_id"] == document.pk
    assert answer["mention"] == {"id": keyword.mentions.get().pk, "status": "to_review"}
    assert (answer["condition"]["number"], answer["condition"]["found"]) == (9, 2)
    keyword.languages = ["fr"]
    keyword.save()
    answer = call("POST", path, {"keyword": keyword.pk, "url": url}).json()
    assert not answer["matches"] and answer["condition"]["met"] and answer["excluded_by"] == ["language"]
    assert answer["difference"]
    assert call("POST", path, {"keyword": keyword.pk, "text": "lumen panne", "language": "fr-ca"}).json()["matches"]


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({}, "query", "query_or_keyword"),
        ({"query": "a", "keyword": 1, "text": "x"}, "query", "query_or_keyword"),
        ({"query": "lumen"}, "text", "missing"),
        ({"query": "lumen (", "text": "x"}, "query", "unclosed_group"),
        ({"query": "q" * 10_001, "text": "x"}, "query", "too_long"),
        ({"query": "lumen", "text": "x" * 1_000_000}, "text", "too_long"),
        ({"query": "lumen", "text": "x", "title": "y" * 1_001}, "title", "too_long"),
        ({"query": "lumen", "url": "https://never.example/"}, "url", "not_stored"),
        ({"query": "lumen", "text": "half \ud800"}, "text", "value_error"),
        ({"query": "lumen", "text": 5}, "text", "string_type"),
    ],
)
def test_explain_rejects_invalid_request_with_its_field(program, viewer, path, body, field, code):
    answer = program(viewer)("POST", path, body)
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert (error["field"], error["code"]) == (field, code)
    assert error["message"]


def test_explain_reports_position_of_query_error(program, viewer, path):
    answer = program(viewer)("POST", path, {"query": "lumen (", "text": "x"})
    assert answer.json()["errors"][0]["position"] == 6


def test_explain_returns_404_for_keyword_of_other_project(program, viewer, stranger, path):
    theirs = make_keyword(stranger.memberships.get().project)
    assert program(viewer)("POST", path, {"keyword": theirs.pk, "text": "lumen"}).status_code == 404


def test_explain_fetches_pages_for_managers_only(program, viewer, manager, path):
    with FeedServer() as server:
        server.put("/a", body="<title>Un café</title><p>en panne".encode(), content_type="text/html")
        body = {"query": "panne cafe", "url": server.url("/a"), "fetch": True}
        assert program(viewer)("POST", path, body).status_code == 403
        assert not server.requests
        answer = program(manager)("POST", path, body).json()
        assert answer["matches"] and answer["item"]["fetched"] and answer["item"]["title"] == "Un café"
    refused = program(manager)("POST", path, {**body, "url": "http://127.0.0.1.nip.invalid/"})
    assert refused.json()["errors"][0]["code"] == "not_fetched"


def test_explain_answers_deepest_and_widest_query(program, viewer, path):
    deep = "a"
    for _ in range(16):
        deep = f"(NOT (b {deep}) OR a) c"
    answer = program(viewer)("POST", path, {"query": deep, "text": "a b c"})
    assert answer.status_code == 200
    wide = " OR ".join(f"mot{n:04}" for n in range(800))
    text = " ".join(f"mot{n % 900:04} et" for n in range(18_000))
    answer = program(viewer)("POST", path, {"query": wide, "text": text})
    assert answer.json()["condition"]["found"] > 10_000
    assert len(answer.json()["condition"]["spans"]) == 200
