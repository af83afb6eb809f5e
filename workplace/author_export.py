"""All data of one author as JSON: what a person gets who asks for their data.

In: an author. Out: pieces of one JSON object, read in pages, for a download. Includes what the team wrote about the
person. Called by the page of an author and by the API.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import prefetch_related_objects

from accounts.activity_log import record
from accounts.models import User
from monitoring.models import Author, Document
from monitoring.models.documents import DocumentRevision
from workplace.models import Note

PAGE = 200
AUTHOR = ("id", "platform", "site", "name", "handle", "url", "followers", "mention_count", "first_at", "last_at")
LABELS = ("is_regular", "is_detractor", "is_ambassador", "greeted_at")
ITEM = (
    *("id", "platform", "url", "title", "text", "author", "author_handle", "author_url", "followers", "language"),
    *("kind", "country", "rating", "engagement", "likes", "replies", "shares", "views", "reply_to", "thread"),
    *("published", "fetched_at", "edited_at"),
)


def export_author(author: Author, user: User) -> Iterator[str]:
    """Record the export, and return the pieces of the JSON text."""
    record(author.project, user, "author.exported", author, author=author.pk)
    return _pieces(author)


def _pieces(author: Author) -> Iterator[str]:
    speaks_for = author.speaks_for.name if author.speaks_for else None
    facts = {name: getattr(author, name) for name in (*AUTHOR, *LABELS)}
    yield '{"author": ' + _json(facts | {"official_account_of": speaks_for})
    yield ', "tags": ' + _json(sorted(author.tags.values_list("tag", flat=True)))
    notes = author.notes.order_by("pk").values("text", "created_at", "updated_at")
    yield ', "notes": ' + _json(list(notes)) + ', "items": ['
    last, separator = 0, ""
    while documents := _page(author, last):
        written = Note.objects.filter(document__in=documents).exclude(text="").order_by("pk")
        notes_of: dict[int, list[str]] = {}
        for document_id, text in written.values_list("document_id", "text"):
            notes_of.setdefault(document_id, []).append(text)
        for document in documents:
            yield separator + _json(_item(document, notes_of.get(document.pk, [])))
            separator = ", "
        last = documents[-1].pk
    yield "]}\n"


def _page(author: Author, last: int) -> list[Document]:
    rows = Document.objects.filter(written_by=author, pk__gt=last, deleted_at=None).defer("search", "html")
    documents = list(rows.order_by("pk")[:PAGE])
    prefetch_related_objects(documents, "mentions__keyword", "revisions", "tags", "drafts", "raw_item")
    return documents


def _item(document: Document, notes: list[str]) -> dict[str, Any]:
    mentions = [
        {"id": one.pk, "keyword": one.keyword.name, "status": one.status, "sentiment": one.sentiment}
        for one in document.mentions.all()
    ]
    raw = getattr(document, "raw_item", None)
    return {
        **{name: getattr(document, name) for name in ITEM},
        "earlier_texts": [_revision(one) for one in document.revisions.all()],
        "mentions": mentions,
        "tags": [one.tag for one in document.tags.all()],
        "internal_notes": notes,
        "drafts": [one.text for one in document.drafts.all() if one.text],
        "as_received": raw.body if raw else None,
    }


def _revision(one: DocumentRevision) -> dict[str, object]:
    return {"title": one.title, "text": one.text, "replaced_at": one.replaced_at}


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=_text)


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
