"""Digests through the API: one's own, from creation to a message, and what is refused."""

import pytest

from alerts.models import Digest
from delivery.models import Delivery, Destination
from tests.conftest import make_person
from tests.factories import make_keyword
from workplace.models import SavedView


@pytest.fixture
def root(project):
    return f"/projects/{project.pk}/digests"


def test_digest_is_created_changed_sent_and_deleted(program, root, project, viewer):
    api, keyword = program(viewer), make_keyword(project, "Lumen", "lumen")
    body = {"about": "keywords", "keywords": [keyword.pk], "frequency": "weekly", "weekday": 2, "languages": ["fr"]}
    made = api("POST", root, body).json()
    assert {name: made[name] for name in body} == body
    assert made["next_at"] and made["has_content"] and not made["is_main"]
    path = f"{root}/{made['id']}"
    assert api("PATCH", path, {"hour": 17}).json() == {
        **made,
        "hour": 17,
        "next_at": api("GET", path).json()["next_at"],
    }
    sent = api("POST", f"{path}/send")
    assert (sent.status_code, sent.json()["recipient"]) == (202, viewer.email)
    assert Delivery.objects.get().pk.hex == sent.json()["delivery"].replace("-", "")
    assert [one["is_main"] for one in api("GET", root).json()["items"]] == [True, False]
    assert api("PATCH", path, {"about": "project"}).json()["keywords"] == []
    assert api("DELETE", path).status_code == 204
    assert api("GET", path).status_code == 404


def test_main_digest_is_turned_off_instead_of_deleted(program, root, owner):
    api = program(owner)
    path = f"{root}/{api('GET', root).json()['items'][0]['id']}"
    assert api("DELETE", path).status_code == 422
    assert api("PATCH", path, {"frequency": "never"}).json()["next_at"] is None


def test_digests_of_other_members_return_404(program, root, project, owner, viewer):
    theirs = Digest.objects.create(project=project, user=owner)
    api = program(viewer)
    for method, path in (("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "/send")):
        assert api(method, f"{root}/{theirs.pk}{path}", {} if method == "PATCH" else None).status_code == 404
    assert theirs.pk not in [one["id"] for one in api("GET", root).json()["items"]]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"about": "keywords"}, "keywords"),
        ({"about": "keywords", "keywords": [999999]}, "keywords"),
        ({"about": "view"}, "view"),
        ({"about": "view", "view": "own of another"}, "view"),
        ({"frequency": "yearly"}, "frequency"),
        ({"hour": 24}, "hour"),
        ({"weekday": 7}, "weekday"),
        ({"month_day": 0}, "month_day"),
        ({"languages": ["french"]}, "languages"),
        ({"hour": None}, "hour"),
    ],
)
def test_digest_names_the_field_that_is_wrong(program, root, project, owner, body, field):
    if body.get("view"):
        other = make_person("other@example.com", project, "manager")
        body = {**body, "view": SavedView.objects.create(project=project, owner=other, name="Own", query="").pk}
    response = program(owner)("POST", root, body)
    assert response.status_code == 422 and field in response.json()["errors"][0]["field"]
    assert not Digest.objects.filter(is_main=False).exists()


def test_digest_without_content_is_not_sent(program, root, project, owner):
    digest = Digest.objects.create(project=project, user=owner, is_main=False, about="view")
    assert program(owner)("POST", f"{root}/{digest.pk}/send").json()["errors"][0]["code"] == "no_content"


def test_recipients_without_an_account_are_asked_to_confirm(program, root, project, owner, viewer):
    api = program(owner)
    path = f"{root}/{api('GET', root).json()['items'][0]['id']}/recipients"
    made = api("POST", path, {"email": "client@example.org", "language": "fr"}).json()
    assert (made["email"], made["language"], made["is_confirmed"]) == ("client@example.org", "fr", False)
    assert Delivery.objects.get(recipient="client@example.org").kind == "message"
    assert [one["id"] for one in api("GET", path).json()["items"]] == [made["id"]]
    assert api("POST", path, {"email": viewer.email}).json()["errors"][0]["code"] == "member"
    assert api("DELETE", f"{path}/{made['id']}").status_code == 204
    assert api("GET", path).json()["items"] == []
    own = Digest.objects.create(project=project, user=viewer)
    assert program(viewer)("GET", f"{root}/{own.pk}/recipients").status_code == 403


def test_channels_are_chosen_by_managers(program, root, project, owner, viewer):
    channel = Destination.objects.create(project=project, channel="ntfy", name="Team", language="en")
    path = f"{root}/{program(owner)('GET', root).json()['items'][0]['id']}"
    assert program(owner)("PATCH", path, {"channels": [channel.pk]}).json()["channels"] == [channel.pk]
    assert program(owner)("PATCH", path, {"hour": 5}).json()["channels"] == [channel.pk]
    assert program(owner)("PATCH", path, {"channels": [999999]}).json()["errors"][0]["code"] == "unknown"
    own = program(viewer)("GET", root).json()["items"][0]["id"]
    refused = program(viewer)("PATCH", f"{root}/{own}", {"channels": [channel.pk]})
    assert refused.json()["errors"][0]["code"] == "forbidden"
