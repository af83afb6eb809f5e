"""The end of a project: gone for its people at once, and from the tables bit by bit.

`retire_project` is what a page calls; `purge_retired` is what beat calls until nothing is left. Where it stands is in
Postgres alone, so a worker that dies is taken over by the next tick.
"""

import logging
import time

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Project, User
from accounts.projects import hold_people_as_admin
from delivery.models import Delivery
from monitoring.ingest.project_lock import lock_project_exclusive
from monitoring.models import Document, Source

log = logging.getLogger(__name__)

BATCH = 5000  # documents a transaction: deletes of this size hold nobody up (docs/architecture.md)
FIRST_KEY = "00000000-0000-0000-0000-000000000000"

# The documents of one batch in the order of the index (project, address_key), so that no batch walks again over what
# the one before has left dead, with all that hangs on them. Foreign keys are checked at the end of the transaction.
DELETE_BATCH = """
WITH page AS (
    SELECT id, address_key FROM monitoring_document
    WHERE project_id = %s AND address_key > %s ORDER BY address_key LIMIT %s
), mentions AS (
    DELETE FROM monitoring_mention WHERE document_id IN (SELECT id FROM page) RETURNING id
), corrections AS (
    DELETE FROM monitoring_correction WHERE mention_id IN (SELECT id FROM mentions)
), sightings AS (
    DELETE FROM monitoring_documentsource WHERE document_id IN (SELECT id FROM page)
), documents AS (
    DELETE FROM monitoring_document WHERE id IN (SELECT id FROM page)
)
SELECT address_key FROM page ORDER BY address_key DESC LIMIT 1
"""


@transaction.atomic
def retire_project(project: Project, user: User) -> None:
    """Take the project from its people and stop all it does: no polls, no matching, no alerts, no digests."""
    hold_people_as_admin(project, user)
    for rows in (project.memberships, project.invitations, project.rules, project.digests):
        rows.all().delete()
    project.deliveries.filter(state=Delivery.State.PENDING).delete()
    # In the order in which pollers lock them, or the two could wait for each other.
    sources = list(project.sources.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
    Source.objects.filter(pk__in=sources).update(state=Source.State.STOPPED)
    project.keywords.update(is_paused=True, backfilled_to=None)
    # No longer the sample project either, so that another one can be loaded at once.
    Project.objects.filter(pk=project.pk).update(deleted_at=timezone.now(), is_sample=False)
    log.info("project retired project=%s user=%s", project.pk, user.pk)


def purge_retired(budget_s: float) -> int:
    """Delete rows of retired projects for about `budget_s` seconds. Returns how many projects were finished."""
    deadline, finished = time.monotonic() + budget_s, 0
    for project in Project.objects.exclude(deleted_at=None).order_by("deleted_at"):
        if project.sources.filter(claimed_until__gt=timezone.now()).exists():
            continue  # a poll that began before is still storing
        if _delete_documents(project.pk, deadline) and _delete_rest(project):
            finished += 1
    return finished


def _delete_documents(project_id: int, deadline: float) -> bool:
    """False when the time is up."""
    key = FIRST_KEY
    while key is not None:
        if time.monotonic() > deadline:
            return False
        with transaction.atomic(), connection.cursor() as cursor:
            lock_project_exclusive(project_id)  # nobody adds a mention to a document that is being deleted
            cursor.execute(DELETE_BATCH, [project_id, key, BATCH])
            row = cursor.fetchone()
        key = row[0] if row else None
    return True


@transaction.atomic
def _delete_rest(project: Project) -> bool:
    """The sources, then the project with all the small tables. False when something was stored meanwhile."""
    lock_project_exclusive(project.pk)
    if Document.objects.filter(project=project).exists():
        return False
    # Django's own delete would search every mention and document for a source to forget, and none is left.
    Source.objects.filter(project=project)._raw_delete(using=connection.alias)
    log.info("project purged project=%s", project.pk)
    project.delete()
    return True
