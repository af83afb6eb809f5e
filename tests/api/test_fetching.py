"""Fetches that programs ask for: limited per person and per web process, with Retry-After."""

import pytest

from monitoring.models import FetchRequest
from monitoring.services import fetches
from tests.lookalikes.feeds import FeedServer
from tests.monitoring.conftest import rss

FEED = rss({"title": "Bonjour", "link": "https://phare.example/1"})
CALLS = [("sources", {}), ("why", {"query": "lumen", "fetch": True})]


@pytest.mark.parametrize(("noun", "body"), CALLS, ids=["sources", "why"])
def test_fourth_fetch_of_a_person_returns_429(program, manager, project, noun, body):
    for _ in range(fetches.MAX_PER_PERSON):
        fetches.request_fetch(project, manager, FetchRequest.Kind.SOURCE, "https://a.example/")
    response = program(manager)("POST", f"/projects/{project.pk}/{noun}", {"url": "http://127.0.0.1:8000/", **body})
    assert (response.status_code, response["Retry-After"]) == (429, "5")
    assert "3 pages" in response.json()["detail"], "in the language of the person"


@pytest.mark.parametrize(("noun", "body"), CALLS, ids=["sources", "why"])
def test_fetch_without_a_free_slot_returns_503(program, manager, owner, project, noun, body):
    with (
        fetches.fetch_here(project, owner, FetchRequest.Kind.PAGE, "https://a.example/1"),
        fetches.fetch_here(project, owner, FetchRequest.Kind.PAGE, "https://a.example/2"),
    ):
        call = program(manager)
        path = f"/projects/{project.pk}/{noun}"
        response = call("POST", path, {"url": "http://127.0.0.1:8000/", **body})
    assert (response.status_code, response["Retry-After"]) == (503, "5")


def test_fetch_leaves_no_trace_when_it_is_done(program, manager, project):
    with FeedServer() as web:
        url = web.put("/feed.xml", body=FEED)
        call, path = program(manager), f"/projects/{project.pk}/sources"
        assert call("POST", path, {"url": url}).status_code == 201
        assert call("POST", path, {"url": url}).status_code == 200
    assert not FetchRequest.objects.exists()
