"""Which kept documents a query can match, as a condition that Postgres answers from its indexes.

In: a keyword as the matcher sees it. Out: SQL over `monitoring_document` that holds for every document that matches,
and whether it holds for no other. Called by preview.py and backfill.py, which ask the matcher about the rest.
"""

from dataclasses import dataclass

from monitoring.matching.keyword_index import TrackedKeyword
from monitoring.query import And, Doc, Match, Node, Not, Or, Query, Term, compile_query, to_tsquery
from monitoring.query.terms import value_of
from monitoring.query.tree import VALUE_FIELDS

# A condition, its parameters, and whether it holds only for what matches.
_Part = tuple[str, tuple[object, ...], bool]

_EVERYWHERE: _Part = ("TRUE", (), False)
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

    keyword: TrackedKeyword
    query: Query
    candidates: Candidates

    def match(self, doc: Doc) -> Match | None:
        return self.query.match(doc) if self.keyword.wants(doc.language, doc.platform) else None


def ask(keyword: TrackedKeyword) -> Asked:
    query = compile_query(keyword.query)
    found, params, is_exact = _condition(query.node) or _EVERYWHERE
    wanted, narrowing = _wanted(keyword)
    return Asked(keyword, query, Candidates(f"{wanted} AND {found}", (*narrowing, *params), is_exact))


def ask_without(asked: Asked, other: Asked) -> Candidates:
    """The candidates for what matches `asked` and does not match `other`."""
    mine, theirs = asked.candidates, other.candidates
    if not theirs.is_exact:
        return Candidates(mine.where, mine.params, False)
    wanted, narrowing = _wanted(asked.keyword)
    one = f"{wanted} AND {_FOUND}"
    if mine.where == theirs.where == one and mine.params[:-1] == theirs.params[:-1]:
        # Only words: one question to the index. As two, the words of every candidate would be read.
        return Candidates(one, (*narrowing, f"({mine.params[-1]})&!({theirs.params[-1]})"), mine.is_exact)
    where = f"{mine.where} AND (search IS NULL OR NOT ({theirs.where}))"
    return Candidates(where, (*mine.params, *theirs.params), mine.is_exact)


def _wanted(keyword: TrackedKeyword) -> tuple[str, tuple[object, ...]]:
    """`Watched.wants` in SQL."""
    where, params = "TRUE", ()
    if keyword.languages:
        where += " AND (language = '' OR split_part(language, '-', 1) = ANY(%s))"
        params += (sorted(keyword.languages),)
    if keyword.platforms:
        where += " AND platform = ANY(%s)"
        params += (sorted(keyword.platforms),)
    return where, params


def _condition(node: Node) -> _Part | None:
    """None where nothing is known of the documents that match."""
    words, is_exact = to_tsquery(node)
    if isinstance(node, And) and not is_exact:
        return _all(node, words)
    if words:
        return _FOUND, (words,), is_exact
    if isinstance(node, Or):
        known = [part for child in node.children if (part := _condition(child))]
        return _joined(" OR ", known) if len(known) == len(node.children) else None
    if isinstance(node, Not):
        part = _condition(node.child)
        # What is not searchable yet stays a candidate, whatever it is not to hold.
        return (f"(search IS NULL OR NOT {part[0]})", part[1], True) if part and part[2] else None
    return _value(node) if isinstance(node, Term) and node.field in VALUE_FIELDS else None


def _all(node: And, words: str | None) -> _Part | None:
    """One question to the index for all words, and the other conditions beside it."""
    worded = [to_tsquery(child) for child in node.children]
    others = [_condition(child) for child, (found, _) in zip(node.children, worded, strict=True) if not found]
    parts = [part for part in others if part]
    if words:
        parts.append((_FOUND, (words,), all(is_exact for found, is_exact in worded if found)))
    if not parts:
        return None
    where, params, is_exact = _joined(" AND ", parts)
    return where, params, is_exact and all(others)


def _value(term: Term) -> _Part | None:
    value = value_of(term)
    if term.field == "site":
        return _AT_HOST, (value,), False
    if term.field == "lang":
        return _IN_LANGUAGE, (f"{value}-",), True
    return ("lower(platform) = %s", (value,), True) if term.field == "platform" else None


def _joined(word: str, parts: list[_Part]) -> _Part:
    where = word.join(where for where, _, _ in parts)
    return (
        f"({where})",
        tuple(param for _, params, _ in parts for param in params),
        all(exact for _, _, exact in parts),
    )
