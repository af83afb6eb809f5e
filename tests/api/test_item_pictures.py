"""Pictures of items through the API: a file, a URL, the description alone, and what is refused."""

import pytest
from django.test import Client

from accounts.tokens import create_token
from tests.lookalikes.feeds import FeedServer
from tests.workplace.curation.test_pictures import image
from workplace.models import CollectionItem, ItemPicture


@pytest.fixture
def issue(program, owner, project):
    """Return the path of a draft in the API, and the caller."""
    api, root = program(owner), f"/projects/{project.pk}"
    collection = api("POST", f"{root}/collections", {"name": "Lighting"}).json()["id"]
    return api, f"{root}/issues/{api('POST', f'{root}/collections/{collection}/issues').json()['id']}"


@pytest.fixture
def upload(owner, issue):
    """`upload(path, **fields)` posts multipart/form-data with a token of the owner."""
    token = create_token(owner, "test")

    def post(path, **fields):
        return Client().post(f"/api/v1{path}", fields, headers={"Authorization": f"Bearer {token}"})

    return post


def test_picture_is_uploaded_described_and_removed(issue, upload):
    api, path = issue
    item = api("POST", f"{path}/items", {"url": "https://halo.example/"}).json()["items"][0]
    assert item["picture"] is None
    one = f"{path}/items/{item['id']}/picture"
    assert upload(one, file=image(), alt="A lamp").json() == {"width": 1200, "height": 675, "alt": "A lamp"}
    assert upload(one, alt="A desk lamp").json()["alt"] == "A desk lamp"
    assert api("GET", path).json()["items"][0]["picture"]["alt"] == "A desk lamp"
    assert api("DELETE", one).status_code == 204 and not ItemPicture.objects.exists()
    for fields, field in (
        ({"alt": "A lamp"}, "picture"),
        ({"file": image()}, "alt"),
        ({"url": "x", "alt": "y"}, "picture_url"),
    ):
        response = upload(one, **fields)
        assert response.status_code == 422 and response.json()["errors"][0]["field"] == field


def test_item_is_added_with_its_picture_or_not_at_all(issue):
    api, path = issue
    with FeedServer() as web:
        picture = web.put("/lamp.png", body=image().read(), content_type="image/png")
        page = web.put("/page", body=b"<p>x</p>", content_type="text/html")
        body = {"url": "https://halo.example/", "picture_url": picture}
        for wrong, field in (({"picture_url": page, "picture_alt": "x"}, "picture_url"), ({}, "picture_alt")):
            response = api("POST", f"{path}/items", body | wrong)
            assert response.status_code == 422 and response.json()["errors"][0]["field"] == field
            assert not CollectionItem.objects.exists()
        full = api("POST", f"{path}/items", body | {"picture_alt": "A lamp"}).json()
    assert full["items"][0]["picture"]["alt"] == "A lamp"
