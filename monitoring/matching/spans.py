"""Find where queries match in a document's title and text, for highlighting.

In: a stored document and queries. Out: (start, end) character offsets. Called by insights/mentions.py,
insights/documents.py and enrichment/analyzer.py.
"""

from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache, partial

from monitoring.matching.keyword_index import doc_of
from monitoring.models import Document
from monitoring.query import QueryError, compile_query
from monitoring.query.document import View

Spans = tuple[tuple[int, int], ...]

# Every row of a page uses the same few queries.
_compiled = lru_cache(maxsize=500)(partial(compile_query, saved=True))


def spans_of(document: Document, queries: Iterable[str]) -> dict[str, Spans]:
    """Return the spans of the matched words in "title" and "text".

    A query that is malformed, or was edited since it matched, may have none.
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
