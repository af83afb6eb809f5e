"""Which kept documents a query can match, as a condition that Postgres answers from its indexes.

In: a topic as the matcher sees it. Out: SQL over `monitoring_document` that holds for every document that matches,
and whether it holds for no other. Called by preview.py and backfill.py, which ask the matcher about the rest.
"""

from dataclasses import dataclass

from monitoring.matching import Watched
from monitoring.query import And, Doc, Match, Node, Or, Query, Term, compile_query, to_tsquery
from monitoring.query.terms import value_of
from monitoring.query.tree import VALUE_FIELDS

_Part = tuple[str, tuple[object, ...]]

_EVERYWHERE: _Part = ("TRUE", ())
_FOUND = "(search IS NULL OR search @@ %s::tsquery)"
# The host of an address that is not ASCII is compared in its ASCII form, which only the matcher knows.
_AT_HOST = "(position(%s in lower(url)) > 0 OR octet_length(url) <> char_length(url))"
_IN_LANGUAGE = "starts_with(replace(lower(language), '_', '-') || '-', %s)"


@dataclass(frozen=True)
class Candidates:
    """`where` takes `params`. Where `is_exact`, a searchable document (`search` is not null) for which it holds is a
    match; documents that are not searchable yet are candidates all.
    """

    where: str
    params: tuple[object, ...]
    is_exact: bool


@dataclass(frozen=True)
class Asked:
    """A query with the languages and platforms that narrow it. Raises QueryError where the query cannot be read."""

    watched: Watched
    query: Query
    candidates: Candidates

    def match(self, doc: Doc) -> Match | None:
        return self.query.match(doc) if self.watched.wants(doc.language, doc.platform) else None


def ask(watched: Watched) -> Asked:
    query = compile_query(watched.query)
    found, params = _condition(query.node) or _EVERYWHERE
    wanted, narrowing = _wanted(watched)
    exact = to_tsquery(query.node)[1]
    return Asked(watched, query, Candidates(f"{wanted} AND {found}", (*narrowing, *params), exact))


def ask_without(asked: Asked, other: Asked) -> Candidates:
    """The candidates for what matches `asked` and does not match `other`."""
    mine, theirs = asked.candidates, other.candidates
    if not theirs.is_exact:
        return Candidates(mine.where, mine.params, False)
    words, unwanted = to_tsquery(asked.query.node)[0], to_tsquery(other.query.node)[0]
    if words and _wanted(asked.watched) == _wanted(other.watched):
        # One question to the index; as two, the words of every candidate would be read.
        wanted, narrowing = _wanted(asked.watched)
        return Candidates(f"{wanted} AND {_FOUND}", (*narrowing, f"({words})&!({unwanted})"), mine.is_exact)
    where = f"{mine.where} AND (search IS NULL OR NOT ({theirs.where}))"
    return Candidates(where, (*mine.params, *theirs.params), mine.is_exact)


def _wanted(watched: Watched) -> _Part:
    """`Watched.wants` in SQL."""
    where, params = "TRUE", ()
    if watched.languages:
        where += " AND (language = '' OR split_part(language, '-', 1) = ANY(%s))"
        params += (sorted(watched.languages),)
    if watched.platforms:
        where += " AND platform = ANY(%s)"
        params += (sorted(watched.platforms),)
    return where, params


def _condition(node: Node) -> _Part | None:
    """None where nothing is known of the documents that match."""
    words, _ = to_tsquery(node)
    parts = [(_FOUND, (words,))] if words else []
    if isinstance(node, And):
        parts += [part for child in node.children if not to_tsquery(child)[0] and (part := _condition(child))]
    elif isinstance(node, Or) and not words:
        known = [_condition(child) for child in node.children]
        return _joined(" OR ", known) if all(known) else None
    elif isinstance(node, Term) and node.field in VALUE_FIELDS:
        return _value(node)
    return _joined(" AND ", parts) if parts else None


def _value(term: Term) -> _Part | None:
    value = value_of(term)
    if term.field == "site":
        return _AT_HOST, (value,)
    if term.field == "lang":
        return _IN_LANGUAGE, (f"{value}-",)
    return ("lower(platform) = %s", (value,)) if term.field == "platform" else None


def _joined(word: str, parts: list[_Part]) -> _Part:
    return f"({word.join(where for where, _ in parts)})", tuple(param for _, params in parts for param in params)
