"""Internal notes about an item: write, edit and delete them; members who are named in one get an email, once each.

A note is written about one item and shown with all items of its story: it goes where its item goes.

In: a project, a person, and a note as they saw it. Out: the note. Changes are recorded in the activity log without
their text, in the same transaction as the email in the outbox. Called by the mention pages and the API.
"""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import Membership, Project, Role, User
from accounts.named_members import Member, shown, stored
from delivery import outbox
from delivery.links import absolute
from delivery.message import Message, Rendered
from delivery.models import Delivery
from delivery.passages import Marks
from monitoring.content.scrub import scrub
from monitoring.models import Document, Mention
from monitoring.services.triage_log import log_change
from workplace.models import Note
from workplace.models.notes import MAX_TEXT

MAX_SHOWN = 200  # the newest notes of an item


class NoteChanged(Exception):
    """The note has been edited or deleted since; `note` is the present one."""

    def __init__(self, note: Note) -> None:
        super().__init__(note)
        self.note = note


def notes_of(project_id: int, document_id: int) -> list[Note]:
    """Return the notes about an item and the others of its story with their people, oldest first."""
    story_id = Document.objects.filter(pk=document_id, project=project_id).values_list("story_id", flat=True).first()
    is_here = Q(document__story_id=story_id) if story_id else Q(document_id=document_id)
    rows = Note.objects.filter(is_here, project_id=project_id).select_related("author", "deleted_by", "document")
    rows = rows.defer("document__html", "document__search", "document__text")
    return list(reversed(rows.order_by("-pk")[:MAX_SHOWN]))


def members_of(project_id: int) -> list[Member]:
    """Return who can be named in a note: the active members, by name."""
    people = User.objects.filter(memberships__project_id=project_id, is_active=True)
    return [Member(one.pk, one.name, one.email) for one in people.order_by("first_name", "email")]


def names_in(notes: Iterable[Note]) -> dict[int, str]:
    """Return the present names of everybody who is named in these notes, by id."""
    ids = {pk for note in notes for pk in note.mentioned}
    return {user.pk: user.name for user in User.objects.filter(pk__in=ids)} if ids else {}


def may_delete(membership: Membership, note: Note) -> bool:
    """Return True for the author and for admins."""
    return note.author_id == membership.user_id or membership.role == Role.ADMIN


@transaction.atomic
def create_note(project: Project, user: User, document_id: int, text: str) -> Note:
    """Write a note about an item. Raise Document.DoesNotExist for one of another project, ValidationError for a text
    that is empty or too long.
    """
    document = Document.objects.get(pk=document_id, project=project)
    text, mentioned = stored(_checked(text), members_of(project.pk))
    note = Note.objects.create(project=project, document=document, author=user, text=text, mentioned=mentioned)
    log_change(project, user, "note.created", {document.pk: {}}, note=note.pk)
    _write_emails(note, user, mentioned)
    return note


@transaction.atomic
def edit_note(project: Project, user: User, note_id: int, text: str, version: int) -> Note:
    """Replace the text of an own note. Only members who weren't named before get an email.

    Closes the race of two edits: the row is locked, and an edit of another version raises NoteChanged. Raise
    Note.DoesNotExist for a note of somebody else, ValidationError as `create_note`.
    """
    text = _checked(text)
    note = _locked(Note.objects.filter(project=project, author=user), note_id)
    if note.version != version or note.deleted_at:
        raise NoteChanged(note)
    members = members_of(project.pk)
    known = {member.pk for member in members}
    former = User.objects.filter(pk__in=[pk for pk in note.mentioned if pk not in known])
    text, mentioned = stored(text, [*members, *(Member(one.pk, one.name, one.email) for one in former)])
    if text == note.text:
        return note
    added = [pk for pk in mentioned if pk not in note.mentioned]
    note.text, note.mentioned, note.edited_at = text, mentioned, timezone.now()
    note.version += 1
    note.save()
    log_change(project, user, "note.edited", {note.document_id: {}}, note=note.pk)
    _write_emails(note, user, added)
    return note


@transaction.atomic
def delete_note(membership: Membership, note_id: int) -> Note:
    """Delete the text of a note, here and in its emails. Raise Note.DoesNotExist if the member may not delete it."""
    note = _locked(Note.objects.filter(project=membership.project), note_id)
    if not may_delete(membership, note):
        raise Note.DoesNotExist
    if note.deleted_at:
        return note
    note.text, note.mentioned = "", []
    note.deleted_at, note.deleted_by = timezone.now(), membership.user
    note.version += 1
    note.save()
    emails = Delivery.objects.filter(key__startswith=f"note:{note.pk}:")
    emails.filter(state=Delivery.State.PENDING).delete()
    emails.update(text="", html="", passages=[])
    log_change(membership.project, membership.user, "note.deleted", {note.document_id: {}}, note=note.pk)
    return note


def _checked(text: str) -> str:
    text = scrub(text).replace("\r\n", "\n").strip()
    if text and len(text) <= MAX_TEXT:
        return text
    message, code = (_("This text is too long."), "max_length") if text else (_("Enter a note."), "required")
    raise ValidationError({"text": ValidationError(message, code=code)})


def _locked(rows: QuerySet[Note], note_id: int) -> Note:
    return rows.select_for_update(no_key=True).get(pk=note_id)


def _write_emails(note: Note, by: User, ids: Iterable[int]) -> None:
    """Write to these members except the author. The key of the message prevents a second one about the same note."""
    people = User.objects.filter(
        pk__in=set(ids) - {by.pk}, is_active=True, memberships__project_id=note.project_id
    ).order_by("pk")
    names = names_in([note])
    for person in people:
        message = _rendered(note, by, person, names)
        outbox.write(
            Message(
                key=f"note:{note.pk}:{person.pk}",
                kind=Delivery.Kind.NOTE,
                recipient=person.email,
                subject=message.subject,
                text=message.text,
                project=note.project,
                user=person,
                passages=message.passages,
            )
        )


def _rendered(note: Note, by: User, person: User, names: dict[int, str]) -> Rendered:
    marks, mention = Marks(), Mention.objects.filter(document_id=note.document_id).order_by("pk").first()
    path = reverse("mention", args=[note.project_id, mention.pk]) if mention else ""
    with translation.override(person.language), timezone.override(person.zone):
        context = {
            "by": by.name,
            "project": note.project,
            "title": f"{marks.start(note.document_id)}{note.document}{marks.end}",
            "note": shown(note.text, names, _("former member")),
            "url": absolute(f"{path or reverse('mentions', args=[note.project_id])}#notes"),
        }
        subject = _("%(person)s mentioned you in a note in “%(project)s”")
        return Rendered.unmarked(
            marks,
            subject % {"person": by.name, "project": note.project.name},
            render_to_string("emails/note.txt", context),
            "",
            {},
        )
