"""Give documents their author: new and edited ones when they are stored, those of earlier versions in the background.

`assign_authors` runs before the documents are inserted, and every transaction inserts authors in the order of their
keys, so two writers can't deadlock. It reads and writes per batch, never per row. Entries of an erased author are
stored without content (ingest/erasure.py).
"""

import logging
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple
from uuid import UUID

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from accounts.secret_box import Unreadable, open_sealed
from monitoring.content.authors import Identity, erased_key, identity_of
from monitoring.ingest.batches import take_turns
from monitoring.ingest.records import KnownEntry, NewEntry
from monitoring.ingest.statements import columns_of
from monitoring.models import AuthorCheck, AuthorSettings, Document

log = logging.getLogger(__name__)

_Key = tuple[int, UUID]  # of a project, and of an author in it

WINDOW = 2000  # documents per batch: a few tenths of a second
BUDGET_S = 3  # the longest delay for other tasks of the same worker
NAME_LENGTH = 200

_FIND = """
SELECT project_id, key, id, erased_at IS NOT NULL FROM monitoring_author
JOIN unnest(%s::bigint[], %s::uuid[]) AS wanted (project_id, key) USING (project_id, key)
"""
# unnest keeps the order of its arrays, so rows are inserted in key order.
_INSERT = """
INSERT INTO monitoring_author (project_id, key, platform, site, name, handle, url)
SELECT * FROM unnest(%s::bigint[], %s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[])
ON CONFLICT (project_id, key) DO NOTHING
"""
_LOCK = "SELECT id FROM monitoring_document WHERE id = ANY(%s) AND deleted_at IS NULL ORDER BY id FOR NO KEY UPDATE"
_FILL = """
UPDATE monitoring_document d SET written_by_id = new.author_id
FROM unnest(%s::bigint[], %s::bigint[]) AS new (id, author_id) WHERE d.id = new.id AND d.written_by_id IS NULL
"""


class _Facts(NamedTuple):
    """The fields of an item about its author, in the order of `identity_of`."""

    platform: str
    url: str
    author_url: str
    handle: str
    name: str


class _Named(NamedTuple):
    """An author to find or insert."""

    project_id: int
    key: UUID
    identity: Identity
    facts: _Facts

    @classmethod
    def of(cls, project_id: int, facts: _Facts) -> "_Named | None":
        identity = identity_of(*facts)
        return cls(project_id, identity.key(project_id), identity, facts) if identity else None


def assign_authors(cursor: CursorWrapper, entries: Iterable[NewEntry | KnownEntry]) -> None:
    """Set the `author_id` of entries with an item, and blank the new ones of erased authors.

    The caller has the project's lock, under which authors without documents are deleted.
    """
    named = []
    for one in entries:
        if one.item is not None:
            item = one.item
            facts = _Facts(one.batch.platform, item.url, item.author_url, item.author_handle, item.author)
            if author := _Named.of(one.batch.project_id, facts):
                named.append((one, author))
    ids = _ids_of(cursor, [author for _one, author in named])
    for one, author in named:
        one.author_id, is_erased = ids[author.project_id, author.key]
        if is_erased and isinstance(one, NewEntry):
            _blank(one)
            one.author_id = None


def _blank(new: NewEntry) -> None:
    """Leave nothing of an entry but its keys: it is stored as deleted, so it is known when it is read again."""
    assert new.item is not None
    new.item = replace(new.item, url="", title="", text="", author="", author_url="", author_handle="", language="")
    new.item = replace(new.item, followers=None, reply_to="", thread="", is_truncated=False)
    new.entry = replace(new.entry, raw="")
    new.keywords = []
    new.is_erased = True


def _ids_of(cursor: CursorWrapper, named: Sequence[_Named]) -> dict[_Key, tuple[int, bool]]:
    """Return (author id, whether they are erased) by project and key. Inserts those that are new."""
    wanted = {(one.project_id, one.key): one for one in named}
    if not wanted:
        return {}
    found = _find(cursor, list(wanted))
    found |= _find_erased(cursor, wanted.keys() - found.keys())
    missing = sorted(wanted.keys() - found.keys(), key=lambda pair: (pair[0], pair[1].int))
    if missing:
        cursor.execute(_INSERT, columns_of([_row(wanted[pair]) for pair in missing]))
        found |= _find(cursor, missing)
    return found


def _find(cursor: CursorWrapper, keys: list[_Key]) -> dict[_Key, tuple[int, bool]]:
    cursor.execute(_FIND, columns_of(keys))
    return {(project_id, key): (author_id, is_erased) for project_id, key, author_id, is_erased in cursor.fetchall()}


def _find_erased(cursor: CursorWrapper, keys: Collection[_Key]) -> dict[_Key, tuple[int, bool]]:
    """Return those of these authors whose data were erased, as `_find` does.

    Secrets are read after the authors were not found by their own keys: an erasure that has replaced a key since has
    its secret by now.
    """
    if not keys:
        return {}
    projects = {project_id for project_id, _key in keys}
    sealed = AuthorSettings.objects.filter(project__in=projects).exclude(erasure_secret="")
    secrets = {
        project_id: secret
        for project_id, text in sealed.values_list("project_id", "erasure_secret")
        if (secret := _opened(project_id, text))
    }
    own = {(pk, erased_key(key, secrets[pk])): (pk, key) for pk, key in keys if pk in secrets}
    return {own[one]: author for one, author in _find(cursor, list(own)).items()} if own else {}


def _opened(project_id: int, sealed: str) -> str:
    try:
        return open_sealed(sealed)
    except Unreadable:
        log.error("event=erasure_secret_unreadable project=%s", project_id)
        return ""


def _row(one: _Named) -> tuple[object, ...]:
    facts = one.facts
    names = facts.name.strip()[:NAME_LENGTH], facts.handle.strip()[:NAME_LENGTH]
    return (one.project_id, one.key, one.identity.platform, one.identity.site, *names, facts.author_url.strip())


def fill_authors(budget_s: float = BUDGET_S) -> bool:
    """Give documents of earlier versions their author, newest first. Return True if the time ran out."""
    unfinished = AuthorSettings.objects.filter(backfilled_to__isnull=False)
    return take_turns(lambda: unfinished.values_list("pk", flat=True), fill_batch, budget_s)


def fill_batch(settings_id: int) -> bool:
    """Fill the next documents of a project. Return whether there are more.

    Locks the row of the progress until the batch is stored: a second worker skips it.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        rows = AuthorSettings.objects.select_for_update(skip_locked=True, no_key=True)
        progress = rows.filter(pk=settings_id, backfilled_to__isnull=False).first()
        if progress is None:
            return False
        documents = Document.objects.filter(project_id=progress.project_id, id__lt=progress.backfilled_to)
        columns = ("id", "written_by_id", "platform", "url", "author_url", "author_handle", "author")
        page = list(documents.order_by("-id").values_list(*columns)[:WINDOW])
        named = {
            pk: one
            for pk, author_id, *facts in page
            if author_id is None and (one := _Named.of(progress.project_id, _Facts(*facts)))
        }
        ids = _ids_of(cursor, list(named.values()))
        cursor.execute(_LOCK, [sorted(named)])
        locked = [pk for (pk,) in cursor.fetchall()]
        if locked:
            authors = [ids[named[pk].project_id, named[pk].key][0] for pk in locked]
            cursor.execute(_FILL, [locked, authors])
            AuthorCheck.objects.add_documents(locked)
        progress.backfilled_to = page[-1][0] if len(page) == WINDOW else None
        progress.save(update_fields=["backfilled_to"])
    return progress.backfilled_to is not None
