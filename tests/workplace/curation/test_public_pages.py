"""The pages of a collection for readers without an account: addresses, archive, feeds, and the embeddable list."""

import json
import re
from datetime import timedelta

import feedparser
import pytest
from django.test import Client
from django.utils import timezone

from provisioning.deletion import delete_project
from tests.pages import words
from workplace.curation import issues, items
from workplace.curation import paper as issue_page
from workplace.curation.addresses import page_url
from workplace.curation.collections import change_collection
from workplace.models import CollectionIssue


def path_of(collection, rest=""):
    return "/" + page_url(collection).split("/", 3)[3] + rest


def get(path):
    return Client().get(path)


def test_public_issue_credits_sources_by_direct_links_and_tracks_nobody(published, public):
    response = get("/curation/lighting/1")
    body = response.content.decode()
    assert '<a href="https://phare.example/rennes" rel="noopener">Lumen opens in Rennes</a>' in body
    assert "At last." in body and "Good news" in body and "Le Phare" in body and "Edited by" in body
    assert not response.cookies and "<script" not in body
    assert re.findall(r'(?:src|href)="(https?://[^"]+)"', body.split("<body")[0]) == [
        "http://localhost:8000/curation/lighting/1"  # the canonical URL
    ]
    assert 'property="og:title" content="A week of parcels"' in body
    assert "X-Robots-Tag" not in response and "public" in response["Cache-Control"]


def test_archive_lists_published_issues_by_number(published, public, collection, owner, monkeypatch):
    monkeypatch.setattr(issue_page, "PAGE_SIZE", 1)
    second = issues.create_issue(collection, owner, timezone.now())
    assert "No. 2" not in words(get("/curation/lighting"))
    items.add_url(second, owner, "https://lamp.example/", timezone.now(), title="A lamp")
    issues.change_issue(second, 1, timezone.now(), title="A calm week")
    issues.publish(second, owner, timezone.now())
    first_page = get("/curation/lighting")
    assert "A calm week" in words(first_page) and "A week of parcels" not in words(first_page)
    assert 'href="?before=2"' in first_page.content.decode()
    assert "A week of parcels" in words(get("/curation/lighting?before=2"))
    body = get("/curation/lighting/2").content.decode()
    assert 'rel="prev" href="/curation/lighting/1"' in body and 'rel="next"' not in body


def test_page_is_in_the_language_of_the_collection(published, public, owner):
    change_collection(public, owner, language="fr")
    french, english = get("/curation/lighting"), get("/curation/lighting/1")
    assert '<html lang="fr"' in french.content.decode() and '<html lang="en"' in english.content.decode()


def test_secret_address_works_until_it_is_revoked(as_person, owner, published, collection, path):
    address = path_of(collection, "/1")
    response = get(address)
    assert response.status_code == 200 and 'content="noindex, nofollow"' in response.content.decode()
    assert response["X-Robots-Tag"] == "noindex, nofollow" and response["Referrer-Policy"] == "no-referrer"
    assert str(collection.secret) not in address
    as_person(owner).post(path("collection_renew", collection.pk))
    assert get(address).status_code == 404
    collection.refresh_from_db()
    assert get(path_of(collection, "/1")).status_code == 200


@pytest.mark.parametrize("address", ["lighting", "nothing", "x.y", "a" * 32 + ".forged"])
def test_unknown_addresses_get_the_same_page(published, collection, address):
    responses = [get(f"/curation/{address}"), get(f"/curation/{address}/1"), get(f"/curation/{address}/feed.atom")]
    assert [one.status_code for one in responses] == [404] * 3
    assert "This page isn’t available" in words(responses[0])


def test_address_with_a_nul_is_unknown(published, public):
    for path in ("/curation/%00", "/curation/%00/embed"):
        assert Client().get(path).status_code == 404


def test_pages_end_with_access_publication_and_project(published, public, owner, project):
    assert get("/curation/lighting/2").status_code == 404
    issues.unpublish(published, owner, timezone.now())
    assert get("/curation/lighting/1").status_code == 404
    assert "Nothing has been published yet" in words(get("/curation/lighting"))
    change_collection(public, owner, access="off")
    assert get("/curation/lighting").status_code == 404 and page_url(public.__class__.objects.get()) == ""
    change_collection(public, owner, access="public")
    delete_project(project, owner)
    assert get("/curation/lighting").status_code == 404


def test_feeds_have_one_entry_per_issue_with_its_links(published, public):
    response = get("/curation/lighting/feed.atom")
    read = feedparser.parse(response.content)
    entry = read.entries[0]
    assert not read.bozo and read.feed.title == "The week in lighting"
    assert (entry.title, entry.link) == ("A week of parcels", "http://localhost:8000/curation/lighting/1")
    assert 'href="https://phare.example/rennes"' in entry.summary and "At last." in entry.summary
    found = json.loads(get("/curation/lighting/feed.json").content)
    assert found["items"][0]["id"] == entry.id and "At last." in found["items"][0]["content_html"]
    assert get("/curation/lighting/feed.xml").status_code == 404
    again = Client().get("/curation/lighting/feed.atom", headers={"If-None-Match": response["ETag"]})
    assert again.status_code == 304


def test_embedded_list_may_be_framed_and_has_no_scripts(published, public):
    response = get("/curation/lighting/embed")
    assert "frame-ancestors *" in response["Content-Security-Policy"] and "X-Frame-Options" not in response
    assert "script-src" not in response["Content-Security-Policy"] and "<script" not in response.content.decode()
    assert "Lumen opens in Rennes" in words(response)
    page = get("/curation/lighting")
    assert "frame-ancestors 'none'" in page["Content-Security-Policy"] and page["X-Frame-Options"] == "DENY"


def test_secret_collection_cannot_be_embedded(published, collection, public, owner):
    change_collection(public, owner, access="secret")
    assert get(path_of(collection, "/embed")).status_code == 404


def test_day_of_publication_is_that_of_the_collection(published, public):
    moment = timezone.now().replace(year=2026, month=3, day=31, hour=22, minute=30)  # already April in Paris
    CollectionIssue.objects.update(published_at=moment - timedelta(0))
    assert "April 1, 2026" in words(get("/curation/lighting/1"))


def test_texts_of_people_are_escaped(published, public):
    published.items.update(title="<b>x</b>", comment="<script>x</script>", url="javascript:alert(1)")
    for address in ("/1", "/embed", "/feed.atom"):
        body = get(f"/curation/lighting{address}").content.decode()
        assert "<script>x" not in body and "<b>x</b>" not in body and 'href="javascript' not in body
