"""The notes of an item and its story as the page of a mention shows them. Called by dashboards/views/notes.py."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import Membership, Role
from accounts.named_members import Member, Part, handles, parts, shown
from workplace.models import Note
from workplace.notes import may_delete, members_of, names_in, notes_of


@dataclass(frozen=True)
class ShownNote:
    """A note; `written` is its text as its author edits it, `face` the first letter of the author's name.

    `item` is the title of the other item of the story that it is about, "" if it is about this one.
    """

    pk: int
    version: int
    author: str
    parts: list[Part]
    written: str
    created_at: datetime
    edited_at: datetime | None
    deleted_by: str
    is_deleted: bool
    may_edit: bool
    may_delete: bool
    item: str

    @property
    def face(self) -> str:
        return self.author[:1]


@dataclass(frozen=True)
class NameChoice:
    """A member who can be named; `handle` is what to write after the @."""

    handle: str
    member: Member


@dataclass(frozen=True)
class Notes:
    """The notes of an item, and who can be named in one (nobody if the person may not write)."""

    notes: list[ShownNote]
    choices: list[NameChoice]

    @property
    def count(self) -> int:
        return sum(not note.is_deleted for note in self.notes)


def shown_notes(membership: Membership, document_id: int) -> Notes:
    """Return the notes in four queries."""
    rows = notes_of(membership.project_id, document_id)
    may_write = membership.may(Role.MANAGER)
    members = members_of(membership.project_id) if may_write else []
    by_id, names = handles(members), names_in(rows)
    shown_rows = [_shown(membership, note, document_id, names, names | by_id) for note in rows]
    return Notes(shown_rows, [NameChoice(by_id[one.pk], one) for one in members if one.pk != membership.user_id])


def _shown(
    membership: Membership, note: Note, document_id: int, names: dict[int, str], written: dict[int, str]
) -> ShownNote:
    may_write = membership.may(Role.MANAGER)
    is_deleted, unknown = note.deleted_at is not None, _("former member")
    return ShownNote(
        pk=note.pk,
        version=note.version,
        author=note.author.name if note.author else _("Deleted account"),
        parts=parts(note.text, names, unknown),
        written=shown(note.text, written, unknown),
        created_at=note.created_at,
        edited_at=note.edited_at,
        deleted_by=note.deleted_by.name if note.deleted_by else "",
        is_deleted=is_deleted,
        may_edit=may_write and not is_deleted and note.author_id == membership.user_id,
        may_delete=may_write and not is_deleted and may_delete(membership, note),
        item="" if note.document_id == document_id else str(note.document),
    )
