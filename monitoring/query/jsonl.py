"""The command `match` without its streams: documents as JSON Lines in, matching pairs out as JSON Lines.

Malformed input is a value, `BadInput`: one line with the place and the problem. Called by the command only.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from monitoring.jsonl import BadInput, encode, read_document
from monitoring.query.document import MAX_STARS, Doc
from monitoring.query.errors import QueryError
from monitoring.query.index import Index

_FIELDS = ("title", "text", "url", "author", "language", "platform", "country", "kind")


def read_queries(lines: Iterable[str]) -> Index[str] | BadInput:
    """Return an index of the queries in lines of `id<TAB>query`; empty lines are skipped."""
    index: Index[str] = Index()
    for number, line in enumerate(lines, start=1):
        line = line.rstrip("\r\n")
        if not line.strip():
            continue
        key, tab, query = line.partition("\t")
        if not tab or not key:
            return BadInput(f"line {number}: expected an id, a tab and a query")
        if key in index:
            return BadInput(f"line {number}: the id {key!r} is used twice")
        try:
            index.add(key, query)
        except QueryError as error:
            return BadInput(f"line {number}, query {key!r}: {error}")
    return index if len(index) else BadInput("there is no query")


def index_of(queries: Iterable[str]) -> Index[str] | BadInput:
    """Return an index of queries, each under its own text."""
    index: Index[str] = Index()
    for query in queries:
        try:
            index.add(query, query)
        except QueryError as error:
            return BadInput(f"query {query!r}: {error}")
    return index


def _read(line: bytes) -> tuple[object, Doc] | str:
    row = read_document(line)
    if isinstance(row, str):
        return row
    values: dict[str, Any] = {name: row.get(name) or "" for name in _FIELDS}
    wrong = next((name for name, value in values.items() if not isinstance(value, str)), None)
    if wrong:
        return f'"{wrong}" is not a text'
    rating: Any = row.get("rating")
    if rating is not None and not (type(rating) in (int, float) and 0 <= rating <= MAX_STARS):
        return f'"rating" is not a number from 0 to {MAX_STARS}'
    return row["id"], Doc(**values, rating=rating)


def match_lines(index: Index[str], lines: Iterable[bytes]) -> Iterator[str | BadInput]:
    """Return one JSON object per matching document and query; invalid lines are reported and skipped."""
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        read = _read(line)
        if isinstance(read, str):
            yield BadInput(f"line {number}: {read}")
            continue
        identity, doc = read
        for key, spans in index.match(doc):
            yield encode({"id": identity, "query": key, "spans": spans})
