"""Narrow the stored documents that can match a query, with a SQL condition that Postgres answers from its indexes.

In: a keyword, stored or not. Out: a condition over `monitoring_document` that is true for every document that matches,
and whether it is true for no other. Called by matching/scan.py, query_tools/preview.py and ingest/backfill.py, which
have the matcher decide on the remaining documents.
"""

from dataclasses import dataclass

from monitoring.matching.keyword_index import TrackedKeyword
from monitoring.query import And, Doc, Match, Node, Not, Or, Query, Term, compile_query, to_tsquery
from monitoring.query.terms import value_of
from monitoring.query.tree import VALUE_FIELDS

# A condition, its parameters, and whether it is true only for documents that match.
_Part = tuple[str, tuple[object, ...], bool]

_ALL: _Part = ("TRUE", (), False)
_HAS_WORDS = "(search IS NULL OR search @@ %s::tsquery)"
# The matcher compares a host that is not ASCII in its ASCII form, which SQL cannot compute.
_AT_HOST = "(position(%s in lower(url)) > 0 OR octet_length(url) <> char_length(url))"
_IN_LANGUAGE = "starts_with(replace(lower(language), '_', '-') || '-', %s)"


@dataclass(frozen=True)
class Candidates:
    """A SQL condition with its parameters.

    Where `is_exact`, a searchable document (`search` is not null) under the condition is a match. Documents that are
    not searchable yet are always candidates.
    """

    where: str
    params: tuple[object, ...]
    is_exact: bool


@dataclass(frozen=True)
class CandidateQuery:
    """A compiled query with the languages and platforms of its keyword, and the condition for its candidates."""

    keyword: TrackedKeyword
    query: Query
    candidates: Candidates

    def match(self, doc: Doc) -> Match | None:
        """Return the match in a document, None if it does not match or its language or platform is not tracked."""
        return self.query.match(doc) if self.keyword.accepts(doc.language, doc.platform) else None


def candidate_query(keyword: TrackedKeyword) -> CandidateQuery:
    """Compile the query of a keyword. Raises QueryError if it is malformed."""
    query = compile_query(keyword.query, saved=keyword.is_saved)
    where, params, is_exact = _condition(query.node) or _ALL
    accepted, accepted_params = _accepted(keyword)
    return CandidateQuery(keyword, query, Candidates(f"{accepted} AND {where}", (*accepted_params, *params), is_exact))


def candidates_except(query: CandidateQuery, other: CandidateQuery) -> Candidates:
    """Return the candidates of what matches `query` and does not match `other`."""
    left, right = query.candidates, other.candidates
    if not right.is_exact:
        return Candidates(left.where, left.params, False)
    accepted, accepted_params = _accepted(query.keyword)
    words_only = f"{accepted} AND {_HAS_WORDS}"
    if left.where == right.where == words_only and left.params[:-1] == right.params[:-1]:
        # One index condition instead of two: the second would be checked on the words of every candidate.
        return Candidates(words_only, (*accepted_params, f"({left.params[-1]})&!({right.params[-1]})"), left.is_exact)
    where = f"{left.where} AND (search IS NULL OR NOT ({right.where}))"
    return Candidates(where, (*left.params, *right.params), left.is_exact)


def _accepted(keyword: TrackedKeyword) -> tuple[str, tuple[object, ...]]:
    """Return `TrackedKeyword.accepts` as SQL."""
    where = "TRUE"
    params: tuple[object, ...] = ()
    if keyword.languages:
        where += " AND (language = '' OR split_part(language, '-', 1) = ANY(%s))"
        params += (sorted(keyword.languages),)
    if keyword.platforms:
        where += " AND platform = ANY(%s)"
        params += (sorted(keyword.platforms),)
    return where, params


def _condition(node: Node) -> _Part | None:
    """Return the condition for a part of a query, None if it excludes no document."""
    words, is_exact = to_tsquery(node)
    if isinstance(node, And) and not is_exact:
        return _and_condition(node, words)
    if words:
        return _HAS_WORDS, (words,), is_exact
    if isinstance(node, Or):
        known = [part for child in node.children if (part := _condition(child))]
        return _join(" OR ", known) if len(known) == len(node.children) else None
    if isinstance(node, Not):
        part = _condition(node.child)
        # A document that is not searchable yet stays a candidate of every exclusion.
        return (f"(search IS NULL OR NOT {part[0]})", part[1], True) if part and part[2] else None
    return _value_condition(node) if isinstance(node, Term) and node.field in VALUE_FIELDS else None


def _and_condition(node: And, words: str | None) -> _Part | None:
    """Return one index condition for all words, joined with the conditions of the other children."""
    worded = [to_tsquery(child) for child in node.children]
    others = [_condition(child) for child, (found, _) in zip(node.children, worded, strict=True) if not found]
    parts = [part for part in others if part]
    if words:
        parts.append((_HAS_WORDS, (words,), all(is_exact for found, is_exact in worded if found)))
    if not parts:
        return None
    where, params, is_exact = _join(" AND ", parts)
    return where, params, is_exact and all(others)


def _value_condition(term: Term) -> _Part | None:
    value = value_of(term)
    if term.field == "site":
        return _AT_HOST, (value,), False
    if term.field == "lang":
        return _IN_LANGUAGE, (f"{value}-",), True
    if term.field == "rating":
        return _rating_condition(value)
    return f"lower({term.field}) = %s", (value,), True


def _rating_condition(value: str) -> _Part | None:
    """Return the condition for "2", "<=2" or ">=2" whole stars (monitoring.query.stars), None for any other value."""
    sign, number = value[:2] if value[0] in "<>" else "=", value.lstrip("<=>")
    if not number.isdigit() or sign not in ("=", "<=", ">="):
        return None
    return f"(rating IS NOT NULL AND least(greatest(floor(rating + 0.5), 1), 5) {sign} %s)", (int(number),), True


def _join(operator: str, parts: list[_Part]) -> _Part:
    where = operator.join(where for where, _, _ in parts)
    return (
        f"({where})",
        tuple(param for _, params, _ in parts for param in params),
        all(is_exact for _, _, is_exact in parts),
    )
