"""The API's list of themes, and mentions by theme."""

import pytest

from accounts.tokens import create_token
from tests.dashboards.theme_rows import make_theme
from tests.factories import make_keyword, make_mentions

pytestmark = pytest.mark.django_db


def get(client, user, path):
    response = client.get(f"/api/v1{path}", headers={"Authorization": f"Bearer {create_token(user, 'Test')}"})
    assert response.status_code == 200, response.content
    return response.json()


def test_themes_have_numbers_that_the_list_of_mentions_has(project, viewer, client):
    keyword = make_keyword(project)
    mentions = make_mentions(keyword, [{"sentiment": "negative"}] * 3 + [{"sentiment": "neutral"}] * 2)
    late = make_theme(project, [one.document for one in mentions[:3]])
    shown = get(client, viewer, f"/projects/{project.pk}/themes")
    assert (shown["documents"], shown["without_theme"]) == (5, 2) and shown["found_at"]
    (theme,) = shown["themes"]
    assert (theme["id"], theme["name"], theme["documents"], theme["negative"]) == (late.pk, "Late, parcel", 3, 3)
    assert theme["terms"]["en"] == ["late", "parcel"] and theme["documents_before"] == 0
    listed = get(client, viewer, f"/projects/{project.pk}/mentions?theme={late.pk}")
    assert {item["document_id"] for item in listed["items"]} == {one.document_id for one in mentions[:3]}


def test_without_a_run_there_are_no_themes(project, viewer, client):
    make_mentions(make_keyword(project), 2)
    shown = get(client, viewer, f"/projects/{project.pk}/themes")
    assert shown == {"found_at": None, "documents": 2, "without_theme": 2, "themes": []}
