"""Near misses of a keyword: recent items that its query misses by one condition, a plural, a typo or a spelling.

In: a keyword. Out: for each way to widen the query, what it would add, and whether all ways could be tried in time.
Postgres finds the candidates from its index; typos are looked for among the words of a random sample of the items.
Called by dashboards/views/near_misses.py and the API.
"""

import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, tzinfo

from django.db import connection

from monitoring.matching.candidates import CandidateQuery, candidate_query, candidates_except
from monitoring.matching.keyword_index import TrackedKeyword
from monitoring.matching.scan import read_docs
from monitoring.models import Keyword
from monitoring.query import fold
from monitoring.query_tools.cooccurring_terms import document_frequencies
from monitoring.query_tools.preview import Difference
from monitoring.query_tools.sampled_search import SampledResult, sampled_search
from monitoring.query_tools.widenings import (
    CAUSES,
    CONDITION,
    Widening,
    condition_widenings,
    typo_widenings,
    with_forms,
    word_widenings,
)

DAYS = 30
HISTORY = 50_000  # newest items that are searched
SAMPLE = 2_000  # items whose words are compared with those of the query
CHUNK = 250  # of them are read with one query
SAMPLE_S, TOTAL_S, EACH_S = 1.2, 4.0, 0.3  # seconds
MAX_SHARE = 0.2  # of all items: a condition without which more match is no near miss but the subject
MAX_SHOWN = 5  # widenings per cause

_RECENT = """
WITH h AS MATERIALIZED (
    SELECT id, fetched_at FROM monitoring_document
    WHERE project_id = %(project)s AND deleted_at IS NULL ORDER BY id DESC LIMIT %(limit)s
), r AS MATERIALIZED (SELECT id FROM h WHERE fetched_at >= %(since)s)
SELECT count(*), min(id), (SELECT count(*) FROM h) = %(limit)s,
    (SELECT array_agg(id) FROM (SELECT id FROM r ORDER BY hashint8extended(id, 1) LIMIT %(sample)s) AS sampled)
FROM r
"""


@dataclass(frozen=True)
class NearMiss:
    """A widened query, and the items that it adds."""

    widening: Widening
    found: SampledResult

    @property
    def query(self) -> str:
        return self.widening.query


@dataclass(frozen=True)
class NearMisses:
    """The near misses among the `total` items of the last DAYS days (`is_cut`: the newest HISTORY items), by cause.

    `sampled` items were searched for typos. `is_complete`: every widening was tried.
    """

    total: int = 0
    is_cut: bool = False
    sampled: int = 0
    is_complete: bool = True
    misses: dict[str, list[NearMiss]] = field(default_factory=dict)


def near_misses(keyword: Keyword, zone: tzinfo, now: datetime) -> NearMisses:
    """Return the near misses of a keyword within about TOTAL_S seconds."""
    deadline = time.monotonic() + TOTAL_S
    old = _compiled(keyword, keyword.query)
    with connection.cursor() as cursor:
        since = now - timedelta(days=DAYS)
        cursor.execute(_RECENT, {"project": keyword.project_id, "limit": HISTORY, "since": since, "sample": SAMPLE})
        total, oldest, is_cut, sample = cursor.fetchone()
    if not total:
        return NearMisses()
    words, sampled = _words(sample, time.monotonic() + SAMPLE_S)
    node = old.query.node
    widenings = [*word_widenings(node), *typo_widenings(node, words), *condition_widenings(node)]
    search = _Search(keyword, old, oldest, total, zone, deadline)
    found = [miss for widening in widenings if (miss := search.miss(widening))]
    return NearMisses(
        total,
        is_cut and sampled == SAMPLE,
        sampled,
        not search.is_late,
        {cause: _of(found, cause) for cause in CAUSES},
    )


@dataclass
class _Search:
    """Searches what widenings add, until the deadline; `is_late` once it has passed."""

    keyword: Keyword
    old: CandidateQuery
    oldest: int
    total: int
    zone: tzinfo
    deadline: float
    is_late: bool = False

    def miss(self, widening: Widening) -> NearMiss | None:
        """Return the near misses of a widening, None if there are none or it was too late to try."""
        found = self._added(widening)
        if found and widening.forms:
            seen = self._seen(widening, found)
            if len(seen) < len(widening.forms):
                narrowed = with_forms(widening, self.old.query.node, seen)
                found = self._added(narrowed) if narrowed else None
                widening = narrowed or widening
        if not found or not found.newest:
            return None
        if widening.cause == CONDITION and found.count > max(MAX_SHARE * self.total, 10):
            return None
        return NearMiss(widening, found)

    def _added(self, widening: Widening) -> SampledResult | None:
        now = time.monotonic()
        if now >= self.deadline:
            self.is_late = True
            return None
        new = _compiled(self.keyword, widening.query)
        return sampled_search(
            self.keyword.project_id,
            self.oldest,
            candidates_except(new, self.old),
            Difference(new, self.old),
            self.zone,
            min(now + EACH_S, self.deadline),
        )

    def _seen(self, widening: Widening, found: SampledResult) -> list[str]:
        """Return the forms that the newest items contain."""
        texts = {_letters(getattr(hit.doc, name)[start:end]) for hit in found.newest for name, start, end in hit.spans}
        return [form for form in widening.forms if any(_letters(form) == text for text in texts)]


def _letters(text: str) -> str:
    """Return a text folded, with its words separated as they are written: an apostrophe is one for all."""
    return " ".join(fold("".join("'" if char in "’‘`´ʼ" else char for char in text)).split())


def _compiled(keyword: Keyword, query: str) -> CandidateQuery:
    return candidate_query(replace(TrackedKeyword.of(keyword), query=query))


def _words(ids: Iterable[int], deadline: float) -> tuple[Counter[str], int]:
    """Return in how many items each folded word occurs, and how many items were read before the deadline."""
    words: Counter[str] = Counter()
    read, ids = 0, list(ids)
    for start in range(0, len(ids), CHUNK):
        if read and time.monotonic() >= deadline:
            break
        docs = read_docs(ids[start : start + CHUNK])
        words.update(document_frequencies(f"{stored.doc.title}\n{stored.doc.text}" for stored in docs))
        read += len(docs)
    return words, read


def _of(found: Iterable[NearMiss], cause: str) -> list[NearMiss]:
    of_cause = [miss for miss in found if miss.widening.cause == cause]
    return sorted(of_cause, key=lambda miss: -miss.found.count)[:MAX_SHOWN]
