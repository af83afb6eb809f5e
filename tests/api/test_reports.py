"""Reports through the API: from creation to a revoked link, and what is refused."""

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories import make_keyword, make_mentions
from workplace.models import SavedView


@pytest.fixture
def api(program, owner):
    return program(owner)


@pytest.fixture
def root(project):
    make_mentions(make_keyword(project, "Lumen", type="brand"), [{"published": timezone.now()}] * 3)
    return f"/projects/{project.pk}/reports"


def new_report(api, root, body):
    return f"{root}/{api('POST', root, body).json()['id']}"


def test_report_is_created_changed_rendered_and_deleted(api, root, project, owner):
    day = timezone.localdate().isoformat()
    made = api("POST", root, {"title": "Today", "period": "fixed", "first_day": day, "last_day": day}).json()
    path = f"{root}/{made['id']}"
    changed = api("PATCH", path, {"sections": ["summary"], "language": "fr"}).json()
    assert (changed["sections"], changed["title"]) == (["summary"], "Today")
    rendered = api("GET", f"{path}/render").json()
    assert rendered["sections"][0]["blocks"][0]["text"].startswith("3 mentions sur cette période")
    assert "<article" in api("GET", f"{path}/render?format=html").content.decode()
    assert api("GET", f"{path}/render?format=pdf").content.startswith(b"%PDF")
    assert [one["id"] for one in api("GET", root).json()["items"]] == [made["id"]]
    assert api("DELETE", path).status_code == 204
    assert api("GET", path).status_code == 404


def test_report_has_a_next_date_once_somebody_receives_it(api, root, viewer):
    path = new_report(api, root, {"is_scheduled": True})
    assert api("GET", path).json()["next_at"] is None
    api("POST", f"{path}/recipients", {"email": viewer.email})
    found = api("GET", path).json()
    assert found["next_at"] and api("GET", root).json()["items"] == [found]


def test_share_link_opens_the_report_until_it_is_revoked(api, root):
    path = f"{root}/{api('POST', root, {}).json()['id']}"
    link = api("POST", f"{path}/links", {"days": 7}).json()
    address = "/" + link["url"].split("/", 3)[3]
    assert Client().get(address).status_code == 200
    assert api("DELETE", f"{path}/links/{link['id']}").status_code == 204
    assert Client().get(address).status_code == 404
    assert api("GET", f"{path}/links").json()["items"][0]["url"] is None


def test_recipients_are_members_or_asked_to_confirm(api, root, viewer):
    path = f"{root}/{api('POST', root, {}).json()['id']}/recipients"
    member = api("POST", path, {"email": viewer.email}).json()
    other = api("POST", path, {"email": "client@example.org"}).json()
    assert (member["is_member"], member["is_confirmed"]) == (True, True)
    assert (other["is_member"], other["is_confirmed"]) == (False, False)
    assert api("POST", path, {"email": "x"}).status_code == 422
    assert api("DELETE", f"{path}/{other['id']}").status_code == 204
    assert len(api("GET", path).json()["items"]) == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"period": "fixed"}, "first_day"),
        ({"period": "fixed", "first_day": "2026-02-02", "last_day": "2026-02-01"}, "last_day"),
        ({"query": "sentiment=loud"}, "query"),
        ({"view": 99}, "view"),
        ({"sections": ["weather"]}, "sections"),
        ({"sections": []}, "sections"),
        ({"title": " "}, "title"),
        ({"hour": 24}, "hour"),
        ({"period": "fixed", "first_day": "2026-02-01", "last_day": "2026-02-02", "is_scheduled": True}, "is_sched"),
    ],
)
def test_report_names_the_field_that_is_wrong(api, root, body, field):
    response = api("POST", root, body)
    assert response.status_code == 422
    assert field in response.content.decode()


def test_report_of_a_view_follows_the_view(api, root, project, owner):
    view = SavedView.objects.create(project=project, owner=owner, name="None", query="sentiment=negative")
    assert api("POST", root, {"view": view.pk}).status_code == 422
    SavedView.objects.update(is_shared=True)
    day = timezone.localdate().isoformat()
    body = {"view": view.pk, "period": "fixed", "first_day": day, "last_day": day, "language": "en"}
    path = f"{root}/{api('POST', root, body).json()['id']}"
    assert "No mentions" in api("GET", f"{path}/render").content.decode()
    SavedView.objects.update(query="")
    assert "3 mentions" in api("GET", f"{path}/render").content.decode()
