"""The search over all stored documents of the API."""

from monitoring.models import Document
from tests.factories import make_document, make_documents, make_keyword, make_mention, make_source


def test_it_works(project, viewer, program):
    source = make_source(project, title="Le Monde")
    mention = make_mention(make_keyword(project, "Lumen"), title="Lumen lamp", source=source)
    other = make_document(project, title="A lamp", text="in the rain")
    Document.objects.filter(pk=other.pk).update(search=None)
    answer = program(viewer).get(f"/projects/{project.pk}/documents", q='lamp AND ("in the rain" OR lumen)').json()
    by_id = {item["document_id"]: item for item in answer["items"]}
    assert answer["count"] == {"value": 2, "capped": False} and answer["next"] is answer["searched_back_to"] is None
    assert by_id[other.pk]["is_truncated"] is False
    assert by_id[other.pk]["mentions"] == [] and by_id[other.pk]["source"] is None
    assert by_id[mention.document_id]["mentions"][0]["keyword"]["name"] == "Lumen"
    assert by_id[mention.document_id]["source"] == {"id": source.pk, "title": "Le Monde"}


def test_documents_lists_everything_without_query(project, viewer, program):
    made = make_documents(project, 12)
    Document.objects.filter(pk=made[3].pk).update(search=None)
    call = program(viewer)
    answer, seen = call.get(f"/projects/{project.pk}/documents", size=5).json(), []
    assert answer["count"] == {"value": 12, "capped": False}
    while True:
        seen += [item["document_id"] for item in answer["items"]]
        if answer["next"] is None:
            break
        answer = call.get(answer["next"]).json()
        assert answer["count"] is None
    assert seen == [document.pk for document in made]


def test_documents_filters_by_mentioned(project, viewer, program):
    make_document(project)
    mention = make_mention(make_keyword(project))
    answer = program(viewer).get(f"/projects/{project.pk}/documents", q="lumen", mentioned="true").json()
    assert [item["document_id"] for item in answer["items"]] == [mention.document_id]


def test_documents_rejects_invalid_parameters(project, viewer, program):
    path = f"/projects/{project.pk}/documents"
    answer = program(viewer).get(path, q="lamp (late", cursor="junk", color="red")
    assert answer.status_code == 422
    errors = {error["field"]: error for error in answer.json()["errors"]}
    assert errors["q"]["code"] == "unclosed_group" and errors["q"]["position"] == 5
    assert (errors["cursor"]["code"], errors["color"]["code"]) == ("invalid", "unknown_parameter")
    assert program(viewer).get(path, q="x" * 1001).json()["errors"][0]["code"] == "too_long"


def test_documents_returns_nothing_of_other_projects(project, viewer, stranger, program):
    make_document(project, title="A secret lamp")
    theirs = stranger.projects.get()
    assert program(stranger).get(f"/projects/{project.pk}/documents", q="lamp").status_code == 404
    assert program(stranger).get(f"/projects/{theirs.pk}/documents").json()["items"] == []
