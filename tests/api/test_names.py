"""The API's list of distinctive names."""

import pytest

from accounts.tokens import create_token
from tests.factories import make_keyword, make_mentions

pytestmark = pytest.mark.django_db


def get(client, user, path):
    response = client.get(f"/api/v1{path}", headers={"Authorization": f"Bearer {create_token(user, 'Test')}"})
    assert response.status_code == 200, response.content
    return response.json()


def test_names_have_numbers_that_the_list_of_mentions_has(project, viewer, client):
    keyword = make_keyword(project)
    texts = [f"un colis perdu à Le Mans {number}" for number in range(3)] + ["rien", "rien non plus"]
    rows = [
        {"title": "", "text": text, "author": f"a{at}", "sentiment": "negative" if at < 2 else "neutral"}
        for at, text in enumerate(texts)
    ]
    mentions = make_mentions(keyword, rows)
    shown = get(client, viewer, f"/projects/{project.pk}/names")
    assert (shown["sampled"], shown["is_complete"]) == (5, True)
    (name,) = shown["names"]
    assert (name["name"], name["documents"], name["negative"], name["neutral"]) == ("Le Mans", 3, 2, 1)
    assert (name["ratio"], name["is_new"]) == (None, False)
    listed = get(client, viewer, f"/projects/{project.pk}/mentions?q={name['query']}")
    assert {item["document_id"] for item in listed["items"]} == {one.document_id for one in mentions[:3]}


def test_without_mentions_there_are_no_names(project, viewer, client):
    assert get(client, viewer, f"/projects/{project.pk}/names") == {"sampled": 0, "is_complete": True, "names": []}
