"""Templates of posts in the API: save, list, rename, delete, and start a post."""

import pytest

from tests.api.test_access import assert_problem
from workplace import posts
from workplace.models import PostTemplate
from workplace.posts import PostValues

pytestmark = pytest.mark.django_db


@pytest.fixture
def path(project):
    return f"/projects/{project.pk}/post-templates"


@pytest.fixture
def template(project, manager, program, path):
    platforms = {"x": "On X", "bluesky": ""}
    post = posts.create_post(project, manager, PostValues("Open day", "Come in", "event", platforms=platforms))
    return program(manager)("POST", path, {"name": "Event", "post_id": post.pk}).json()


def test_template_is_listed_with_its_content(template, program, viewer, path):
    assert (template["name"], template["title"], template["type"]) == ("Event", "Open day", "event")
    assert template["platforms"] == [{"platform": "bluesky", "text": ""}, {"platform": "x", "text": "On X"}]
    assert program(viewer).get(path).json() == {"items": [template]}
    assert program(viewer).get(f"{path}/{template['id']}").json() == template


def test_post_starts_with_a_template(template, program, manager, path):
    one = f"{path}/{template['id']}/posts"
    made = program(manager)("POST", one, {"title": "Saturday", "is_idea": True})
    assert made.status_code == 201
    body = made.json()
    assert (body["title"], body["text"], body["status"], body["day"]) == ("Saturday", "Come in", "idea", None)
    assert [two["own_text"] for two in body["platforms"]] == ["", "On X"]
    assert program(manager)("POST", one, {}).json()["title"] == "Open day"
    assert_problem(program(manager)("POST", one, {"title": " "}), 422)


def test_rename_and_delete_template(template, program, manager, path):
    one = f"{path}/{template['id']}"
    assert program(manager)("PATCH", one, {"name": "Party"}).json()["name"] == "Party"
    problem = assert_problem(program(manager)("PATCH", one, {"name": ""}), 422)
    assert problem["errors"][0]["field"] == "name"
    assert program(manager)("DELETE", one).status_code == 204 and not PostTemplate.objects.exists()
    assert_problem(program(manager)("PATCH", one, {"name": "Late"}), 404)
    assert_problem(program(manager)("POST", path, {"name": "Lost", "post_id": 999_999}), 404)
