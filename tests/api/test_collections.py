"""Collections through the API: from the first item to a page and its readers, and what is refused."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from delivery.models import ExternalRecipient
from monitoring.content.native_keys import key_of
from monitoring.content.urls import canonical_url
from tests.factories import make_keyword, make_mention
from workplace.curation import newsletter
from workplace.models import CollectionItem


@pytest.fixture
def api(program, owner):
    return program(owner)


@pytest.fixture
def root(project):
    return f"/projects/{project.pk}"


@pytest.fixture
def collection(api, root):
    return api("POST", f"{root}/collections", {"name": "Lighting", "access": "public", "slug": "lighting"}).json()


@pytest.fixture
def issue(api, root, collection):
    return api("POST", f"{root}/collections/{collection['id']}/issues").json()


@pytest.fixture
def mention(project):
    url = "https://phare.example/rennes"
    return make_mention(make_keyword(project), url=url, address_key=key_of(canonical_url(url)), title="Rennes")


def test_collection_is_created_changed_and_deleted(api, root, collection):
    path = f"{root}/collections/{collection['id']}"
    assert collection["url"] == "http://localhost:8000/curation/lighting"
    changed = api("PATCH", path, {"access": "secret", "intro": "Every Friday"}).json()
    assert (changed["access"], changed["intro"], changed["name"]) == ("secret", "Every Friday", "Lighting")
    renewed = api("POST", f"{path}/address").json()
    assert renewed["url"] != changed["url"] and Client().get(changed["url"].split("8000")[1]).status_code == 404
    assert api("GET", path).json() == renewed == api("GET", f"{root}/collections").json()["items"][0]
    assert api("DELETE", path).status_code == 204 and api("GET", path).status_code == 404


def test_issue_is_filled_ordered_published_and_read(api, root, issue, mention):
    path = f"{root}/issues/{issue['id']}"
    section = api("POST", f"{path}/sections", {"title": "Good news"}).json()["id"]
    api("POST", f"{path}/items", {"mention": mention.pk, "comment": "At last.", "section": section})
    api("POST", f"{path}/items", {"url": "https://phare.example/rennes?utm_source=x"})  # the same item
    full = api("POST", f"{path}/items", {"url": "https://halo.example/", "title": "Halo", "section": section}).json()
    assert [(one["title"], one["section"]) for one in full["items"]] == [("Rennes", section), ("Halo", section)]
    first, second = (one["id"] for one in full["items"])
    api("PATCH", f"{path}/items/{second}", {"version": 1, "published_on": "2026-11-20", "section": 0})
    places = [{"item": first}, {"item": second, "section": section}]
    ordered = api("POST", f"{path}/order", {"order_version": 3, "places": places}).json()
    assert [one["id"] for one in ordered["items"]] == [first, second]
    assert (
        api("PATCH", f"{path}/sections/{section}", {"order_version": 4, "title": "Better"}).json()["sections"][0][
            "title"
        ]
        == "Better"
    )
    api("PATCH", path, {"version": 1, "title": "A week of parcels"})
    published = api("POST", f"{path}/publish").json()
    assert published["published_at"] and "A week of parcels" in Client().get("/curation/lighting/1").content.decode()
    assert api("PATCH", path, {"version": 2, "title": "Other"}).status_code == 422
    assert api("DELETE", f"{path}/items/{first}").status_code == 422
    assert api("POST", f"{path}/unpublish").json()["published_at"] is None
    assert api("DELETE", f"{path}/items/{first}").status_code == 204
    assert api("DELETE", f"{path}/sections/{section}").status_code == 204
    assert [one["section"] for one in api("GET", path).json()["items"]] == [0]
    assert api("DELETE", path).status_code == 204 and not CollectionItem.objects.exists()


def test_change_of_an_older_version_is_refused_with_what_is_stored(api, root, issue):
    path = f"{root}/issues/{issue['id']}"
    section = api("POST", f"{path}/sections", {"title": "Good news"}).json()["id"]
    item = api("POST", f"{path}/items", {"url": "https://halo.example/"}).json()["items"][0]
    assert (issue["version"], issue["order_version"], item["version"]) == (1, 1, 1)
    changes = [
        ("PATCH", path, {"version": 1, "title": "First"}, ("title", "First")),
        ("PATCH", f"{path}/items/{item['id']}", {"version": 1, "comment": "First"}, ("comment", "First")),
        ("PATCH", f"{path}/sections/{section}", {"order_version": 2, "title": "First"}, ("order_version", 3)),
        ("POST", f"{path}/order", {"order_version": 3, "places": []}, ("order_version", 4)),
    ]
    for method, url, body, stored in changes:
        assert api(method, url, body).status_code == 200
        later = {name: "Second" if value == "First" else value for name, value in body.items()}
        refused = api(method, url, later)
        assert refused.status_code == 409
        assert stored in [(one["field"], one["value"]) for one in refused.json()["errors"]]
    full = api("GET", path).json()
    assert (full["title"], full["items"][0]["comment"], full["sections"][0]["title"]) == ("First",) * 3


def test_issues_are_listed_by_number_in_pages(api, root, collection, issue, monkeypatch):
    monkeypatch.setattr("api.issues.PAGE_SIZE", 1)
    path = f"{root}/collections/{collection['id']}/issues"
    api("POST", path)
    page = api("GET", path).json()
    assert ([one["number"] for one in page["items"]], page["next_before"]) == ([2], 2)
    page = api("GET", f"{path}?before=2").json()
    assert ([one["number"] for one in page["items"]], page["next_before"]) == ([1], None)


def test_issue_is_sent_once_to_readers_who_confirmed(api, root, collection, issue):
    path, readers = f"{root}/issues/{issue['id']}", f"{root}/collections/{collection['id']}/readers"
    api("POST", f"{path}/items", {"url": "https://halo.example/"})
    api("PATCH", path, {"version": 1, "title": "Parcels"})
    assert api("POST", f"{path}/send").status_code == 422
    api("POST", f"{path}/publish")
    reader = api("POST", readers, {"email": "reader@example.org"}).json()
    assert reader["is_confirmed"] is False and api("POST", readers, {"email": "x"}).status_code == 422
    ExternalRecipient.objects.update(confirmed_at=timezone.now() - timedelta(days=1))
    assert api("POST", f"{path}/send").json()["send_requested_at"]
    newsletter.send_requested(timezone.now())
    assert api("GET", path).json()["sent_at"] and api("POST", f"{path}/send").status_code == 422
    assert [one["email"] for one in api("GET", readers).json()["items"]] == ["reader@example.org"]
    assert api("DELETE", f"{readers}/{reader['id']}").status_code == 204
    assert api("GET", readers).json() == {"items": [], "next_before": None}


def test_issue_is_planned_for_a_clock_and_canceled(api, root, issue):
    path = f"{root}/issues/{issue['id']}"
    day = (timezone.localdate() + timedelta(days=30)).isoformat()
    plan = {"day": day, "time": "08:00", "time_zone": "America/Montreal", "sends": True}
    assert api("PUT", f"{path}/plan", plan).json()["errors"][0]["field"] == "title"
    api("PATCH", path, {"version": 1, "title": "Parcels"})
    api("POST", f"{path}/items", {"url": "https://halo.example/"})
    planned = api("PUT", f"{path}/plan", plan).json()
    at = datetime.fromisoformat(planned["publish_at"]).astimezone(ZoneInfo("America/Montreal"))
    assert (at.date().isoformat(), at.hour, planned["sends"]) == (day, 8, True)
    for wrong, field in (
        ({"time_zone": "Mars/Base"}, "time_zone"),
        ({"day": "2020-01-01"}, "day"),
        ({"day": "0001-01-01"}, "day"),
    ):
        assert api("PUT", f"{path}/plan", plan | wrong).json()["errors"][0]["field"] == field
    assert api("DELETE", f"{path}/plan").status_code == 204
    assert api("GET", path).json()["publish_at"] is None


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"mention": 10**12}, "mention"),
        ({"url": "x"}, "url"),
        ({}, "url"),
        ({"url": "https://a.example/", "title": "x" * 301}, "title"),
        ({"url": "https://phare.example/rennes", "comment": "x" * 2001}, "comment"),
        ({"url": "https://a.example/", "section": -1}, "section"),
        ({"other": 1}, "other"),
    ],
)
def test_wrong_items_are_named_and_nothing_is_added(api, root, issue, mention, body, field):
    response = api("POST", f"{root}/issues/{issue['id']}/items", body)
    assert response.status_code == 422 and response.json()["errors"][0]["field"] == field
    assert not CollectionItem.objects.exists()


def test_url_that_another_collection_has_is_named(api, root, collection):
    response = api("POST", f"{root}/collections", {"name": "Lighting", "access": "public", "slug": "lighting"})
    assert response.status_code == 422 and response.json()["errors"][0]["field"] == "slug"


def test_viewer_reads_and_changes_nothing(program, viewer, root, collection, issue):
    reads = program(viewer)
    assert reads("GET", f"{root}/collections").json()["items"][0]["name"] == "Lighting"
    assert reads("GET", f"{root}/issues/{issue['id']}").json()["number"] == 1
    for method, path in (
        ("POST", "/collections"),
        ("POST", f"/collections/{collection['id']}/issues"),
        ("PATCH", f"/issues/{issue['id']}"),
        ("POST", f"/issues/{issue['id']}/publish"),
        ("GET", f"/collections/{collection['id']}/readers"),
    ):
        body = {"name": "x"} if path == "/collections" else {"version": 1} if method == "PATCH" else None
        assert reads(method, f"{root}{path}", body).status_code == 403


def test_figure_is_stored_when_the_issue_is_published(api, root, issue, mention):
    path, keyword = f"{root}/issues/{issue['id']}", mention.keyword
    mention.published = timezone.now() - timedelta(days=2)
    mention.save()
    body = {"metric": "mentions", "days": 30, "keyword": keyword.pk}
    added = api("POST", f"{path}/figures", body).json()["items"][-1]
    assert (added["metric"], added["days"], added["figure"], added["url"]) == ("mentions", 30, {}, "")
    api("PATCH", path, {"version": 1, "title": "Parcels"})
    assert api("POST", f"{path}/publish").json()["items"][0]["figure"]["value"] == 1
    assert api("POST", f"{path}/figures", body).status_code == 422


@pytest.mark.parametrize("is_mention", [True, False])
def test_item_that_the_issue_has_stays_as_it_is(api, root, issue, mention, is_mention):
    path = f"{root}/issues/{issue['id']}/items"
    body = {"mention": mention.pk} if is_mention else {"url": "https://halo.example/"}
    first = api("POST", path, body | {"comment": "Theirs"}).json()["items"][0]
    again = api("POST", path, body)
    assert again.status_code == 201 and len(again.json()["items"]) == 1
    refused = api("POST", path, body | {"comment": "Mine"})
    error = refused.json()["errors"][0]
    assert (refused.status_code, error["field"], error["code"]) == (409, next(iter(body)), "already_added")
    assert error["value"] == first["id"] and CollectionItem.objects.get().comment == "Theirs"
