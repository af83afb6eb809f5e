"""The API of saved views."""

import pytest

from tests.factories import make_keyword, make_mentions
from workplace.models import SavedView


@pytest.fixture
def path(project):
    return f"/projects/{project.pk}/views"


def test_api_creates_changes_lists_and_deletes_views(project, manager, program, path):
    make_mentions(make_keyword(project), 2)
    api = program(manager)
    created = api("POST", path, {"name": "All", "query": "period=7d"})
    assert created.status_code == 201
    view = created.json()
    changed = api("PATCH", f"{path}/{view['id']}", {"is_shared": True, "name": "Everything"}).json()
    assert changed == {**view, "is_shared": True, "name": "Everything"}
    assert api.get(path).json() == {"items": [{**changed, "count": 2, "count_capped": False}]}
    assert api("DELETE", f"{path}/{view['id']}").status_code == 204
    assert not SavedView.objects.exists()


def test_api_hides_private_views_and_refuses_changes_of_shared_ones(project, manager, owner, program, path):
    views = [
        SavedView.objects.create(project=project, owner=owner, name=name, query="period=7d", is_shared=is_shared)
        for name, is_shared in (("Own", False), ("Shared", True))
    ]
    api = program(manager)
    assert [view["name"] for view in api.get(path).json()["items"]] == ["Shared"]
    assert [api("DELETE", f"{path}/{view.pk}").status_code for view in views] == [404, 403]


@pytest.mark.parametrize(
    ("body", "field"),
    [({"name": "", "query": ""}, "name"), ({"name": "A", "query": "rating=9"}, "query"), ({"name": "A"}, "query")],
)
def test_api_names_invalid_fields_of_view(manager, program, path, body, field):
    response = program(manager)("POST", path, body)
    assert response.status_code == 422
    assert [error["field"] for error in response.json()["errors"]] == [field]
