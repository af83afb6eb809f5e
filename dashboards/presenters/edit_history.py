"""The edits of an item, for its page: when its source changed the title or the text, and the version before.

In: a document and its stored revisions. Out: frozen rows for templates/mentions/_edits.html, the newest first.
"""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.formats import number
from monitoring.models import Document, DocumentRevision


@dataclass(frozen=True)
class ShownEdit:
    """An edit: what it changed, and the title or text before it, each None if it didn't change."""

    at: datetime
    what: str
    title: str | None
    text: str | None


@dataclass(frozen=True)
class EditHistory:
    """The edits of an item. `omitted` says how many have no stored version; "" if all have one."""

    edits: list[ShownEdit]
    omitted: str
    last_at: datetime | None


def edit_history(document: Document) -> EditHistory:
    """Return the edits of a document, with one query if it was edited."""
    revisions = list(document.revisions.order_by("pk")) if document.edited_at else []
    versions: list[DocumentRevision | Document] = [*revisions[1:], document]
    edits = [_shown(before, after) for before, after in zip(revisions, versions, strict=False)]
    omitted = max(document.edits - len(edits), 0)
    return EditHistory(edits[::-1], _omitted(omitted) if omitted else "", document.edited_at)


def _omitted(count: int) -> str:
    sentence = ngettext(
        "%(number)s other edit, without its text.", "%(number)s other edits, without their texts.", count
    )
    return sentence % {"number": number(count)}


def _shown(before: DocumentRevision, after: DocumentRevision | Document) -> ShownEdit:
    is_title, is_text = before.title != after.title, before.text != after.text
    what = _("Title and text edited") if is_title and is_text else _("Title edited") if is_title else _("Text edited")
    return ShownEdit(
        before.replaced_at,
        what,
        (before.title or _("(no title)")) if is_title else None,
        (before.text or _("(no text)")) if is_text or not is_title else None,
    )
