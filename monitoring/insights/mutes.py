"""List the mutes of a project with what each of them hides, newest first. Called by the Muted page and the API."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import QuerySet

from accounts.models import Project
from monitoring.insights.cursors import page_before
from monitoring.insights.search import CAP
from monitoring.models import Document, Mute

PAGE_SIZE = 50

# Counted up to a limit: a muted source may have a million mentions. Both read the index `mention_muted` alone.
_HIDDEN = f"""
SELECT mute.id, first.published, hidden.documents, hidden.mentions
FROM unnest(%s::bigint[]) AS mute (id)
CROSS JOIN LATERAL (SELECT min(published) AS published FROM monitoring_mention WHERE muted_by_id = mute.id) first
CROSS JOIN LATERAL (
    SELECT count(DISTINCT document_id) AS documents, count(*) AS mentions
    FROM (SELECT document_id FROM monitoring_mention WHERE muted_by_id = mute.id LIMIT {CAP + 1}) m
) hidden
"""


@dataclass(frozen=True)
class MuteRow:
    """A mute, how many items it hides (at least, if `capped`), and when the earliest was published."""

    mute: Mute
    count: int
    capped: bool
    first_published: datetime | None


@dataclass(frozen=True)
class MutePage:
    """One page; `next_before` is the id that `mute_page` takes for the next one, None if there is none."""

    rows: list[MuteRow]
    next_before: int | None


def mute_page(project_id: int, before: int | None = None, size: int = PAGE_SIZE) -> MutePage:
    """Return the active mutes of a project with ids below `before`, in two queries."""
    active = Mute.objects.filter(project=project_id, ended_at=None).select_related("created_by")
    mutes, next_before = page_before(active, "pk", before, size)
    hidden = _hidden([mute.pk for mute in mutes])
    return MutePage([MuteRow(mute, *hidden[mute.pk]) for mute in mutes], next_before)


def documents_of(project: Project, mention_ids: Collection[int]) -> QuerySet[Document]:
    """Return the items of some mentions, each once, with their sources: what a mute can be made of."""
    found = Document.objects.filter(project=project, mentions__in=mention_ids)
    return found.distinct().select_related("source").order_by("pk")


def mute_row(mute: Mute) -> MuteRow:
    """Return one mute with what it hides."""
    return MuteRow(mute, *_hidden([mute.pk])[mute.pk])


def _hidden(ids: list[int]) -> dict[int, tuple[int, bool, datetime | None]]:
    with connection.cursor() as cursor:
        cursor.execute(_HIDDEN, [ids])
        return {
            mute_id: (documents, mentions > CAP, published)
            for mute_id, published, documents, mentions in cursor.fetchall()
        }
