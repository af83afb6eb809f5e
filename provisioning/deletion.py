"""Delete projects: for their members immediately, from the database in batches.

Pages call `delete_project`; provisioning/tasks.py calls `purge_deleted_projects` every minute until no row is left.
Progress is stored in Postgres alone, so the next run continues where a killed worker stopped.
"""

import logging
import time

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Project, User
from accounts.projects import lock_members_as_admin
from delivery.models import Delivery
from monitoring.ingest.project_lock import lock_project_exclusive
from monitoring.ingest.references import deletes_of_references
from monitoring.models import Author, AuthorCheck, AuthorNote, AuthorTag, Document, Source, SourcePeriod

log = logging.getLogger(__name__)

BATCH = 5000  # documents per transaction: deletes of this size block no other writer (docs/architecture.md)
FIRST_KEY = "00000000-0000-0000-0000-000000000000"

# One batch of documents with all rows that reference them, in the order of the index (project, address_key): no batch
# scans the dead rows of the previous ones. Foreign keys are checked at the end of the transaction.
DELETE_BATCH = """
WITH page AS (
    SELECT id, address_key FROM monitoring_document
    WHERE project_id = %s AND address_key > %s ORDER BY address_key LIMIT %s
), mentions AS (
    DELETE FROM monitoring_mention WHERE document_id IN (SELECT id FROM page) RETURNING id
), corrections AS (
    DELETE FROM monitoring_correction WHERE mention_id IN (SELECT id FROM mentions)
), {references}, documents AS (
    DELETE FROM monitoring_document WHERE id IN (SELECT id FROM page)
)
SELECT address_key FROM page ORDER BY address_key DESC LIMIT 1
"""


@transaction.atomic
def delete_project(project: Project, user: User) -> None:
    """Remove all members and stop the project's polls, matching, alerts and digests. Requires an admin of it."""
    lock_members_as_admin(project, user)
    for rows in (project.memberships, project.invitations, project.rules, project.digests):
        rows.all().delete()
    project.deliveries.filter(state=Delivery.State.PENDING).delete()
    # In the order in which pollers lock sources, to avoid a deadlock.
    sources = list(project.sources.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
    Source.objects.filter(pk__in=sources).update(state=Source.State.STOPPED)
    project.keywords.update(is_paused=True, backfilled_to=None)
    # No longer anyone's sample project: its owner can load a new one immediately.
    Project.objects.filter(pk=project.pk).update(deleted_at=timezone.now(), is_sample=False, sample_of=None)
    log.info("event=project_deleted project=%s user=%s", project.pk, user.pk)


def purge_deleted_projects(budget_s: float) -> int:
    """Delete the rows of deleted projects for about `budget_s` seconds. Return how many projects were completed."""
    deadline, completed = time.monotonic() + budget_s, 0
    for project in Project.objects.exclude(deleted_at=None).order_by("deleted_at"):
        if project.sources.filter(claimed_until__gt=timezone.now()).exists():
            continue  # a poll that started before the deletion is still storing
        if _delete_documents(project.pk, deadline) and _delete_rest(project):
            completed += 1
    return completed


def _delete_documents(project_id: int, deadline: float) -> bool:
    """Return False if the deadline was reached."""
    key: str | None = FIRST_KEY
    while key is not None:
        if time.monotonic() > deadline:
            return False
        with transaction.atomic(), connection.cursor() as cursor:
            lock_project_exclusive(project_id)  # prevents new mentions of documents that are being deleted
            cursor.execute(DELETE_BATCH.format(references=deletes_of_references("page")), [project_id, key, BATCH])
            row = cursor.fetchone()
        key = row[0] if row else None
    return True


@transaction.atomic
def _delete_rest(project: Project) -> bool:
    """Delete the sources, then the project with all small tables. Return False if a document was stored meanwhile."""
    lock_project_exclusive(project.pk)
    if Document.objects.filter(project=project).exists():
        return False
    # Django's delete would scan all mentions and documents for references to the sources, and none is left.
    SourcePeriod.objects.filter(source__project=project).delete()
    Source.objects.filter(project=project)._raw_delete(using=connection.alias)
    for rows in (AuthorCheck.objects, AuthorTag.objects, AuthorNote.objects):
        rows.filter(author__project=project)._raw_delete(using=connection.alias)
    Author.objects.filter(project=project)._raw_delete(using=connection.alias)
    log.info("event=project_purged project=%s", project.pk)
    project.delete()
    return True
