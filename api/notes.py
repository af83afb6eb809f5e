"""The API's internal notes: read, write, edit and delete what a team notes about an item.

Members read, managers write through workplace/notes.py. Mounted by api/app.py, which authenticates callers and turns
exceptions into problem bodies.
"""

from datetime import datetime

from django.http import Http404
from django.utils.translation import gettext as _
from ninja import Router, Schema, Status
from pydantic import Field

from accounts.access import SignedInRequest, membership_of
from accounts.models import Role
from accounts.named_members import shown
from api.items import document_of
from api.problems import Conflicting, field_error
from api.schemas import Body, Items, PersonOut, Text
from workplace import notes
from workplace.models import Note

router = Router(tags=["notes"])
PATH = "/projects/{int:project_id}/mentions/{int:mention_id}/notes"


class NoteIn(Body):
    text: Text = Field(description="`@` and the name or email address of a member names them; `@{ID}` does, too")


class NotePatch(NoteIn):
    version: int = Field(ge=1, le=2**31 - 1, description="the version that you saw")


class NoteOut(Schema):
    id: int
    document_id: int = Field(description="the item that it was written about: this one, or another of its story")
    text: str = Field(description="with the present names of members; empty if deleted")
    author: PersonOut | None = Field(description="null for a deleted account")
    mentioned: list[PersonOut]
    version: int
    created_at: datetime
    edited_at: datetime | None
    deleted_at: datetime | None
    deleted_by: PersonOut | None


@router.get(PATH, response=Items[NoteOut])
def list_notes(request: SignedInRequest, project_id: int, mention_id: int) -> dict[str, object]:
    """Return the newest 200 notes about the item of a mention and the other items of its story, oldest first. Deleted
    ones have no text.
    """
    project = membership_of(request.user, project_id).project
    rows = notes.notes_of(project.pk, document_of(project_id, mention_id))
    return {"items": _shown(rows)}


@router.post(PATH, response={201: NoteOut})
def create_note(request: SignedInRequest, project_id: int, mention_id: int, note: NoteIn) -> Status:
    """Write a note about the item of a mention. Members who are named in it get an email."""
    project = membership_of(request.user, project_id, Role.MANAGER).project
    made = notes.create_note(project, request.user, document_of(project_id, mention_id), note.text)
    return Status(201, _shown([made])[0])


@router.patch("/projects/{int:project_id}/notes/{int:note_id}", response=NoteOut)
def edit_note(request: SignedInRequest, project_id: int, note_id: int, note: NotePatch) -> dict[str, object]:
    """Replace the text of your own note. Only members who weren't named before get an email."""
    project = membership_of(request.user, project_id, Role.MANAGER).project
    try:
        return _shown([notes.edit_note(project, request.user, note_id, note.text, note.version)])[0]
    except Note.DoesNotExist:
        raise Http404 from None
    except notes.NoteChanged as changed:
        message = _("Somebody else has changed this meanwhile.")
        raise Conflicting(message, [field_error("version", message, "conflict", value=changed.note.version)]) from None


@router.delete("/projects/{int:project_id}/notes/{int:note_id}", response={204: None})
def delete_note(request: SignedInRequest, project_id: int, note_id: int) -> Status:
    """Delete the text of your own note; admins may delete any. Its author and times stay."""
    try:
        notes.delete_note(membership_of(request.user, project_id, Role.MANAGER), note_id)
    except Note.DoesNotExist:
        raise Http404 from None
    return Status(204, None)


def _shown(rows: list[Note]) -> list[dict[str, object]]:
    names, fields = notes.names_in(rows), [name for name in NoteOut.model_fields if name not in ("text", "mentioned")]
    return [
        {
            **{name: getattr(note, name) for name in fields},
            "text": shown(note.text, names, _("former member")),
            "mentioned": [{"id": pk, "name": names[pk]} for pk in note.mentioned if pk in names],
        }
        for note in rows
    ]
