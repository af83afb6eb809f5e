"""Adding a source and explaining a page while the site takes its time: progress, limits, and results."""

import pytest
from django.utils import timezone

from accounts.models import Membership
from monitoring.models import FetchRequest
from monitoring.services import fetches
from tests.lookalikes.feeds import FeedServer
from tests.monitoring.conftest import rss
from tests.pages import words

FEED = rss({"title": "Bonjour", "link": "https://phare.example/1"})


@pytest.fixture
def web():
    with FeedServer() as server:
        yield server


@pytest.fixture(autouse=True)
def no_wait(monkeypatch):
    monkeypatch.setattr("dashboards.views.source_add.WAIT_S", 0)
    monkeypatch.setattr("dashboards.views.explain.WAIT_S", 0)


@pytest.fixture
def client(as_person, english_manager):
    return as_person(english_manager)


def test_progress_page_names_the_site_and_refreshes_with_and_without_javascript(client, at, web):
    address = client.post(at("source_add"), {"url": web.put("/feed.xml", body=FEED)}).url
    page = client.get(address)
    assert "Waiting for other fetches…" in words(page)
    assert f'<noscript><a class="btn" href="{address}">' in page.content.decode()
    FetchRequest.objects.update(state="running")
    fragment = client.get(address, headers={"HX-Request": "true"})
    assert "Waiting for 127.0.0.1" in words(fragment)
    assert f'hx-get="{address}"' in fragment.content.decode() and "<html" not in fragment.content.decode()


def test_progress_leads_htmx_to_the_result(client, at, web):
    address = client.post(at("source_add"), {"url": web.put("/feed.xml", body=FEED)}).url
    fetches.run_queued()
    response = client.get(address, headers={"HX-Request": "true"})
    assert response["HX-Redirect"] == address
    assert "“Le Phare” added." in words(client.get(address, follow=True))


def test_progress_of_another_person_or_project_is_not_found(client, at, as_person, owner, stranger, web):
    address = client.post(at("source_add"), {"url": web.url("/feed.xml")}).url
    assert as_person(owner).get(address).status_code == 404
    assert as_person(stranger).get(address).status_code == 404
    Membership.objects.create(project=stranger.projects.get(), user=FetchRequest.objects.get().user, role="admin")
    elsewhere = address.replace(at("sources"), f"/p/{stranger.projects.get().pk}/sources")
    assert client.get(elsewhere).status_code == 404
    assert client.get(address.replace("/sources/add/", "/explain/")).status_code == 404


@pytest.mark.parametrize(
    ("page", "fields"), [("source_add", {}), ("explain", {"query": "lumen", "fetch": "1"})], ids=["source", "explain"]
)
def test_fourth_fetch_at_a_time_is_refused_with_a_sentence(client, at, page, fields):
    for number in range(3):
        assert client.post(at(page), {"url": f"http://127.0.0.1:8000/{number}", **fields}).status_code == 302
    response = client.post(at(page), {"url": "http://127.0.0.1:8000/4", **fields})
    assert "You already have 3 fetches in progress. Wait until one has finished." in words(response)
    assert FetchRequest.objects.count() == 3


@pytest.mark.parametrize(
    ("page", "fields"), [("source_add", {}), ("explain", {"query": "lumen", "fetch": "1"})], ids=["source", "explain"]
)
def test_fetch_that_no_worker_finishes_ends_with_a_sentence(client, at, page, fields):
    address = client.post(at(page), {"url": "http://127.0.0.1:8000/", **fields}).url
    FetchRequest.objects.update(created_at=timezone.now() - 2 * fetches.LIMIT)
    assert "Vigie couldn’t finish fetching this page. Try again in a moment." in words(client.get(address))


def test_known_and_unusable_urls_need_no_fetch(client, at, web):
    web.put("/feed.xml", body=FEED)
    address = client.post(at("source_add"), {"url": web.url("/feed.xml")}).url
    fetches.run_queued()
    client.get(address)
    page = client.post(at("source_add"), {"url": web.url("/feed.xml")}, follow=True)
    assert "“Le Phare” is already a source." in words(page)
    assert "This URL can’t be fetched." in words(client.post(at("source_add"), {"url": "https://[two/feed"}))
    assert FetchRequest.objects.count() == 1


def test_explanation_of_a_slow_page_is_shown_when_it_arrives(client, at, web):
    page = b"<title>La panne</title><p>Box en panne"
    asked = {"url": web.put("/a", body=page, content_type="text/html"), "query": "panne", "fetch": "1"}
    address = client.post(at("explain"), asked).url
    assert "Waiting for" in words(client.get(address))
    fetches.run_queued()
    found = client.get(address)
    assert "Matches" in words(found) and "Box en" in words(found)
    assert "panne</textarea>" in found.content.decode()


def test_explanation_survives_the_deletion_of_its_keyword(client, at, web, project):
    from tests.factories import make_keyword

    keyword = make_keyword(project, "Lumen", "lumen")
    web.put("/a", body=b"<p>Lumen", content_type="text/html")
    address = client.post(at("explain"), {"url": web.url("/a"), "keyword": keyword.pk, "fetch": "1"}).url
    fetches.run_queued()
    keyword.delete()
    assert client.get(address).status_code == 200
