"""Pictures of posts in the API: add, read, describe, order and remove, with versions."""

import io

import pytest
from PIL import Image

from accounts.tokens import create_token
from tests.api.test_access import assert_problem
from tests.pictures import picture_bytes, picture_file
from workplace import posts
from workplace.models import PostPicture
from workplace.post_pictures import PictureValues
from workplace.posts import PostValues

pytestmark = pytest.mark.django_db


@pytest.fixture
def post(project, manager):
    pictures = [PictureValues("A lamp", data=picture_bytes())]
    return posts.create_post(project, manager, PostValues("Open day", pictures=pictures))


@pytest.fixture
def path(project, post):
    return f"/projects/{project.pk}/posts/{post.pk}/pictures"


@pytest.fixture
def upload(program, client, path):
    """`upload(user, **fields)` adds a picture."""

    def upload(user, **fields):
        program(None)  # with its own cache
        headers = {"Authorization": f"Bearer {create_token(user, 'test')}"}
        return client.post(f"/api/v1{path}", {"version": 1, "file": picture_file(), **fields}, headers=headers)

    return upload


def alts(response):
    return [one["alt"] for one in response.json()["pictures"]]


def test_add_picture_returns_the_post_with_its_pictures(upload, manager, program, viewer, project, path):
    added = upload(manager, alt="Another")
    assert added.status_code == 201 and alts(added) == ["A lamp", "Another"]
    assert added.json()["version"] == 2
    [listed] = program(viewer).get(f"/projects/{project.pk}/posts", which="undated").json()["items"]
    assert listed == added.json()
    response = program(viewer).get(f"{path}/{added.json()['pictures'][1]['id']}")
    assert response["Content-Type"] == "image/jpeg"
    with Image.open(io.BytesIO(response.content)) as shown:
        assert shown.size == (64, 48)


def test_change_picture_describes_and_moves_it(upload, manager, program, path):
    added = upload(manager, alt="Another").json()
    one = f"{path}/{added['pictures'][1]['id']}"
    assert alts(program(manager)("PATCH", one, {"version": 2, "position": 1})) == ["Another", "A lamp"]
    changed = program(manager)("PATCH", one, {"version": 3, "alt": ""})
    assert alts(changed) == ["", "A lamp"] and changed.json()["version"] == 4
    assert_problem(program(manager)("PATCH", one, {"version": 3, "alt": "Late"}), 409)
    assert_problem(program(manager)("PATCH", one, {"version": 0, "alt": "Late"}), 422)
    assert_problem(program(manager)("PATCH", one, {"version": 4, "position": 5}), 422)
    assert_problem(program(manager)("PATCH", f"{path}/999999", {"version": 4, "alt": "x"}), 404)


def test_remove_picture_returns_the_post_without_it(manager, program, path, post):
    one = f"{path}/{post.pictures.get().pk}"
    assert alts(program(manager)("DELETE", one)) == [] and not PostPicture.objects.exists()
    assert_problem(program(manager)("DELETE", one), 404)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"version": ""}, "version"),
        ({"file": ""}, "file"),
        ({"file": picture_file(size=(6_001, 1))}, "pictures"),
        ({"alt": "x" * 1_001}, "pictures"),
    ],
)
def test_add_picture_names_what_is_wrong(upload, owner, fields, field):
    if hasattr(fields.get("file"), "seek"):
        fields["file"].seek(0)
    problem = assert_problem(upload(owner, **fields), 422)
    assert [error["field"] for error in problem["errors"]] == [field]
    assert PostPicture.objects.count() == 1


def test_other_changes_leave_the_pictures(manager, program, project, post):
    changed = program(manager)("PATCH", f"/projects/{project.pk}/posts/{post.pk}", {"version": 1, "text": "New"})
    assert alts(changed) == ["A lamp"]


def test_viewer_and_stranger_change_no_pictures(upload, viewer, stranger, post):
    assert_problem(upload(viewer), 403)
    assert_problem(upload(stranger), 404)
    assert post.pictures.count() == 1
