"""Publish, unpublish and delete issues."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.models import ActivityEntry
from tests.factories import make_document
from tests.pages import words
from tests.workplace.curation.contents import add
from workplace.curation import issues, items, sections
from workplace.models import CollectionIssue


def test_draft_without_title_or_items_is_not_published(as_person, owner, draft, path):
    client, page = as_person(owner), path("issue_change", draft.pk)
    assert "Enter a title." in words(
        client.post(page, {"title": "", "shows_gaps": "on", "act": "publish"}, follow=True)
    )
    assert "Add at least one item." in words(
        client.post(page, {"title": "Parcels", "act": "publish", "version": 1}, follow=True)
    )
    add(draft, owner, "a")
    response = client.post(page, {"title": "Parcels", "intro": "", "act": "publish", "version": 2}, follow=True)
    assert "Issue published." in words(response) and "Unpublish" in words(response)
    draft.refresh_from_db()
    assert draft.is_published and draft.editor == owner.name


def test_published_issue_is_frozen_until_it_is_unpublished(as_person, owner, published, project, mention, path):
    client, item = as_person(owner), published.items.first()
    document = make_document(project)
    for change in (
        lambda: issues.change_issue(published, 1, timezone.now(), title="Other"),
        lambda: sections.add_section(published, "More", timezone.now()),
        lambda: issues.delete_issue(published, owner),
        lambda: items.pick(published, owner, [document], timezone.now()),
        lambda: items.change_item(item, 1, timezone.now(), title="Other"),
        lambda: items.move_item(item, 1, timezone.now()),
        lambda: items.remove_item(item, timezone.now()),
        lambda: items.order_items(published, 1, [], timezone.now()),
    ):
        with pytest.raises(ValidationError, match="published"):
            change()
    mention.document.title = "Renamed by its source"
    mention.document.save()
    assert "Lumen opens in Rennes" in words(client.get(path("issue", published.pk)))
    response = client.post(path("issue_change", published.pk), {"act": "unpublish"}, follow=True)
    assert "It’s a draft again." in words(response)
    items.change_item(item, item.version, timezone.now(), title="Other")
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
