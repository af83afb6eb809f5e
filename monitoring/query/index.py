"""All watched queries against one document at once: only the queries whose rarest necessary word occurs are looked at.

`add` (also to change) and `remove` touch one query only. Threads may match while one of them writes: each sees the
index with or without the change.
"""

import threading
from collections.abc import Hashable
from dataclasses import dataclass

from monitoring.query.anchors import choose, cost
from monitoring.query.compile import All, Any, Check, Phrase, Without, Word, necessary_words
from monitoring.query.document import Doc, Shape, Span, View, masked, shape_of
from monitoring.query.matcher import Query, compile_query, spans_of
from monitoring.query.terms import Atom
from monitoring.query.tree import Node

# Words met before, of which the matching wildcards are known. About 20 MB when full.
_MOST_KNOWN = 200_000


@dataclass(frozen=True, slots=True, eq=False)
class _Entry:
    """A query in the index: its plain words that must all occur, those that must not, and what is then left to ask."""

    key: Hashable
    number: int
    check: Check
    anchors: frozenset[Atom]
    necessary: frozenset[str]
    forbidden: frozenset[str]
    rest: Check | None

    def holds(self, view: View) -> bool:
        """Whether a document in which an anchor occurs matches."""
        words = view.words
        return (
            self.necessary <= words
            and words.isdisjoint(self.forbidden)
            and (self.rest is None or self.rest.holds(view))
        )


# A query under one of its anchors, behind one more word that it needs: most visits end there.
_Filed = tuple[str | None, _Entry]
_Bucket = tuple[_Filed, ...]


def _entry(key: Hashable, number: int, check: Check, anchors: frozenset[Atom]) -> _Entry:
    """Sorts the demands of a query by what they cost to ask; what its anchors already answer is not asked again."""
    children = check.children if isinstance(check, All) else [check]
    forbidden: set[str] = set()
    rest: list[Check] = []
    for child in children:
        if isinstance(child, Without) and type(child.child) is Word:
            forbidden.add(child.child.key)
        elif type(child) is not Word and not _is_answered(child, anchors):
            rest.append(child)
    left = None if not rest else rest[0] if len(rest) == 1 else All(rest)
    return _Entry(key, number, check, anchors, necessary_words(check), frozenset(forbidden), left)


def _file(entry: _Entry, anchor: Atom) -> _Filed:
    others = entry.necessary - {anchor.key}
    return (min(others, key=lambda word: cost(Atom(word))) if others else None), entry


def _is_answered(check: Check, anchors: frozenset[Atom]) -> bool:
    """Whether the check holds wherever one of the anchors occurs."""
    if type(check) is Any and not check.others:
        return {anchor.key for anchor in anchors if anchor.is_literal} == check.words.keys()
    return isinstance(check, Phrase) and anchors == {check.only}


class _Wildcards:
    """Which queries a word calls through a wildcard; worked out once for each different word."""

    def __init__(self) -> None:
        self._buckets: dict[Shape, dict[str, _Bucket]] = {}
        self._known: dict[str, _Bucket] = {}
        self._idle: set[str] = set()

    def __bool__(self) -> bool:
        return bool(self._buckets)

    def put(self, atom: Atom, entries: _Bucket) -> None:
        shape = shape_of(atom)
        keys = dict(self._buckets.get(shape, {}))
        keys.pop(atom.key, None)
        if entries:
            keys[atom.key] = entries
        self._buckets = {s: k for s, k in {**self._buckets, shape: keys}.items() if k}
        self._known, self._idle = {}, set()

    def get(self, atom: Atom) -> _Bucket:
        return self._buckets.get(shape_of(atom), {}).get(atom.key, ())

    def called(self, words: set[str]) -> list[_Bucket]:
        known, idle = self._known, self._idle
        if len(known) + len(idle) > _MOST_KNOWN:
            known, idle = self._known, self._idle = {}, set()
        called = []
        for word in words - idle:
            entries = known.get(word)
            if entries is None:
                entries = self._learn(word, known, idle)
            if entries:
                called.append(entries)
        return called

    def _learn(self, word: str, known: dict[str, _Bucket], idle: set[str]) -> _Bucket:
        entries: _Bucket = ()
        for shape, keys in self._buckets.items():
            entries += keys.get(masked(word, shape), ())
        if entries:
            known[word] = entries
        else:
            idle.add(word)
        return entries


class Index:
    """`key` is whatever the caller knows a query by; results come in the order in which the queries were added."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: dict[Hashable, _Entry] = {}
        self._buckets: dict[str, _Bucket] = {}
        self._anchors: set[str] = set()
        self._wildcards = _Wildcards()
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
            entry = _entry(key, self._number, check, choice[1])
            self._entries[key] = entry
            for anchor in entry.anchors:
                self._put(anchor, (*self._bucket(anchor), _file(entry, anchor)))
            self._fields += any(":" in anchor.key for anchor in entry.anchors)

    def remove(self, key: Hashable) -> None:
        """Forgets a query; nothing happens where there is none of that key."""
        with self._lock:
            self._drop(key)

    def _drop(self, key: Hashable) -> None:
        entry = self._entries.pop(key, None)
        if entry is None:
            return
        for anchor in entry.anchors:
            self._put(anchor, tuple(filed for filed in self._bucket(anchor) if filed[1] is not entry))
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
        seen = words | view.meta if self._fields else words
        called = [self._buckets.get(key, ()) for key in self._anchors & seen]
        if self._wildcards:
            called += self._wildcards.called(seen)
        found: dict[int, _Entry] = {}
        for bucket in called:
            for needed, entry in bucket:
                if (needed is None or needed in words) and entry.number not in found and entry.holds(view):
                    found[entry.number] = entry
        return [found[number] for number in sorted(found)] if len(found) > 1 else list(found.values())

    def match(self, doc: Doc) -> list[tuple[Hashable, tuple[Span, ...]]]:
        """Every query that matches, with where it was found in the original text."""
        view = View(doc)
        return [(entry.key, spans_of(entry.check, view)) for entry in self._find(view)]

    def keys_of(self, doc: Doc) -> list[Hashable]:
        """Every query that matches, without the places."""
        return [entry.key for entry in self._find(View(doc))]
