"""Where a query's words occur in a document's title and text."""

from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache

from monitoring.matching.keyword_index import doc_of
from monitoring.models import Document
from monitoring.query import QueryError, compile_query
from monitoring.query.document import View

# A page asks the same few queries about each of its rows.
_compiled = lru_cache(maxsize=500)(compile_query)


Spans = tuple[tuple[int, int], ...]


def spans_of(document: Document, queries: Iterable[str]) -> dict[str, Spans]:
    """Where queries find their words in a document's "title" and "text". A query edited since, or malformed, may find
    nothing: then nothing is marked.
    """
    view = View(doc_of(document))
    found: dict[str, set[tuple[int, int]]] = defaultdict(set)
    for query in queries:
        try:
            match = _compiled(query).match(view)
        except QueryError:
            continue
        for name, start, end in match.spans if match else ():
            found[name].add((start, end))
    return {name: tuple(sorted(found[name])) for name in ("title", "text")}
