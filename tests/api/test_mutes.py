"""The API of mutes."""

from uuid import uuid4

import pytest

from monitoring.models import Author, Document, Mention
from tests.factories import make_keyword, make_mention


@pytest.fixture
def keyword(project):
    return make_keyword(project)


@pytest.fixture
def mention(keyword):
    return make_mention(keyword, author="Karim", url="https://www.blog.example/1", published="2024-02-03T12:00Z")


def status(mention):
    return Mention.objects.get(pk=mention.pk).status


def test_api_creates_lists_and_ends_mutes(project, manager, program, mention):
    api = program(manager)
    created = api("POST", f"/projects/{project.pk}/mutes", {"kind": "author", "mention_id": mention.pk})
    assert created.status_code == 201
    body = created.json()
    assert (body["name"], body["platform"], body["hidden"], body["is_complete"]) == ("Karim", "feed", 1, True)
    again = api("POST", f"/projects/{project.pk}/mutes", {"kind": "author", "mention_id": mention.pk})
    assert again.json() == body
    assert api.get(f"/projects/{project.pk}/mutes").json() == {"items": [body], "next": None}
    assert api("DELETE", f"/projects/{project.pk}/mutes/{body['id']}").status_code == 204
    assert api("DELETE", f"/projects/{project.pk}/mutes/{body['id']}").status_code == 404
    assert status(mention) == "to_review"


def test_api_mutes_author_by_id(project, manager, program, mention):
    author = Author.objects.create(project=project, platform="feed", site="blog.example", key=uuid4(), name="Karim")
    api, body = program(manager), {"kind": "author", "author_id": author.pk}
    without_items = api("POST", f"/projects/{project.pk}/mutes", body)
    assert without_items.status_code == 422
    Document.objects.filter(pk=mention.document_id).update(written_by=author)
    created = api("POST", f"/projects/{project.pk}/mutes", body)
    assert created.status_code == 201 and created.json()["name"] == "Karim"
    assert status(mention) == "ignored"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "author"}, "mention_id"),
        ({"kind": "author", "author_id": 10**12}, "author_id"),
        ({"kind": "source", "author_id": 1}, "mention_id"),
        ({"kind": "author", "mention_id": 10**12}, "mention_id"),
        ({"kind": "domain"}, "value"),
        ({"kind": "domain", "value": "nonsense"}, "value"),
        ({"kind": "story"}, "mention_id"),
        ({"kind": "planet"}, "kind"),
    ],
)
def test_api_names_invalid_fields_of_mute(project, manager, program, body, field):
    response = program(manager)("POST", f"/projects/{project.pk}/mutes", body)
    assert response.status_code == 422
    assert [error["field"] for error in response.json()["errors"]] == [field]


def test_api_filters_mentions_by_mute(project, manager, program, mention, keyword):
    api = program(manager)
    mute = api("POST", f"/projects/{project.pk}/mutes", {"kind": "domain", "value": "blog.example"}).json()
    make_mention(keyword, status="ignored")
    filters = {"mute": mute["id"], "status": "ignored", "from_": "2024-01-01"}
    items = api.get(f"/projects/{project.pk}/mentions", **filters).json()["items"]
    assert [item["document_id"] for item in items] == [mention.document_id]
