"""Collections: created, changed, limited and deleted, and what viewers see."""

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import ActivityEntry
from tests.pages import words
from tests.racing import start_until_blocked
from workplace.curation.collections import MAX_COLLECTIONS, change_collection, create_collection
from workplace.models import Collection, CollectionIssue, CollectionItem


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


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("act", ["create", "change"])
def test_url_that_somebody_takes_at_the_same_moment_is_an_error_of_its_field(
    owner, stranger, project, collection, act
):
    values = {"access": "public", "slug": "press"}

    def take():
        if act == "change":
            return change_collection(collection, owner, **values)
        return create_collection(stranger.projects.get(), stranger, "Press", **values)

    with transaction.atomic():
        create_collection(project, owner, "Press", **values)
        second = start_until_blocked(take)
    with pytest.raises(ValidationError, match="in use") as error:
        second.result()
    assert list(error.value.error_dict) == ["slug"]


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
