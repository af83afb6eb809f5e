"""Edit drafts: order, sections, comments, suggestions, and failing sources."""

from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone

from monitoring.ingest.deletions import blank_documents
from monitoring.models import SourcePeriod
from tests.factories import make_keyword, make_source, make_story
from tests.pages import words
from tests.workplace.curation.contents import add, titles
from workplace.curation import issues, items, sections
from workplace.models import CollectionIssue


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
    section = sections.add_section(draft, "Good news", timezone.now())
    add(draft, owner, "a", "b", "c")
    _a, b, c = draft.items.order_by("position")
    places = [f"{section}:{c.pk}", f"0:{b.pk}", "0:999999", "x", "7:y"]
    assert as_person(owner).post(path("issue_order", draft.pk), {"place": places, "version": 2}).json() == {
        "version": 3
    }
    draft.refresh_from_db()
    assert titles(draft) == [(0, "b"), (0, "a"), (section, "c")]


def test_sections_are_renamed_moved_and_removed(as_person, owner, draft, path):
    client, page = as_person(owner), path("issue_sections", draft.pk)
    for title in ("First", "Second"):
        client.post(page, {"title": title})
    first, second = [one["id"] for one in CollectionIssue.objects.get().sections]
    client.post(page, {"section": second, "act": "up", "version": 3})
    client.post(page, {"section": first, "act": "rename", "title": "Crisis", "version": 4})
    draft.refresh_from_db()
    assert [one["title"] for one in draft.sections] == ["Second", "Crisis"]
    add(draft, owner, "a", section=first)
    client.post(page, {"section": first, "act": "remove", "version": 5})
    draft.refresh_from_db()
    assert titles(draft) == [(0, "a")] and [one["id"] for one in draft.sections] == [second]
    assert "Enter a title." in words(client.post(page, {"title": ""}, follow=True))


def test_item_is_commented_changed_and_removed(as_person, owner, draft, path):
    add(draft, owner, "a")
    item, client = draft.items.get(), as_person(owner)
    page = path("issue_item_change", item.pk)
    changed = {
        "title": "Lamp",
        "comment": "Nice.\r\nVery.",
        "source": "Halo",
        "published_on": "2026-11-20",
        "version": 1,
    }
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
    assert client.post(page, {"title": "Parcels", "intro": "x", "auto": "yes", "version": 1}).json() == {"version": 2}
    draft.refresh_from_db()
    assert (draft.title, draft.shows_gaps) == ("Parcels", False)
    note = client.post(page, {"title": "x" * 200, "auto": "yes"}).json()["conflict"]
    assert "at most 120 characters" in note or "120" in note


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
    issues.change_issue(draft, 1, timezone.now(), title="Parcels")
    published = issues.publish(draft, owner, timezone.now())
    assert [gap["name"] for gap in published.gaps] == ["Bluesky search"]
    SourcePeriod.objects.all().delete()
    assert "Bluesky search" in words(as_person(owner).get(path("issue", draft.pk)))


def test_what_was_entered_stays_when_an_item_cannot_be_saved(as_person, owner, draft, path):
    section = sections.add_section(draft, "Good news", timezone.now())
    add(draft, owner, "a")
    client, page = as_person(owner), path("issue_item_change", draft.items.get().pk)
    fields = {"title": "", "comment": "A long comment", "url": "https://a.example/", "published_on": "soon"}
    response = client.post(page, fields | {"section": section, "former_section": 0, "version": 1})
    assert response.status_code == 400 and "Enter a title." in words(response)
    assert ">A long comment</textarea>" in response.text and f'value="{section}" selected' in response.text
    item = draft.items.get()
    assert (item.title, item.comment, item.section) == ("a", "", 0)


def test_item_stays_where_another_person_moved_it_when_its_text_is_saved(as_person, owner, draft, path):
    first, second = (sections.add_section(draft, name, timezone.now()) for name in ("First", "Second"))
    add(draft, owner, "a", section=first)
    client, item = as_person(owner), draft.items.get()
    page = path("issue_item_change", item.pk)
    old = {"title": "a", "comment": "Mine", "section": first, "former_section": first, "version": 1}
    client.post(page, {"section": second, "former_section": first})
    client.post(page, old)
    item = draft.items.get()
    assert (item.section, item.comment) == (second, "Mine")
    response = client.post(page, old | {"comment": "Late", "section": 0})
    assert response.status_code == 409 and "Second" in words(response)
    assert 'value="0" selected' in response.text and draft.items.get().section == second


def test_item_that_is_gone_when_it_is_saved_says_so(as_person, owner, draft, mention, path):
    add(draft, owner, "a")
    items.pick(draft, owner, [mention.document], timezone.now())
    client, fields = as_person(owner), {"title": "x", "comment": "Mine", "version": 1}
    with transaction.atomic(), connection.cursor() as cursor:
        blank_documents(cursor, [mention.document_id], "platform", timezone.now())
    item = draft.items.get(document_id=mention.document_id)
    response = client.post(path("issue_item_change", item.pk), fields, follow=True)
    assert response.status_code == 200 and "deleted by its author or platform" in words(response)
