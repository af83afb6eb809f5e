"""All tracked queries against one document: only queries whose rarest required term occurs are checked.

In: queries under the caller's keys, then documents. Out: the keys of the queries that match, with or without spans.
`add` (also to change) and `remove` touch one query only. Threads may match while another writes: each sees the index
with or without the change. Called by matching/keyword_index.py and by the command `match`.
"""

import threading
from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass
from itertools import chain
from typing import Any, Generic, TypeVar

from monitoring.query.compiled_query import Query, compile_query, matched_spans
from monitoring.query.document import Doc, Span, View
from monitoring.query.matchers import (
    AndMatcher,
    Matcher,
    NotMatcher,
    OrMatcher,
    PhraseMatcher,
    WordMatcher,
    queried_words,
    required_words,
)
from monitoring.query.rarest_terms import expected_frequency, rarest_terms
from monitoring.query.term_filter import TermFilter
from monitoring.query.terms import Atom
from monitoring.query.tree import Node
from monitoring.query.wildcards import Postings, Wildcards

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True, eq=False)
class IndexedQuery(Generic[Key]):
    """A query in the index: plain words that must all occur, plain words that must not, and what else to check.

    `terms` are those that lead to it. Empty conditions are None: they cost no memory access.
    """

    key: Key
    number: int
    matcher: Matcher
    terms: frozenset[Atom]
    words: frozenset[str]
    required: frozenset[str] | None
    excluded: frozenset[str] | None
    remaining: Matcher | None

    def matches(self, view: View) -> bool:
        """Return whether a document matches that has already passed the prefilter."""
        return (
            (self.required is None or self.required <= view.words)
            and (self.remaining is None or self.remaining.matches(view))
            and (self.excluded is None or view.words.isdisjoint(self.excluded))
        )


# A query under one of its terms, with its prefilter: words of which it also needs one. Most documents fail it.
_Posting = tuple[frozenset[str] | None, IndexedQuery[Any]]


def _posting(key: Hashable, number: int, matcher: Matcher, terms: frozenset[Atom]) -> _Posting:
    """Order the conditions of a query by their cost, leaving out what the presence of its terms already proves."""
    excluded: set[str] = set()
    # Sets of words; of each set one word must occur.
    alternatives = {frozenset([word]) for word in required_words(matcher)}
    others: list[Matcher] = []
    for child in matcher.children if isinstance(matcher, AndMatcher) else [matcher]:
        if isinstance(child, NotMatcher) and type(child.child) is WordMatcher:
            excluded.add(child.child.key)
        elif type(child) is OrMatcher and not child.others:
            alternatives.add(child.keys)
        elif type(child) is not WordMatcher and not (isinstance(child, PhraseMatcher) and terms == {child.term}):
            others.append(child)
    literals = {term.key for term in terms if term.is_literal}
    unproven = [words for words in alternatives if len(literals) < len(terms) or not literals <= words]
    prefilter = min(unproven, key=_frequency, default=None)
    required = [next(iter(words)) for words in unproven if len(words) == 1 and words is not prefilter]
    others += [
        OrMatcher([WordMatcher(key) for key in words])
        for words in unproven
        if len(words) > 1 and words is not prefilter
    ]
    remaining = None if not others else others[0] if len(others) == 1 else AndMatcher(others)
    words = queried_words(matcher).union(literals)
    return prefilter, IndexedQuery(
        key, number, matcher, terms, words, frozenset(required) or None, frozenset(excluded) or None, remaining
    )


def _frequency(words: frozenset[str]) -> tuple[float, list[str]]:
    return sum(expected_frequency(Atom(word)) for word in words), sorted(words)


class Index(Generic[Key]):
    """Queries under the caller's keys; results are in the order in which the queries were added."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._queries: dict[Key, IndexedQuery[Key]] = {}
        self._postings: dict[str, Postings] = {}
        # The keys of _postings as a set: sets store the hashes of their words, and an intersection of two of them
        # does not read the words in memory.
        self._terms: set[str] = set()
        # How many queries contain a word; all other words of a document are ignored.
        self._queried_words: Counter[str] = Counter()
        self._wildcards = Wildcards()
        self._filter = TermFilter(self._queried_words, self._wildcards, 0)
        # How many queries have a term of another field than title and text.
        self._with_other_fields = 0
        self._number = 0

    def __len__(self) -> int:
        return len(self._queries)

    def __contains__(self, key: Hashable) -> bool:
        return key in self._queries

    def add(self, key: Key, query: Query | Node | str) -> None:
        """Add a query or replace the one with that key. Raise QueryError for an invalid text."""
        matcher = (query if isinstance(query, Query) else compile_query(query)).matcher
        choice = rarest_terms(matcher)
        if choice is None:
            raise ValueError("a query that may match a text without any of its words cannot be indexed")
        with self._lock:
            self._discard(key)
            self._number += 1
            posting = _posting(key, self._number, matcher, choice[1])
            indexed = self._queries[key] = posting[1]
            self._queried_words.update(indexed.words)
            for term in indexed.terms:
                self._set_postings(term, (*self._postings_of(term), posting))
            self._with_other_fields += any(":" in term.key for term in indexed.terms)
            self._renew_filter()

    def remove(self, key: Key) -> None:
        """Remove a query, if there is one with that key."""
        with self._lock:
            self._discard(key)
            self._renew_filter()

    def _renew_filter(self) -> None:
        """Replace the filter after a change; threads that match meanwhile keep the old one."""
        self._filter = TermFilter(self._queried_words, self._wildcards, len(self._queries))

    def _discard(self, key: Key) -> None:
        indexed = self._queries.pop(key, None)
        if indexed is None:
            return
        for term in indexed.terms:
            self._set_postings(term, tuple(each for each in self._postings_of(term) if each[1] is not indexed))
        for word in indexed.words:
            self._queried_words[word] -= 1
            if not self._queried_words[word]:
                del self._queried_words[word]
        self._with_other_fields -= any(":" in term.key for term in indexed.terms)

    def _postings_of(self, term: Atom) -> Postings:
        return self._postings.get(term.key, ()) if term.is_literal else self._wildcards.get(term)

    def _set_postings(self, term: Atom, postings: Postings) -> None:
        if not term.is_literal:
            self._wildcards.put(term, postings)
        elif postings:
            self._postings[term.key] = postings
            self._terms.add(term.key)
        else:
            self._terms.discard(term.key)
            self._postings.pop(term.key, None)

    def _find(self, view: View) -> list[IndexedQuery[Key]]:
        words = view.words
        candidates = [self._postings.get(key, ()) for key in self._terms & words]
        if self._wildcards:
            assert isinstance(view.term_filter, TermFilter)
            by_wildcard = view.term_filter.wildcard_postings
            candidates += [by_wildcard[word] for word in by_wildcard.keys() & words]
        if self._with_other_fields:
            candidates += [self._postings.get(key, ()) for key in self._terms & view.metadata]
            candidates += [self._wildcards.postings_for(key) for key in view.metadata]
        found: dict[int, IndexedQuery[Key]] = {}
        for prefilter, query in chain.from_iterable(candidates):
            if (
                (prefilter is None or not words.isdisjoint(prefilter))
                and query.number not in found
                and query.matches(view)
            ):
                found[query.number] = query
        return [found[number] for number in sorted(found)] if len(found) > 1 else list(found.values())

    def match(self, doc: Doc) -> list[tuple[Key, tuple[Span, ...]]]:
        """Return the key of every query that matches, with its spans in the original text."""
        view = View(doc, self._filter)
        return [(query.key, matched_spans(query.matcher, view)) for query in self._find(view)]

    def keys_of(self, doc: Doc) -> list[Key]:
        """Return the key of every query that matches."""
        return [query.key for query in self._find(View(doc, self._filter))]
