"""Search by meaning inside a MentionFilter: the mentioned documents whose texts are closest to a phrase.

In: the same as for search.py, with a query such as ~"late delivery" lang:fr. Out: document ids, at most MAX_FOUND, the
closest first, and their similarity. The period and the boolean query narrow what is compared; the other filters narrow
what was found, as those of any search do. Called by filters.py, documents.py and the presenters.
"""

from collections.abc import Collection, Iterator
from datetime import datetime
from functools import cached_property, lru_cache

import numpy as np
from django.conf import settings
from django.db import connection
from numpy.typing import NDArray

from monitoring.embedding import encoder
from monitoring.insights.closeness import LIMITS_OF_PHRASE, Closeness
from monitoring.insights.nearest import EXACT_VECTORS, Condition, Near, nearest, nearest_of
from monitoring.insights.pgvector import Support, support
from monitoring.insights.search import Search, SearchError
from monitoring.matching.scan import Position, after, read_docs
from monitoring.messages.query_errors import explain_error
from monitoring.messages.vector_support import meaning_sentence
from monitoring.models import Document
from monitoring.query import QueryError, SplitQuery, compile_query, parse, split_query

MAX_FOUND = 500
LEAST = LIMITS_OF_PHRASE[Closeness.RELATED]

# Documents with a mention in the period, those of each keyword from its part of an index.
_MENTIONED = """
SELECT DISTINCT mention.document_id FROM monitoring_keyword keyword CROSS JOIN LATERAL (
    SELECT document_id FROM monitoring_mention
    WHERE keyword_id = keyword.id AND {clock} >= %s AND {clock} < %s LIMIT %s
) AS mention WHERE keyword.project_id = %s LIMIT %s
"""
# With OFFSET, Postgres asks this for each row that the index of vectors returns, instead of joining all mentions.
_IS_MENTIONED = """
EXISTS (
    SELECT FROM monitoring_mention mention WHERE mention.document_id = monitoring_documentvector.document_id
        AND mention.{clock} >= %s AND mention.{clock} < %s OFFSET 0
)
"""


class MeaningSearch:
    """A phrase and a boolean query over the documents with a mention in [since, until) by `clock`.

    It has what other code needs of a Search. Where the server can't search by meaning, it finds nothing.
    """

    capped = False

    def __init__(self, project_id: int, query: SplitQuery, since: datetime, until: datetime, clock: str) -> None:
        self._project_id, self._query = project_id, query
        self._since, self._until, self._clock = since, until, clock

    @cached_property
    def similarities(self) -> dict[int, float]:
        """The documents found with their similarity, the closest first."""
        if unavailable():
            return {}
        return {one.document_id: one.similarity for one in self._nearest() if one.similarity >= LEAST}

    @property
    def documents(self) -> list[int]:
        """The ids of the documents found, the closest first."""
        return list(self.similarities)

    def matching(self, ids: Collection[int]) -> set[int]:
        """Return those of these documents that were found."""
        return self.similarities.keys() & set(ids)

    def chunks(
        self, position: Position | None = None, *, oldest_first: bool = False, size: int = MAX_FOUND
    ) -> Iterator[list[int]]:
        """Yield the ids of all documents found that come after `position` in the order of time."""
        rows = Document.objects.filter(pk__in=self.documents)
        if position:
            rows = rows.filter(after(position, "id", oldest_first=oldest_first))
        yield list(
            rows.order_by(*(("published", "id") if oldest_first else ("-published", "-id"))).values_list(
                "id", flat=True
            )
        )

    def _nearest(self) -> list[Near]:
        vector, version = vector_of(self._query.phrase)
        if self._query.words and not _is_exclusion(self._query.words):
            among = Search(self._project_id, self._query.words, self._since, self._until, self._clock).documents
            return nearest_of(self._project_id, vector, version, MAX_FOUND, _one_of(among))
        limit = 2 * MAX_FOUND if self._query.words else MAX_FOUND
        mentioned = self._mentioned()
        if len(mentioned) <= EXACT_VECTORS:
            found = nearest_of(self._project_id, vector, version, limit, _one_of(mentioned))
        else:
            condition = Condition(_IS_MENTIONED.format(clock=self._clock), (self._since, self._until))
            found = nearest(self._project_id, vector, version, limit, condition)
        return self._without_excluded(found)[:MAX_FOUND]

    def _mentioned(self) -> list[int]:
        """Return the documents with a mention in the period, more than EXACT_VECTORS if there are more."""
        limit = EXACT_VECTORS + 1
        with connection.cursor() as cursor:
            statement = _MENTIONED.format(clock=self._clock)
            cursor.execute(statement, [self._since, self._until, limit, self._project_id, limit])
            return [document_id for (document_id,) in cursor.fetchall()]

    def _without_excluded(self, found: list[Near]) -> list[Near]:
        if not self._query.words:
            return found
        query = compile_query(parse(self._query.words, narrows=True))
        kept = {one.id for one in read_docs([near.document_id for near in found]) if query.match(one.doc)}
        return [one for one in found if one.document_id in kept]


def split(q: str) -> SplitQuery:
    """Return the parts of a search; a malformed one has no phrase."""
    try:
        return split_query(q)
    except QueryError:
        return SplitQuery("", q)


def error_in(q: str) -> SearchError | None:
    """Return the error of a malformed search, None if it is valid."""
    try:
        split_query(q)
    except QueryError as error:
        return SearchError(error.code, explain_error(error), error.position)
    return None


def search_for(project_id: int, q: str, since: datetime, until: datetime, clock: str) -> Search | MeaningSearch | None:
    """Return the search of a query, None for an empty one."""
    query = split(q)
    if query.phrase:
        return MeaningSearch(project_id, query, since, until, clock)
    return Search(project_id, q, since, until, clock) if q else None


def unavailable() -> str:
    """Return why this server can't search by meaning, with what to do; "" if it can."""
    found = support()
    if found is not Support.READY:
        return meaning_sentence(found.value)
    if settings.SENTIMENT_BACKEND != "builtin":  # then workers store no vectors
        return meaning_sentence("no_encoder")
    try:
        vector_of("")
    except (ImportError, OSError):
        return meaning_sentence("no_encoder")
    return ""


@lru_cache(maxsize=256)
def vector_of(phrase: str) -> tuple[NDArray[np.float32], str]:
    """Return the vector of a phrase, and the version of the encoder, which a process loads once, in about 0.5 s.

    Raises ImportError or OSError if the encoder is not installed.
    """
    loaded = encoder.load()
    return loaded.encode([phrase]).vectors[0], loaded.version


def _is_exclusion(words: str) -> bool:
    """Return whether a boolean query consists of exclusions, so it would match nearly everything."""
    try:
        parse(words)
    except QueryError:
        return True
    return False


def _one_of(ids: list[int]) -> Condition:
    return Condition("document_id = ANY(%s::bigint[])", (ids,))
