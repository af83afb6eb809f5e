"""What a query finds in the kept documents, before it is saved. Answers within a second, and says when it sampled.

In: a project, a query with its languages, and the saved keyword where one is edited. Out: a `Preview`. Called by the
keyword form.
"""

import time
from dataclasses import dataclass
from datetime import datetime, tzinfo

from django.db import OperationalError, connection, transaction

from accounts.models import Project
from monitoring.matching.candidates import Asked, ask, ask_without
from monitoring.matching.keyword_index import TrackedKeyword
from monitoring.models import Keyword
from monitoring.query import Doc, Match
from monitoring.query_tools.cooccurring_terms import Beside, beside
from monitoring.query_tools.sampled_search import Found, survey, texts_of

# Documents that a preview looks at, the newest first: the widest query over 100,000 takes Postgres 0.15 s. Where it
# answers late all the same (a small or busy machine), the second is asked instead.
HISTORIES = (200_000, 10_000)
STATEMENT_TIMEOUT_MS = 400
# Seconds after the beginning at which the reading of matches, of what an edit adds and of what it removes must end.
ALONE_S, EDITED_S = (0.65,), (0.4, 0.55, 0.7)
TEXTS = 250  # matches, and as many other documents, whose words are compared: some 25 ms

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
    """The documents looked at: the newest `total` of the project, all of them where `is_all`. Nearly all were
    published since then; a feed that was added can have brought a few from long before.
    """

    total: int
    since: datetime | None
    is_all: bool


@dataclass(frozen=True)
class Preview:
    """`added` and `removed`: what an edit changes of the saved keyword; None where it changes nothing, or is no
    edit."""

    history: History
    found: Found
    beside: tuple[Beside, ...] = ()
    added: Found | None = None
    removed: Found | None = None


def preview(
    project: Project, query: str, languages: list[str], zone: tzinfo, saved: Keyword | None = None
) -> Preview | None:
    """Raises QueryError where the query cannot be read. None where Postgres is too busy for even a short history."""
    platforms = frozenset(saved.platforms) if saved else frozenset()
    asked = ask(TrackedKeyword(0, 0, query, frozenset(languages), platforms))
    before = ask(TrackedKeyword(0, 0, saved.query, frozenset(saved.languages), platforms)) if saved else None
    if before and (before.query.node, before.keyword.languages) == (asked.query.node, asked.keyword.languages):
        before = None
    began = time.monotonic()
    ends = [began + seconds for seconds in (EDITED_S if before else ALONE_S)]
    for limit in HISTORIES:
        try:
            with transaction.atomic():
                found = _preview(project, asked, before, zone, limit, ends)
                transaction.set_rollback(True)  # nothing is written, and what was set for these statements ends
                return found
        except OperationalError:  # later than STATEMENT_TIMEOUT_MS
            continue
    return None


def _preview(
    project: Project, asked: Asked, before: Asked | None, zone: tzinfo, limit: int, ends: list[float]
) -> Preview:
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL statement_timeout = {STATEMENT_TIMEOUT_MS}")
        # Walking the table would read the words of every document, which are stored aside: three times as long.
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL work_mem = '32MB'")
        cursor.execute(_HISTORY, {"project": project.pk, "limit": limit, "texts": TEXTS})
        total, oldest, others = cursor.fetchone()
    rows = texts_of(others or [])
    if not rows:  # nothing is kept, or it is going at this moment
        return Preview(History(0, None, True), Found())
    history = History(total, _since([published for _, published, *_ in rows]), total < limit)
    found = survey(project.pk, oldest, asked.candidates, _Decider(asked), zone, ends[0], TEXTS)
    kept = [f"{title}\n{text}" for _, _, title, text, *_ in rows]
    terms = beside(asked.keyword.query, asked.query.node, found.texts, kept)
    if not before:
        return Preview(history, found, terms)
    added = survey(project.pk, oldest, ask_without(asked, before), _Decider(asked, before), zone, ends[1])
    removed = survey(project.pk, oldest, ask_without(before, asked), _Decider(before, asked), zone, ends[2])
    return Preview(history, found, terms, added, removed)


def _since(published: list[datetime]) -> datetime:
    """The time after which 19 in 20 were published."""
    return sorted(published)[len(published) // 20]


@dataclass(frozen=True)
class _Decider:
    """Whether and where a document matches one query and not the other."""

    asked: Asked
    other: Asked | None = None

    def __call__(self, doc: Doc) -> Match | None:
        match = self.asked.match(doc)
        return match if match and not (self.other and self.other.match(doc)) else None
