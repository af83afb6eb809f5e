"""Honor deletions: remove the content of items that their platform says are deleted, wherever Vigie has it.

    with transaction.atomic(), connection.cursor() as cursor:
        blank_documents(cursor, [document.pk], "platform", now)

What stays is a bare document and its mentions, with keyword, date, status and sentiment, so counts don't change after
the fact; an activity entry says when and why. Nothing brings the content back: search indexes of platforms return
deleted items for a while. Messages that were sent or wait are cut by the receivers of `blanked`, since this package
knows none of them (alerts/deletions.py).
"""

import logging
from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.dispatch import Signal

from accounts.activity_log import record
from accounts.models import Project
from monitoring.ingest.project_lock import lock_edits_shared, lock_project_shared
from monitoring.models import DocumentActivity, Mention

log = logging.getLogger(__name__)

# Sent in the transaction, with `project_id` and `document_ids`.
blanked = Signal()

_PROJECTS = "SELECT DISTINCT project_id FROM monitoring_document WHERE id = ANY(%s) AND deleted_at IS NULL"
# Documents, then mentions, each by id: the order of edits.
_LOCK_DOCUMENTS = """
SELECT id, project_id, url FROM monitoring_document WHERE id = ANY(%s) AND deleted_at IS NULL
ORDER BY id FOR NO KEY UPDATE
"""
# Other readers may lock them, too; a deletion waits for the end of the transaction.
_SHARE_DOCUMENTS = "SELECT id FROM monitoring_document WHERE id = ANY(%s) AND deleted_at IS NULL ORDER BY id FOR SHARE"
_LOCK_MENTIONS = """
SELECT m.id, d.project_id FROM monitoring_mention m JOIN monitoring_document d ON d.id = m.document_id
WHERE m.document_id = ANY(%s) ORDER BY m.id FOR NO KEY UPDATE OF m
"""
# An empty vector and not null, which would ask for indexing.
_BLANK_DOCUMENTS = """
UPDATE monitoring_document SET deleted_at = %s, url = '', title = '', text = '', is_truncated = false, html = '',
    author = '', author_url = '', author_handle = '', followers = NULL, reply_to = '', thread = '', edited_at = NULL,
    edits = 0, search = ''::tsvector, written_by_id = NULL
WHERE id = ANY(%s)
"""
# Without a text, a sentiment that isn't known yet never will be, and the first one stays.
_BLANK_MENTIONS = f"""
UPDATE monitoring_mention SET author = '', sentiment = CASE sentiment WHEN '' THEN 'uncertain' ELSE sentiment END,
    analyzed_by = CASE analyzed_by WHEN '{Mention.FIRST_PASS}' THEN '' ELSE analyzed_by END
WHERE id = ANY(%s)
"""
# Locked before the documents are blanked: of two deletions that leave an author nothing, the second one sees it.
_LOCK_AUTHORS = """
SELECT id FROM monitoring_author WHERE id IN (SELECT written_by_id FROM monitoring_document WHERE id = ANY(%s))
ORDER BY id FOR NO KEY UPDATE
"""
_BLANK_AUTHORS = """
UPDATE monitoring_author a SET name = '', handle = '', url = '', followers = NULL, search = NULL
WHERE id = ANY(%s) AND NOT EXISTS (SELECT FROM monitoring_document d WHERE d.written_by_id = a.id)
"""
_BLANK_CORRECTIONS = """
UPDATE monitoring_correction SET text = '' WHERE (document_id = ANY(%s) OR mention_id = ANY(%s)) AND text <> ''
RETURNING project_id
"""
# A layer that was fitted to the text is fitted again without it.
_REFIT = "UPDATE monitoring_sentimentstate SET refit_at = %s WHERE project_id = ANY(%s) AND learns"
# The target of an entry about one mention is the title of its item.
_BLANK_ACTIVITY = """
UPDATE accounts_activityentry SET target = '1 mention'
WHERE project_id = %s AND starts_with(action, 'mention.') AND target !~ '^[0-9]+ mentions$'
    AND id IN (SELECT entry_id FROM monitoring_documentactivity WHERE document_id = ANY(%s))
"""
# Previews and pages that a person just fetched; they live an hour.
_DELETE_FETCHES = """
DELETE FROM monitoring_fetchrequest f WHERE f.project_id = %s AND EXISTS (
    SELECT FROM unnest(%s::text[]) AS gone (url) WHERE f.url = gone.url OR position(gone.url IN f.result::text) > 0
)
"""


def lock_and_find_deleted(ids: Collection[int]) -> set[int]:
    """Keep these documents from being deleted until the transaction ends. Return those that are deleted already.

    For what stores a copy of items: either the copy is stored first and cut by a receiver of `blanked`, or the
    deletion comes first and the copy lacks the item.
    """
    if not ids:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(_SHARE_DOCUMENTS, [sorted(ids)])
        return set(ids) - {document_id for (document_id,) in cursor.fetchall()}


def blank_documents(cursor: CursorWrapper, ids: Iterable[int], reason: str, now: datetime) -> list[int]:
    """Remove the content of these documents. Return the ids of those that had any.

    `reason` says how it is known, for the activity log: "platform" if the platform said so. The caller holds a
    transaction, and no lock of the project that these take.
    """
    ids = sorted(set(ids))
    cursor.execute(_PROJECTS, [ids])
    projects = [project_id for (project_id,) in cursor.fetchall()]
    # As an edit: a backfill that has read the text would copy the author to new mentions.
    lock_project_shared(projects)
    lock_edits_shared(projects)
    cursor.execute(_LOCK_DOCUMENTS, [ids])
    urls: dict[int, dict[int, str]] = defaultdict(dict)
    for document_id, project_id, url in cursor.fetchall():
        urls[project_id][document_id] = url
    found = sorted(document_id for documents in urls.values() for document_id in documents)
    if not found:
        return []
    cursor.execute(_LOCK_MENTIONS, [found])
    mentions: dict[int, list[int]] = defaultdict(list)
    for mention_id, project_id in cursor.fetchall():
        mentions[project_id].append(mention_id)
    _blank_rows(cursor, found, sorted(one for rows in mentions.values() for one in rows), now)
    for project_id, documents in sorted(urls.items()):
        _blank_traces(cursor, project_id, documents)
        _record(project_id, sorted(documents), mentions[project_id], reason)
    return found


def _blank_rows(cursor: CursorWrapper, documents: list[int], mentions: list[int], now: datetime) -> None:
    cursor.execute(_LOCK_AUTHORS, [documents])
    authors = [author_id for (author_id,) in cursor.fetchall()]
    cursor.execute(_BLANK_DOCUMENTS, [now, documents])
    cursor.execute(_BLANK_AUTHORS, [authors])
    cursor.execute(_BLANK_MENTIONS, [mentions])
    cursor.execute("DELETE FROM monitoring_documentrevision WHERE document_id = ANY(%s)", [documents])
    cursor.execute("DELETE FROM monitoring_recheck WHERE document_id = ANY(%s)", [documents])
    cursor.execute("DELETE FROM monitoring_rawitem WHERE document_id = ANY(%s)", [documents])
    cursor.execute("DELETE FROM monitoring_storysignature WHERE document_id = ANY(%s)", [documents])
    cursor.execute("DELETE FROM monitoring_documentvector WHERE document_id = ANY(%s)", [documents])
    cursor.execute("DELETE FROM monitoring_relevancescore WHERE document_id = ANY(%s)", [documents])
    cursor.execute(_BLANK_CORRECTIONS, [documents, mentions])
    if corrected := {project_id for (project_id,) in cursor.fetchall()}:
        cursor.execute(_REFIT, [now, list(corrected)])


def _blank_traces(cursor: CursorWrapper, project_id: int, documents: dict[int, str]) -> None:
    """Remove what a project has of the items outside their own rows."""
    cursor.execute(_BLANK_ACTIVITY, [project_id, list(documents)])
    if addresses := [url for url in documents.values() if url]:
        cursor.execute(_DELETE_FETCHES, [project_id, addresses])
    blanked.send(sender=None, project_id=project_id, document_ids=sorted(documents))


def _record(project_id: int, documents: list[int], mentions: list[int], reason: str) -> None:
    log.info("event=documents_blanked project=%s documents=%s reason=%s", project_id, len(documents), reason)
    project = Project.objects.get(pk=project_id)
    target = f"{len(documents)} items" if len(documents) > 1 else "1 item"
    entry = record(
        project, None, "document.deleted", target, reason=reason, documents=documents, mentions=sorted(mentions)
    )
    DocumentActivity.objects.bulk_create([DocumentActivity(entry=entry, document_id=pk) for pk in documents])
