"""Collections and their drafts on the pages of members: create, pick, comment, order, publish, and what is refused."""

import contextlib
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import ActivityEntry
from monitoring.ingest.deletions import blank_documents
from monitoring.models import SourcePeriod
from monitoring.services import fetches
from tests.factories import make_document, make_keyword, make_mention, make_mentions, make_source, make_story
from tests.lookalikes.feeds import FeedServer
from tests.pages import words
from tests.racing import race
from workplace.curation import issues, items
from workplace.curation.collections import MAX_COLLECTIONS, change_collection, create_collection
from workplace.models import Collection, CollectionIssue, CollectionItem


def titles(issue):
    """Return (section, title) of the items in the order in which readers see them."""
    order = [0, *(one["id"] for one in issue.sections)]
    found = sorted(issue.items.all(), key=lambda one: (order.index(one.section), one.position))
    return [(one.section, one.title) for one in found]


def add(draft, owner, *names, section=0):
    for name in names:
        items.add_url(draft, owner, f"https://{name}.example/", timezone.now(), section, title=name)


# --- collections -------------------------------------------------------------------------------------------


def test_first_collection_is_created_with_a_draft(as_person, owner, project, path):
    client = as_person(owner)
    assert "No collections yet" in words(client.get(path("curation")))
    response = client.post(path("collection_new"), {"name": " The  week "}, follow=True)
    collection, draft = Collection.objects.get(), CollectionIssue.objects.get()
    assert (collection.name, collection.slug, collection.access) == ("The week", "the-week", "secret")
    assert response.redirect_chain[-1][0] == path("issue", draft.pk)
    assert "Nothing is in this issue yet" in words(response)
    assert ActivityEntry.objects.filter(action="collection.created", project=project).exists()
    assert "No. 1" in words(client.get(path("curation")))


def test_collection_needs_a_name(as_person, owner, path):
    response = as_person(owner).post(path("collection_new"), {"name": " "}, follow=True)
    assert "Enter a name." in words(response) and not Collection.objects.exists()


def test_settings_change_and_name_wrong_values(as_person, owner, collection, path):
    client, page = as_person(owner), path("collection_change", collection.pk)
    good = {"name": "Press", "language": "fr", "intro": "Hello", "access": "public", "slug": "Press Review"}
    client.post(page, good)
    collection.refresh_from_db()
    assert (collection.name, collection.language, collection.slug) == ("Press", "fr", "press-review")
    bad = client.post(page, good | {"slug": "!!!", "name": ""})
    assert bad.status_code == 400
    assert "Enter a name." in words(bad) and "letters, digits, and hyphens" in words(bad)
    entry = ActivityEntry.objects.filter(action="collection.changed").get()
    assert entry.detail["access"] == "public" and "slug" in entry.detail["fields"]


def test_public_url_belongs_to_one_collection(as_person, owner, stranger, public, path):
    other = create_collection(stranger.projects.get(), stranger, "Lighting")
    assert other.slug.startswith("lighting-")
    with pytest.raises(ValidationError, match="in use"):
        change_collection(other, stranger, access="public", slug="lighting")
    assert change_collection(other, stranger, slug="lighting").access == "secret"


def test_project_has_a_limited_number_of_collections(project, owner):
    for number in range(MAX_COLLECTIONS):
        create_collection(project, owner, f"Collection {number}")
    with pytest.raises(ValidationError, match="up to 20"):
        create_collection(project, owner, "One more")


def test_deleted_collection_takes_its_issues_with_it(as_person, owner, published, path):
    response = as_person(owner).post(path("collection_delete", published.collection_id), follow=True)
    assert "Collection deleted." in words(response) and not CollectionItem.objects.exists()


def test_viewer_reads_collection_and_draft_but_changes_nothing(as_person, viewer, draft, collection, path):
    client = as_person(viewer)
    assert "Who can read it" not in words(client.get(path("collection", collection.pk)))
    page = words(client.get(path("issue", draft.pk)))
    assert "This issue has no items yet." in page and "Publish" not in page
    assert client.post(path("issue_change", draft.pk), {"title": "x"}).status_code == 403


# --- picking -----------------------------------------------------------------------------------------------


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


# --- order, sections, comments -----------------------------------------------------------------------------


def test_items_move_within_and_between_sections(as_person, owner, draft, path):
    client = as_person(owner)
    client.post(path("issue_sections", draft.pk), {"title": "Good news"})
    draft.refresh_from_db()
    section = draft.sections[0]["id"]
    add(draft, owner, "a", "b")
    b = draft.items.get(title="b")
    client.post(path("issue_item_change", b.pk), {"move": "up"})
    assert titles(draft) == [(0, "b"), (0, "a")]
    a = draft.items.get(title="a")
    client.post(path("issue_item_change", a.pk), {"move": "down"})
    assert titles(draft) == [(0, "b"), (section, "a")]
    client.post(path("issue_item_change", a.pk), {"move": "down"})
    assert titles(draft) == [(0, "b"), (section, "a")]
    client.post(path("issue_item_change", a.pk), {"move": "up"})
    assert titles(draft) == [(0, "b"), (0, "a")]
    client.post(path("issue_item_change", b.pk), {"section": section})
    assert titles(draft) == [(0, "a"), (section, "b")]


def test_order_of_the_page_is_stored_and_ignores_what_is_not_in_the_issue(as_person, owner, draft, path):
    section = issues.add_section(draft, "Good news", timezone.now())
    add(draft, owner, "a", "b", "c")
    _a, b, c = draft.items.order_by("position")
    places = [f"{section}:{c.pk}", f"0:{b.pk}", "0:999999", "x", "7:y"]
    assert as_person(owner).post(path("issue_order", draft.pk), {"place": places}).status_code == 204
    draft.refresh_from_db()
    assert titles(draft) == [(0, "b"), (0, "a"), (section, "c")]


def test_sections_are_renamed_moved_and_removed(as_person, owner, draft, path):
    client, page = as_person(owner), path("issue_sections", draft.pk)
    for title in ("First", "Second"):
        client.post(page, {"title": title})
    first, second = [one["id"] for one in CollectionIssue.objects.get().sections]
    client.post(page, {"section": second, "act": "up"})
    client.post(page, {"section": first, "act": "rename", "title": "Crisis"})
    draft.refresh_from_db()
    assert [one["title"] for one in draft.sections] == ["Second", "Crisis"]
    add(draft, owner, "a", section=first)
    client.post(page, {"section": first, "act": "remove"})
    draft.refresh_from_db()
    assert titles(draft) == [(0, "a")] and [one["id"] for one in draft.sections] == [second]
    assert "Enter a title." in words(client.post(page, {"title": ""}, follow=True))


def test_item_is_commented_changed_and_removed(as_person, owner, draft, path):
    add(draft, owner, "a")
    item, client = draft.items.get(), as_person(owner)
    page = path("issue_item_change", item.pk)
    changed = {"title": "Lamp", "comment": "Nice.\r\nVery.", "source": "Halo", "published_on": "2026-11-20"}
    client.post(page, changed)
    item.refresh_from_db()
    assert (item.comment, item.source, str(item.published_on)) == ("Nice.\nVery.", "Halo", "2026-11-20")
    assert "Enter a date" in words(client.post(page, {"published_on": "soon"}, follow=True))
    assert "invalid character" in words(client.post(page, {"title": "a\0b"}, follow=True))
    assert "Item removed." in words(client.post(page, {"remove": "yes"}, follow=True))
    assert not draft.items.exists()
    assert client.post(page, {"move": "up"}).status_code == 404


def test_title_is_saved_by_script_without_a_page(as_person, owner, draft, path):
    client, page = as_person(owner), path("issue_change", draft.pk)
    assert client.post(page, {"title": "Parcels", "intro": "x", "auto": "yes"}).status_code == 204
    draft.refresh_from_db()
    assert (draft.title, draft.shows_gaps) == ("Parcels", False)
    assert client.post(page, {"title": "x" * 200, "auto": "yes"}).status_code == 422


# --- suggestions, gaps -------------------------------------------------------------------------------------


def test_suggestions_are_repeated_stories_that_the_draft_does_not_have(as_person, owner, project, draft, path):
    keyword, recent = make_keyword(project), timezone.now() - timedelta(days=1)
    make_story(keyword, [{"title": "Parcels are late", "published": recent}] * 3)
    make_story(keyword, [{"title": "Old story", "published": recent - timedelta(days=20)}] * 3)
    client, page = as_person(owner), path("issue_suggestions", draft.pk)
    response = client.get(page, headers={"HX-Request": "true"})
    assert "Parcels are late" in words(response) and "3 items" in words(response)
    assert "Old story" not in words(response)
    story = response.context["stories"][0]
    client.post(path("mentions_pick"), {"id": story.mention_id, "issue": draft.pk, "next": path("issue", draft.pk)})
    assert draft.items.get().title == "Parcels are late"
    assert "No repeated story" in words(client.get(page))


def test_editor_says_which_sources_could_not_be_read(as_person, owner, project, draft, path):
    for title, hours in (("Bluesky search", 30), ("Short failure", 1)):
        source = make_source(project, title=title)
        start = timezone.now() - timedelta(days=2)
        end = start + timedelta(hours=hours)
        SourcePeriod.objects.create(
            source=source,
            state="failing",
            error_code="timeout",
            started_at=start,
            ended_at=end,
        )
    page = words(as_person(owner).get(path("issue", draft.pk)))
    assert "Bluesky search" in page and "Short failure" not in page
    add(draft, owner, "a")
    issues.change_issue(draft, timezone.now(), title="Parcels")
    published = issues.publish(draft, owner, timezone.now())
    assert [gap["name"] for gap in published.gaps] == ["Bluesky search"]
    SourcePeriod.objects.all().delete()
    assert "Bluesky search" in words(as_person(owner).get(path("issue", draft.pk)))


# --- publishing --------------------------------------------------------------------------------------------


def test_draft_without_title_or_items_is_not_published(as_person, owner, draft, path):
    client, page = as_person(owner), path("issue_change", draft.pk)
    assert "Enter a title." in words(client.post(page, {"title": "", "act": "publish"}, follow=True))
    assert "Add at least one item." in words(client.post(page, {"title": "Parcels", "act": "publish"}, follow=True))
    add(draft, owner, "a")
    response = client.post(page, {"title": "Parcels", "intro": "", "act": "publish"}, follow=True)
    assert "Issue published." in words(response) and "Unpublish" in words(response)
    draft.refresh_from_db()
    assert draft.is_published and draft.editor == owner.name


def test_published_issue_is_frozen_until_it_is_unpublished(as_person, owner, published, project, mention, path):
    client, item = as_person(owner), published.items.first()
    document = make_document(project)
    for change in (
        lambda: issues.change_issue(published, timezone.now(), title="Other"),
        lambda: issues.add_section(published, "More", timezone.now()),
        lambda: issues.delete_issue(published, owner),
        lambda: items.pick(published, owner, [document], timezone.now()),
        lambda: items.change_item(item, timezone.now(), title="Other"),
        lambda: items.move_item(item, 1, timezone.now()),
        lambda: items.remove_item(item, timezone.now()),
        lambda: items.order_items(published, [], timezone.now()),
    ):
        with pytest.raises(ValidationError, match="published"):
            change()
    mention.document.title = "Renamed by its source"
    mention.document.save()
    assert "Lumen opens in Rennes" in words(client.get(path("issue", published.pk)))
    response = client.post(path("issue_change", published.pk), {"act": "unpublish"}, follow=True)
    assert "It’s a draft again." in words(response)
    items.change_item(item, timezone.now(), title="Other")
    assert ActivityEntry.objects.filter(action="issue.unpublished").exists()


def test_next_issue_has_the_next_number_and_the_same_sections(as_person, owner, published, path):
    as_person(owner).post(path("issue_new", published.collection_id))
    draft = CollectionIssue.objects.get(published_at=None)
    assert (draft.number, draft.sections) == (2, published.sections) and not draft.items.exists()


def test_drafts_are_limited_and_deleted(as_person, owner, draft, collection, path, monkeypatch):
    monkeypatch.setattr(issues, "MAX_DRAFTS", 1)
    response = as_person(owner).post(path("issue_new", collection.pk), follow=True)
    assert "Publish or delete it first." in words(response)
    assert "Draft deleted." in words(
        as_person(owner).post(path("issue_change", draft.pk), {"act": "delete"}, follow=True)
    )
    assert not CollectionIssue.objects.exists()


@pytest.mark.parametrize("end", ["x" * 3000, "?token=2b7e151628aed2a6abf7158809cf4f3c"])
def test_picked_item_whose_url_readers_should_not_get_has_none_and_can_be_commented(
    as_person, owner, draft, project, path, end
):
    source = make_source(project)
    long = make_mention(make_keyword(project), source=source, title="Lumen", url=f"https://a.example/{end}")
    items.pick(draft, owner, [long.document], timezone.now())
    item = draft.items.get()
    assert item.url == ""
    fields = {"title": item.title, "url": "", "source": item.source, "excerpt": "", "comment": "Good"}
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
            items.change_item(item, timezone.now(), comment="At last.")

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
        items.change_item(item, timezone.now(), title="Back again")
    draft = issues.create_issue(published.collection, owner, timezone.now())
    mention.document.refresh_from_db()
    assert items.pick(draft, owner, [mention.document], timezone.now()) == 0
