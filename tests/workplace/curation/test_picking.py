"""Pick mentions and URLs into drafts; what was deleted at its source is cut out."""

import contextlib
from datetime import timedelta
from functools import partial

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone

from monitoring.ingest.deletions import blank_documents
from monitoring.services import fetches
from tests.factories import make_document, make_keyword, make_mention, make_mentions, make_source
from tests.lookalikes.feeds import FeedServer
from tests.pages import words
from tests.racing import race
from tests.workplace.curation.contents import add
from workplace.curation import issues, items
from workplace.curation.collections import create_collection
from workplace.curation.versions import AlreadyAdded
from workplace.models import CollectionIssue, CollectionItem


def test_mention_is_picked_once_with_what_the_issue_shows(as_person, owner, collection, draft, mention, path):
    client, pick = as_person(owner), {"id": mention.pk, "collection": collection.pk}
    first = client.post(path("mentions_pick"), pick, headers={"HX-Request": "true"})
    assert "1 item added to “The week in lighting”, no. 1." in words(first)
    assert "In collection" in words(first)
    again = client.post(path("mentions_pick"), pick, headers={"HX-Request": "true"})
    assert "Already in “The week in lighting”, no. 1." in words(again)
    item = draft.items.get()
    assert (item.title, item.source, item.url) == ("Lumen opens in Rennes", "Le Phare", "https://phare.example/rennes")
    assert item.excerpt.startswith("A new lumen shop.")
    assert item.published_on == mention.published.astimezone(collection.zone).date()
    page = words(client.get(path("mention", mention.pk)))
    assert "In collection" in page
    assert "Added to the collection “The week in lighting 1”." in page


def test_several_mentions_are_picked_from_the_list_into_a_new_draft(as_person, owner, project, collection, path):
    found = make_mentions(make_keyword(project), 3)
    fields = {"id": [one.pk for one in found], "collection": collection.pk, "next": path("mentions")}
    response = as_person(owner).post(path("mentions_pick"), fields, follow=True)
    assert "3 items added" in words(response)
    assert CollectionIssue.objects.get().items.count() == 3


@pytest.mark.django_db(transaction=True)
def test_two_people_who_pick_at_the_same_moment_share_one_new_draft(
    as_person, owner, manager, project, collection, path
):
    keyword, url = make_keyword(project), path("mentions_pick")
    fields = [{"id": make_mention(keyword).pk, "collection": collection.pk} for _ in range(2)]
    clients = as_person(owner), as_person(manager)
    for _ in range(5):
        CollectionIssue.objects.all().delete()
        race(lambda: clients[0].post(url, fields[0]), lambda: clients[1].post(url, fields[1]))
        assert CollectionIssue.objects.get().items.count() == 2


def test_mentions_of_another_project_are_not_picked(as_person, owner, stranger, collection, path):
    foreign = make_mention(make_keyword(stranger.projects.get()))
    fields = {"id": foreign.pk, "collection": collection.pk}
    assert "Select the mentions" in words(as_person(owner).post(path("mentions_pick"), fields, follow=True))
    assert not CollectionItem.objects.exists()


def test_button_uses_the_collection_whose_draft_changed_last(
    as_person, owner, project, collection, draft, mention, path
):
    other = create_collection(project, owner, "Competitors")
    issues.create_issue(other, owner, timezone.now() + timedelta(minutes=1))
    page = as_person(owner).get(path("mention", mention.pk)).content.decode()
    assert f'name="collection" value="{other.pk}" id="pick-{mention.pk}" data-action="pick"' in page
    assert "Other collections" in page


def test_mention_page_has_no_button_without_a_collection_or_for_viewers(
    as_person, owner, viewer, project, mention, path
):
    assert 'data-action="pick"' not in as_person(owner).get(path("mention", mention.pk)).content.decode()
    create_collection(project, owner, "Press")
    assert 'data-action="pick"' not in as_person(viewer).get(path("mention", mention.pk)).content.decode()


def test_url_of_a_stored_item_picks_the_item(as_person, owner, draft, mention, path):
    as_person(owner).post(path("issue_item_new", draft.pk), {"url": "phare.example/rennes?utm_source=x"})
    assert draft.items.get().document_id == mention.document_id


def test_title_of_any_page_is_fetched(as_person, owner, draft, path, monkeypatch):
    monkeypatch.setattr("dashboards.views.issue_urls.WAIT_S", 0)
    client = as_person(owner)
    with FeedServer() as web:
        page = b"<html><title>Lamps  of the year</title><body><p>Ten lamps.</p></body></html>"
        url = web.put("/lamps", body=page, content_type="text/html")
        progress = client.post(path("issue_item_new", draft.pk), {"url": url})
        assert "Add an item" in words(client.get(progress.url))
        fetches.run_queued()
        assert client.get(progress.url, follow=True).status_code == 200
    client.get(progress.url)  # loaded again, it adds nothing
    item = draft.items.get()
    assert (item.title, item.url, item.source) == ("Lamps of the year", url, "127.0.0.1")


def test_page_that_cannot_be_read_is_added_under_its_host(as_person, owner, draft, path, monkeypatch):
    monkeypatch.setattr("dashboards.views.issue_urls.WAIT_S", 0)
    client = as_person(owner)
    with FeedServer() as web:
        progress = client.post(path("issue_item_new", draft.pk), {"url": web.url("/missing")})
        fetches.run_queued()
        assert "couldn’t read the title" in words(client.get(progress.url, follow=True))
    assert draft.items.get().title == "127.0.0.1"


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("", "Enter a URL."),
        ("lumen", "starts with https://"),
        ("ftp://lumen.example/", "starts with https://"),
        ("https://[x", "starts with https://"),
        ("https://ada:secret@lumen.example/", "password or a token"),
        ("https://lumen.example/" + "x" * 2000, "remove 22 characters"),
    ],
)
def test_url_that_readers_could_not_open_is_refused(as_person, owner, draft, path, url, message):
    response = as_person(owner).post(path("issue_item_new", draft.pk), {"url": url, "title": "Lamp"}, follow=True)
    assert message in words(response) and not draft.items.exists()


def test_issue_has_a_limited_number_of_items(owner, draft, project, monkeypatch):
    monkeypatch.setattr(items, "MAX_ITEMS", 1)
    add(draft, owner, "one")
    with pytest.raises(ValidationError, match="item"):
        items.pick(draft, owner, [make_document(project)], timezone.now())


@pytest.mark.parametrize("end", ["x" * 3000, "?token=2b7e151628aed2a6abf7158809cf4f3c"])
def test_picked_item_whose_url_readers_should_not_get_has_none_and_can_be_commented(
    as_person, owner, draft, project, path, end
):
    source = make_source(project)
    long = make_mention(make_keyword(project), source=source, title="Lumen", url=f"https://a.example/{end}")
    items.pick(draft, owner, [long.document], timezone.now())
    item = draft.items.get()
    assert item.url == ""
    fields = {"title": item.title, "url": "", "source": item.source, "excerpt": "", "comment": "Good", "version": 1}
    as_person(owner).post(path("issue_item_change", item.pk), fields)
    item.refresh_from_db()
    assert item.comment == "Good"


@pytest.mark.django_db(transaction=True)
def test_item_that_is_cut_out_while_somebody_changes_it_stays_cut_out(draft, mention, owner):
    items.pick(draft, owner, [mention.document], timezone.now())
    item = draft.items.get()

    def cut_out():
        with transaction.atomic(), connection.cursor() as cursor:
            blank_documents(cursor, [mention.document_id], "platform", timezone.now())

    def change():
        with contextlib.suppress(ValidationError):
            items.change_item(item, 1, timezone.now(), comment="At last.")

    for _ in range(5):
        race(cut_out, change)
    item.refresh_from_db()
    assert item.removed_at and not item.title and not item.comment


def test_deleted_item_is_cut_out_of_drafts_and_published_issues(as_person, owner, published, mention, path):
    with transaction.atomic(), connection.cursor() as cursor:
        blank_documents(cursor, [mention.document_id], "platform", timezone.now())
    item = published.items.get(document_id=mention.document_id)
    assert (item.title, item.url, item.comment) == ("", "", "") and item.removed_at
    page = words(as_person(owner).get(path("issue", published.pk)))
    assert "Lumen opens in Rennes" not in page and "(no longer available)" in page
    issues.unpublish(published, owner, timezone.now())
    assert "Its author or platform deleted it." in words(as_person(owner).get(path("issue", published.pk)))
    with pytest.raises(ValidationError, match="deleted by its author"):
        items.change_item(item, 1, timezone.now(), title="Back again")
    draft = issues.create_issue(published.collection, owner, timezone.now())
    mention.document.refresh_from_db()
    assert items.pick(draft, owner, [mention.document], timezone.now()) == 0


def test_url_that_the_draft_has_is_not_added_again(as_person, owner, draft, path):
    fields = {"url": "https://a.example/", "title": "A lamp"}
    client, page = as_person(owner), path("issue_item_new", draft.pk)
    client.post(page, fields)
    response = client.post(page, fields | {"title": "Another"}, follow=True)
    assert "This item is already in the issue." in words(response)
    assert draft.items.get().title == "A lamp"


@pytest.mark.django_db(transaction=True)
def test_url_that_two_people_add_at_the_same_moment_is_one_item(draft, owner):
    adding = partial(items.add_url, draft, owner, "https://a.example/", timezone.now(), title="A lamp")
    results = race(adding, adding)
    assert draft.items.count() == 1 and [type(one) for one in results].count(AlreadyAdded) == 1
