"""Sources of platforms over the API: adding them, and what is returned of their settings, reports and credentials."""

import pytest

from accounts.models import ActivityEntry
from monitoring.models import Credential, Source
from monitoring.platforms.registry import PLATFORMS
from tests.factories import make_source
from tests.lookalikes.platforms.keyed import KeyedPlatform


@pytest.fixture
def add(project, manager, program):
    call = program(manager)
    return lambda **body: call("POST", f"/projects/{project.pk}/sources/platforms", body)


@pytest.fixture
def keyed(monkeypatch):
    monkeypatch.setitem(PLATFORMS, "keyed", KeyedPlatform())


def test_source_of_a_platform_is_added_once(add, project):
    made = add(platform="mastodon", settings={"tag": "lumen"})
    assert made.status_code == 201
    source = made.json()
    assert (source["platform"], source["settings"]) == ("mastodon", {"tag": "lumen", "server": "mastodon.social"})
    assert (source["credential"], source["report"], source["error"]) == (None, None, None)
    again = add(platform="mastodon", settings={"tag": "lumen"})
    assert (again.status_code, again.json()["id"]) == (200, source["id"])
    assert ActivityEntry.objects.get().action == "source.added"


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"platform": "nothing"}, "platform", "unknown"),
        ({"platform": "feed"}, "platform", "unknown"),
        ({"platform": "mastodon"}, "settings.tag", "required"),
        ({"platform": "mastodon", "settings": {"tag": "two words"}}, "settings.tag", "malformed"),
        ({"platform": "hackernews", "settings": {"base_url": "http://127.0.0.1/"}}, "settings.base_url", "unknown"),
        ({"platform": "hackernews", "secrets": {"key": "x"}}, "secrets.key", "unknown"),
        ({"platform": "hackernews", "credential": 5}, "credential", "unknown"),
        ({"platform": "keyed"}, "secrets.key", "required"),
        ({"platform": "keyed", "secrets": {"key": "x"}}, "secrets.key", "malformed"),
        ({"platform": "hackernews", "url": "https://a.example/"}, "url", "extra_forbidden"),
    ],
)
def test_invalid_body_names_the_field(add, keyed, body, field, code):
    answer = add(**body)
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert (error["field"], error["code"]) == (field, code) and error["message"]
    assert not Source.objects.exists() and not Credential.objects.exists()


def test_secrets_are_stored_encrypted_and_not_returned(add, keyed, project):
    answer = add(platform="keyed", secrets={"key": "k-77123"}, credential_name="Team key")
    assert answer.status_code == 201 and "k-77123" not in answer.content.decode()
    credential = Credential.objects.get()
    assert answer.json()["credential"] == {"id": credential.pk, "name": "Team key"}
    assert credential.secrets == {"key": "k-77123"}
    second = add(platform="keyed", settings={"place": "lyon"}, credential=credential.pk)
    assert second.status_code == 201 and second.json()["credential"]["id"] == credential.pk


def test_list_shows_reports_without_hidden_settings_in_a_fixed_number_of_queries(
    project, viewer, program, django_assert_max_num_queries
):
    report = {"gap": True, "skipped": 2, "searches": 3, "wider": [5], "unsearchable": [6]}
    for number in range(5):
        make_source(
            project,
            platform="mastodon",
            settings={"tag": f"t{number}", "base_url": "http://127.0.0.1/"},
            report=report,
            credential=Credential.objects.create(project=project, platform="mastodon", name="Key"),
        )
    call = program(viewer)
    with django_assert_max_num_queries(6):
        items = call.get(f"/projects/{project.pk}/sources").json()["items"]
    assert items[0]["report"] == report and items[0]["settings"] == {"tag": "t0"}
    assert items[0]["credential"]["name"] == "Key"


def test_viewer_cannot_add_a_source(project, viewer, stranger, program):
    path, body = f"/projects/{project.pk}/sources/platforms", {"platform": "hackernews"}
    assert program(viewer)("POST", path, body).status_code == 403
    assert program(stranger)("POST", path, body).status_code == 404
    assert not Source.objects.exists()
