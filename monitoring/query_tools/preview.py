"""Preview what a query finds in the stored documents before it is saved, within a second.

In: a project, a query with its languages, and the stored keyword if one is being edited. Out: a `Preview`, which says
whether its counts are exact or estimated from a sample. Called by the keyword form.
"""

import time
from dataclasses import dataclass
from datetime import datetime, tzinfo

from django.db import OperationalError, connection, transaction

from accounts.models import Project
from monitoring.matching.candidates import CandidateQuery, candidate_query, candidates_except
from monitoring.matching.keyword_index import TrackedKeyword
from monitoring.matching.scan import read_docs
from monitoring.models import Keyword
from monitoring.query import Doc, Match
from monitoring.query_tools.cooccurring_terms import DistinctiveTerm, distinctive_terms
from monitoring.query_tools.sampled_search import SampledResult, sampled_search

# Number of newest documents that a preview searches: the widest query over 100,000 takes Postgres 0.15 s. If Postgres
# takes longer than STATEMENT_TIMEOUT_MS (a small or busy machine), the second number is tried.
HISTORIES = (200_000, 10_000)
STATEMENT_TIMEOUT_MS = 400
# Seconds from the start until reading ends: of the query alone; of an edited query, its additions and its removals.
ALONE_S, EDITED_S = (0.65,), (0.4, 0.55, 0.7)
TEXTS = 250  # matches, and as many other documents, whose words are compared: about 25 ms

_HISTORY = """
WITH h AS MATERIALIZED (
    SELECT id FROM monitoring_document WHERE project_id = %(project)s ORDER BY id DESC LIMIT %(limit)s
)
SELECT count(*), min(id),
    (SELECT array_agg(id) FROM (SELECT id FROM h ORDER BY hashint8extended(id, 1) LIMIT %(texts)s) AS other)
FROM h
"""


@dataclass(frozen=True)
class History:
    """The documents searched: the newest `total` of the project, or all of them where `is_all`.

    Nearly all were published after `since` (UTC); a newly added feed can contain a few older ones.
    """

    total: int
    since: datetime | None
    is_all: bool


@dataclass(frozen=True)
class Preview:
    """`added` and `removed`: what an edit changes in the matches of the stored keyword, None if nothing is edited."""

    history: History
    found: SampledResult
    distinctive_terms: tuple[DistinctiveTerm, ...] = ()
    added: SampledResult | None = None
    removed: SampledResult | None = None


def preview(
    project: Project, query: str, languages: list[str], zone: tzinfo, saved: Keyword | None = None
) -> Preview | None:
    """Return the preview of a query, None if Postgres is too busy for even the shorter history.

    Raises QueryError if the query is malformed.
    """
    platforms = saved.platforms if saved else ()
    new = candidate_query(TrackedKeyword.unsaved(query, languages, platforms))
    old = candidate_query(TrackedKeyword.unsaved(saved.query, saved.languages, platforms)) if saved else None
    if old and (old.query.node, old.keyword.languages) == (new.query.node, new.keyword.languages):
        old = None
    began = time.monotonic()
    deadlines = [began + seconds for seconds in (EDITED_S if old else ALONE_S)]
    for limit in HISTORIES:
        try:
            with transaction.atomic():
                found = _preview(project, new, old, zone, limit, deadlines)
                transaction.set_rollback(True)  # nothing was written; the rollback resets the settings of _preview
                return found
        except OperationalError:  # STATEMENT_TIMEOUT_MS passed
            continue
    return None


def _preview(
    project: Project,
    new: CandidateQuery,
    old: CandidateQuery | None,
    zone: tzinfo,
    limit: int,
    deadlines: list[float],
) -> Preview:
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL statement_timeout = {STATEMENT_TIMEOUT_MS}")
        # A sequential scan would read the words of every document from TOAST storage: three times as long.
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL work_mem = '32MB'")
        cursor.execute(_HISTORY, {"project": project.pk, "limit": limit, "texts": TEXTS})
        total, oldest, other_ids = cursor.fetchone()
    others = read_docs(other_ids or [])
    if not others:  # no documents, or they are being deleted
        return Preview(History(0, None, True), SampledResult())
    history = History(total, _since([stored.published for stored in others]), total < limit)
    found = sampled_search(project.pk, oldest, new.candidates, Difference(new), zone, deadlines[0], TEXTS)
    other_texts = [f"{stored.doc.title}\n{stored.doc.text}" for stored in others]
    terms = distinctive_terms(new.keyword.query, new.query.node, found.texts, other_texts)
    if not old:
        return Preview(history, found, terms)
    added = sampled_search(project.pk, oldest, candidates_except(new, old), Difference(new, old), zone, deadlines[1])
    removed = sampled_search(project.pk, oldest, candidates_except(old, new), Difference(old, new), zone, deadlines[2])
    return Preview(history, found, terms, added, removed)


def _since(published: list[datetime]) -> datetime:
    """Return the time after which 19 of 20 were published."""
    return sorted(published)[len(published) // 20]


@dataclass(frozen=True)
class Difference:
    """Matches documents that match one query and not the other."""

    query: CandidateQuery
    other: CandidateQuery | None = None

    def __call__(self, doc: Doc) -> Match | None:
        match = self.query.match(doc)
        return match if match and not (self.other and self.other.match(doc)) else None
