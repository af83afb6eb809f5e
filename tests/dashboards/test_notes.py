"""Internal notes on the page of a mention and in the API."""

import pytest
from django.utils import timezone

from accounts.tokens import create_token
from monitoring.models import Mention
from tests.factories import make_keyword, make_mention, make_story
from workplace.models import Note


@pytest.fixture
def mention(project):
    return make_mention(make_keyword(project))


def page(client, mention, **headers):
    return client.get(f"/p/{mention.keyword.project_id}/mentions/{mention.pk}", **headers).content.decode()


def test_note_is_written_edited_and_deleted_without_scripts(project, english_manager, as_person, mention):
    client, address = as_person(english_manager), f"/p/{project.pk}/mentions/{mention.pk}"
    client.post(f"{address}/notes", {"text": "<b>Call</b> her", "next": f"{address}#notes"})
    note = Note.objects.get()
    assert "&lt;b&gt;Call&lt;/b&gt; her" in page(client, mention)
    client.post(f"/p/{project.pk}/notes/{note.pk}/edit", {"text": "Called her", "version": "1"})
    client.post(f"/p/{project.pk}/notes/{note.pk}/edit", {"text": "Lost", "version": "1"})
    shown = page(client, mention)
    assert "Called her" in shown and "changed elsewhere" in shown and "Lost" not in shown
    client.post(f"/p/{project.pk}/notes/{note.pk}/delete")
    assert "Note deleted" in page(client, mention) and "Called her" not in page(client, mention)


def test_htmx_receives_the_notes_or_the_problem_with_the_text(project, english_manager, as_person, mention):
    client, address = as_person(english_manager), f"/p/{project.pk}/mentions/{mention.pk}/notes"
    shown = client.post(address, {"text": "Hello"}, headers={"HX-Request": "true"}).content.decode()
    assert 'id="notes"' in shown and "Hello" in shown and "<html" not in shown
    shown = client.post(address, {"text": "a" * 5001}, headers={"HX-Request": "true"}).content.decode()
    assert "This text is too long." in shown and "a" * 5001 in shown
    assert client.post(address, {"text": "\x00 "}, headers={"HX-Request": "true"}).status_code == 200
    for version in ["", "x", "9" * 30]:
        client.post(f"/p/{project.pk}/notes/{Note.objects.get().pk}/edit", {"text": "New", "version": version})
    assert Note.objects.get().text == "Hello"


def test_htmx_receives_the_notes_of_the_item_that_the_pane_shows(project, english_manager, stranger, as_person):
    keyword = make_keyword(project)
    make_story(keyword, [{"title": "The first"}, {"title": "The second"}])
    first, second = Mention.objects.order_by("published")
    foreign = make_mention(make_keyword(stranger.projects.get()))
    note = Note.objects.create(project=project, document=first.document, author=english_manager, text="Hello")
    client = as_person(english_manager)
    forms = page(client, second).partition('id="notes"')[2].partition("</section>")[0]
    assert forms.count(f'name="mention" value="{second.pk}"') == 2
    for path in (f"/p/{project.pk}/notes/{note.pk}/edit", f"/p/{project.pk}/notes/{note.pk}/delete"):
        for shown, is_other in ((second, True), (first, False), (foreign, False), (None, False)):
            data = {"text": f"Text {shown}", "version": Note.objects.get().version}
            data |= {"mention": shown.pk} if shown else {}
            notes = client.post(path, data, headers={"HX-Request": "true"}).content.decode()
            assert f"/mentions/{(second if is_other else first).pk}/notes" in notes
            assert ("About another item of this story" in notes) == is_other


def test_row_counts_the_notes_that_are_not_deleted(project, owner, as_person, mention):
    about = {"project": project, "document": mention.document, "author": owner}
    for deleted_at in (None, None, timezone.now()):
        Note.objects.create(**about, text="Hello", deleted_at=deleted_at)
    assert "2 internal notes" in as_person(owner).get(f"/p/{project.pk}/mentions").content.decode()


def test_manager_cannot_change_notes_of_others(project, owner, english_manager, as_person, mention):
    note = Note.objects.create(project=project, document=mention.document, author=owner, text="Hello")
    client = as_person(english_manager)
    assert client.post(f"/p/{project.pk}/notes/{note.pk}/edit", {"text": "x", "version": "1"}).status_code == 404
    assert client.post(f"/p/{project.pk}/notes/{note.pk}/delete").status_code == 404
    shown = page(client, mention)
    assert "Hello" in shown and f"/notes/{note.pk}/" not in shown


def test_viewer_reads_notes_and_has_no_form(project, owner, viewer, as_person, mention):
    assert 'id="notes"' not in page(as_person(viewer), mention)
    Note.objects.create(project=project, document=mention.document, author=owner, text="Hello")
    shown = page(as_person(viewer), mention)
    assert "Hello" in shown and "<textarea" not in shown


def test_api_writes_reads_edits_and_deletes(project, owner, manager, client, mention):
    headers = {"Authorization": f"Bearer {create_token(manager, 'test')}"}
    path = f"/api/v1/projects/{project.pk}/mentions/{mention.pk}/notes"

    def send(method, url, body=None):
        return getattr(client, method)(url, body, content_type="application/json", headers=headers)

    made = send("post", path, {"text": f"Ask @{owner.email}"})
    assert made.status_code == 201 and made.json()["mentioned"] == [{"id": owner.pk, "name": owner.name}]
    assert send("post", path, {"text": " "}).status_code == 422
    note = f"/api/v1/projects/{project.pk}/notes/{made.json()['id']}"
    assert send("patch", note, {"text": "Asked", "version": 1}).json()["version"] == 2
    conflict = send("patch", note, {"text": "Other", "version": 1})
    assert conflict.status_code == 409 and conflict.json()["errors"][0]["value"] == 2
    assert send("delete", note).status_code == 204
    [item] = client.get(path, headers=headers).json()["items"]
    assert (item["text"], item["author"]["id"], item["deleted_by"]["id"]) == ("", manager.pk, manager.pk)
    assert client.get(f"{path[:-6]}9/notes", headers=headers).status_code == 404
