"""Internal notes: named members and their emails, editing, deleting, and two people at the same time."""

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from accounts.members import remove_member
from accounts.models import ActivityEntry, Project, Role, User
from accounts.named_members import Member, shown, stored
from delivery.models import Delivery
from monitoring.ingest.deletions import blank_documents
from monitoring.models import Document
from tests.conftest import make_person
from tests.factories import make_keyword, make_mention
from tests.racing import race
from workplace import notes
from workplace.models import Note


@pytest.fixture
def mention(project):
    return make_mention(make_keyword(project), title="Lampe en panne")


@pytest.fixture
def ines(project):
    return make_person("ines@example.com", project, Role.VIEWER, first_name="Inès Martin", language="fr")


def test_named_member_gets_one_email_in_their_language(project, manager, ines, mention):
    note = notes.create_note(project, manager, mention.document_id, "Hello @inès martin\x00, look at this: @Unknown")
    assert (note.text, note.mentioned) == (f"Hello @{{{ines.pk}}}, look at this: @Unknown", [ines.pk])
    email = Delivery.objects.get()
    assert (email.kind, email.user, email.project) == ("note", ines, project)
    assert email.subject == f"{manager.name} vous cite dans une note du projet « {project.name} »"
    for text in ["Lampe en panne", "Hello @Inès Martin, look", f"/p/{project.pk}/mentions/{mention.pk}#notes"]:
        assert text in email.text
    notes.edit_note(project, manager, note.pk, "@Inès Martin, and myself: @" + manager.email, 1)
    assert Delivery.objects.count() == 1
    assert list(ActivityEntry.objects.order_by("pk").values_list("action", flat=True)) == [
        "note.created",
        "note.edited",
    ]


def test_renamed_member_is_shown_by_present_name(project, manager, ines, mention):
    note = notes.create_note(project, manager, mention.document_id, "Ask @ines@example.com.")
    User.objects.filter(pk=ines.pk).update(first_name="Inès Petit")
    assert shown(note.text, notes.names_in([note]), "") == "Ask @Inès Petit."
    ines.refresh_from_db()
    ines.delete()
    assert shown(note.text, notes.names_in([note]), "former member") == "Ask @former member."


def test_people_without_access_are_not_named(project, manager, owner, ines, stranger, mention):
    ines.is_active = False
    ines.save()
    left = make_person("left@example.com", project, Role.MANAGER, first_name="Left")
    remove_member(project, owner, left.memberships.get().pk)
    text = f"@Inès Martin @Left @{stranger.email} @{{{stranger.pk}}} @{{99999999999999999}}"
    note = notes.create_note(project, manager, mention.document_id, text)
    assert note.mentioned == [] and not Delivery.objects.exists()
    assert note.text == f"@Inès Martin @Left @{stranger.email} @{stranger.pk} @99999999999999999"


def test_edit_keeps_the_name_of_somebody_who_left(project, owner, manager, ines, mention):
    note = notes.create_note(project, manager, mention.document_id, "@Inès Martin")
    remove_member(project, owner, ines.memberships.get().pk)
    note = notes.edit_note(project, manager, note.pk, "Thanks @Inès Martin", 1)
    assert note.mentioned == [ines.pk] and Delivery.objects.count() == 1


def test_deleted_note_leaves_a_trace_without_text(project, owner, manager, ines, mention):
    note = notes.create_note(project, manager, mention.document_id, "Secret @Inès Martin")
    waiting = notes.create_note(project, manager, mention.document_id, "Later @Inès Martin")
    Delivery.objects.filter(key__startswith=f"note:{note.pk}:").update(state="sent")
    Delivery.objects.filter(key__startswith=f"note:{waiting.pk}:").update(state="pending")
    with pytest.raises(Note.DoesNotExist):
        notes.delete_note(make_person("m@example.com", project, Role.MANAGER).memberships.get(), note.pk)
    notes.delete_note(owner.memberships.get(project=project), note.pk)
    notes.delete_note(manager.memberships.get(project=project), waiting.pk)
    note.refresh_from_db()
    assert (note.text, note.mentioned, note.deleted_by, note.author) == ("", [], owner, manager)
    assert Delivery.objects.get().text == ""
    with pytest.raises(notes.NoteChanged):
        notes.edit_note(project, manager, note.pk, "Back", note.version)
    assert "Secret" not in str(list(ActivityEntry.objects.values()))


def test_item_deleted_on_its_platform_leaves_no_title_in_emails(project, manager, ines, mention):
    notes.create_note(project, manager, mention.document_id, "See @Inès Martin")
    with connection.cursor() as cursor:
        blank_documents(cursor, [mention.document_id], "deleted", timezone.now())
    email = Delivery.objects.get()
    assert "Lampe" not in email.text and "See @Inès Martin" in email.text


@pytest.mark.django_db(transaction=True)
def test_two_edits_of_one_version_store_one(project, manager, mention):
    note = notes.create_note(project, manager, mention.document_id, "First")

    def edit(text):
        try:
            return notes.edit_note(project, manager, note.pk, text, 1).text
        except notes.NoteChanged:
            return None

    results = race(lambda: edit("Second"), lambda: edit("Third"))
    note.refresh_from_db()
    assert sorted(results, key=str) == sorted([None, note.text], key=str) and note.version == 2


@pytest.mark.parametrize("text", ["", " \n\x00", "a" * 5001])
def test_empty_or_too_long_note_is_refused(project, manager, mention, text):
    with pytest.raises(ValidationError):
        notes.create_note(project, manager, mention.document_id, text)


def test_item_of_another_project_is_refused(manager, mention):
    with pytest.raises(Document.DoesNotExist):
        notes.create_note(Project.objects.create(name="Other"), manager, mention.document_id, "Hello")


def test_members_of_one_name_are_named_by_email_address():
    two = [Member(1, "Léa", "lea@a.example"), Member(2, "Léa", "lea@b.example"), Member(3, "Léa Roy", "roy@a.example")]
    assert stored("@Léa @léa roy @lea@b.example. me@lea@a.example", two) == (
        "@Léa @{3} @{2}. me@lea@a.example",
        [3, 2],
    )
