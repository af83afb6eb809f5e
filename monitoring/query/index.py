"""All watched queries against one document at once: only the queries whose rarest necessary word occurs are looked at.

`add` (also to change) and `remove` touch one query only. Threads may match while one of them writes: each sees the
index with or without the change.
"""

import threading
from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass
from itertools import chain

from monitoring.query.compiled_query import Query, compile_query, spans_of
from monitoring.query.document import Doc, Span, View
from monitoring.query.matchers import All, Any, Check, Phrase, Without, Word, asked_words, necessary_words
from monitoring.query.rarest_terms import choose, cost
from monitoring.query.term_filter import Reader
from monitoring.query.terms import Atom
from monitoring.query.tree import Node
from monitoring.query.wildcards import Wildcards


@dataclass(frozen=True, slots=True, eq=False)
class _Entry:
    """A query in the index: its plain words that must all occur, those that must not, and what is then left to ask."""

    key: Hashable
    number: int
    check: Check
    anchors: frozenset[Atom]
    asked: frozenset[str]
    needed: frozenset[str] | None
    forbidden: frozenset[str] | None
    rest: Check | None

    def holds(self, view: View) -> bool:
        """Whether a document matches that is past the gate. What is None is not touched: memory is what costs."""
        return (
            (self.needed is None or self.needed <= view.words)
            and (self.rest is None or self.rest.holds(view))
            and (self.forbidden is None or view.words.isdisjoint(self.forbidden))
        )


# A query under one of its anchors, behind its gate: words of which it needs one besides. Most visits end there.
_Filed = tuple[frozenset[str] | None, _Entry]
_Bucket = tuple[_Filed, ...]


def _filed(key: Hashable, number: int, check: Check, anchors: frozenset[Atom]) -> _Filed:
    """Sorts the demands of a query by what they cost to ask; what its anchors already answer is not asked again."""
    forbidden: set[str] = set()
    # Words of which one must occur.
    demands = {frozenset([word]) for word in necessary_words(check)}
    rest: list[Check] = []
    for child in check.children if isinstance(check, All) else [check]:
        if isinstance(child, Without) and type(child.child) is Word:
            forbidden.add(child.child.key)
        elif type(child) is Any and not child.others:
            demands.add(child.keys)
        elif type(child) is not Word and not (isinstance(child, Phrase) and anchors == {child.anywhere}):
            rest.append(child)
    called_by = {anchor.key for anchor in anchors if anchor.is_literal}
    open_ = [demand for demand in demands if len(called_by) < len(anchors) or not called_by <= demand]
    gate = min(open_, key=_commonness, default=None)
    needed = [next(iter(demand)) for demand in open_ if len(demand) == 1 and demand is not gate]
    rest += [Any([Word(key) for key in demand]) for demand in open_ if len(demand) > 1 and demand is not gate]
    left = None if not rest else rest[0] if len(rest) == 1 else All(rest)
    asked = asked_words(check).union(called_by)
    return gate, _Entry(
        key, number, check, anchors, asked, frozenset(needed) or None, frozenset(forbidden) or None, left
    )


def _commonness(demand: frozenset[str]) -> tuple[float, list[str]]:
    return sum(cost(Atom(word)) for word in demand), sorted(demand)


class Index:
    """`key` is whatever the caller knows a query by; results come in the order in which the queries were added."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: dict[Hashable, _Entry] = {}
        self._buckets: dict[str, _Bucket] = {}
        # Its keys once more: two sets know the hashes of all their words, and where they meet is found without
        # touching the words in memory.
        self._anchors: set[str] = set()
        # How many queries ask for a word; no other word of a document is looked at.
        self._asked: Counter[str] = Counter()
        self._wildcards = Wildcards()
        self._reader = Reader(self._asked, self._wildcards, 0)
        self._fields = 0
        self._number = 0

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, key: Hashable) -> bool:
        return key in self._entries

    def add(self, key: Hashable, query: Query | Node | str) -> None:
        """Adds a query or replaces the one of that key. Raises QueryError for a text that cannot be read."""
        check = (query if isinstance(query, Query) else compile_query(query)).check
        choice = choose(check)
        if choice is None:
            raise ValueError("a query that may match a text without any of its words cannot be filed")
        with self._lock:
            self._drop(key)
            self._number += 1
            filed = _filed(key, self._number, check, choice[1])
            entry = self._entries[key] = filed[1]
            self._asked.update(entry.asked)
            for anchor in entry.anchors:
                self._put(anchor, (*self._bucket(anchor), filed))
            self._fields += any(":" in anchor.key for anchor in entry.anchors)
            self._renew()

    def remove(self, key: Hashable) -> None:
        """Forgets a query; nothing happens where there is none of that key."""
        with self._lock:
            self._drop(key)
            self._renew()

    def _renew(self) -> None:
        """After a change documents are read anew; who is reading one meanwhile goes on with the old reader."""
        self._reader = Reader(self._asked, self._wildcards, len(self._entries))

    def _drop(self, key: Hashable) -> None:
        entry = self._entries.pop(key, None)
        if entry is None:
            return
        for anchor in entry.anchors:
            self._put(anchor, tuple(filed for filed in self._bucket(anchor) if filed[1] is not entry))
        for word in entry.asked:
            self._asked[word] -= 1
            if not self._asked[word]:
                del self._asked[word]
        self._fields -= any(":" in anchor.key for anchor in entry.anchors)

    def _bucket(self, anchor: Atom) -> _Bucket:
        return self._buckets.get(anchor.key, ()) if anchor.is_literal else self._wildcards.get(anchor)

    def _put(self, anchor: Atom, entries: _Bucket) -> None:
        if not anchor.is_literal:
            self._wildcards.put(anchor, entries)
        elif entries:
            self._buckets[anchor.key] = entries
            self._anchors.add(anchor.key)
        else:
            self._anchors.discard(anchor.key)
            self._buckets.pop(anchor.key, None)

    def _find(self, view: View) -> list[_Entry]:
        words = view.words
        called = [self._buckets.get(key, ()) for key in self._anchors & words]
        if self._wildcards:
            called += [view.reader.called[word] for word in view.reader.called.keys() & words]
        if self._fields:
            called += [self._buckets.get(key, ()) for key in self._anchors & view.meta]
            called += [self._wildcards.called(key) for key in view.meta]
        found: dict[int, _Entry] = {}
        for gate, entry in chain.from_iterable(called):
            if (gate is None or not words.isdisjoint(gate)) and entry.number not in found and entry.holds(view):
                found[entry.number] = entry
        return [found[number] for number in sorted(found)] if len(found) > 1 else list(found.values())

    def match(self, doc: Doc) -> list[tuple[Hashable, tuple[Span, ...]]]:
        """Every query that matches, with where it was found in the original text."""
        view = View(doc, self._reader)
        return [(entry.key, spans_of(entry.check, view)) for entry in self._find(view)]

    def keys_of(self, doc: Doc) -> list[Hashable]:
        """Every query that matches, without the places."""
        return [entry.key for entry in self._find(View(doc, self._reader))]
