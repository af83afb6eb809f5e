"""The tree of a query in the form that runs: each class answers for one kind of node whether it holds, and where.

`holds(view)` is asked first and often; `collect` only for what held. Operands of NEAR and of counts also give their
`intervals`, in words of one field.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable

from monitoring.query.document import Interval, Span, Stream, View
from monitoring.query.terms import Atom, Slot, raw_form, value_of, word_slots
from monitoring.query.tree import VALUE_FIELDS, And, AtLeast, Count, Near, Node, Not, Or, Term

_DEFAULT_FIELDS = ("title", "text")


def _find_atom(stream: Stream, atom: Atom) -> list[Interval]:
    if atom.is_literal:
        found = stream.find(atom.key)
    else:
        found = sorted({place for word in stream.like(atom) for place in stream.find(word)})
    if atom.raw:
        found = [(a, b) for a, b in found if raw_form(stream.text[slice(*stream.place(a, b))]) == atom.raw]
    return found


def _join(left: list[Interval], right: list[Interval]) -> list[Interval]:
    """Every interval of `left` followed at once by one of `right`."""
    ends: dict[int, list[int]] = {}
    for start, end in right:
        ends.setdefault(start, []).append(end)
    return sorted({(start, end) for start, middle in left for end in ends.get(middle, ())})


def _find_way(stream: Stream, way: tuple[Atom, ...]) -> list[Interval]:
    found: list[Interval] | None = None
    for atom in way:
        here = _find_atom(stream, atom)
        if atom.touches and found is not None:
            here = [place for place in here if stream.touches(place[0])]
        found = here if found is None else _join(found, here)
        if not found:
            return []
    return found or []


def _find_slot(stream: Stream, slot: Slot) -> list[Interval]:
    if len(slot) == 1:
        return _find_way(stream, slot[0])
    return sorted({place for way in slot for place in _find_way(stream, way)})


def _united(intervals: Iterable[Interval]) -> list[Interval]:
    """The intervals with those that overlap made one: "a a a a" holds the phrase "a a" in one place."""
    united: list[Interval] = []
    for start, end in sorted(intervals):
        if united and start < united[-1][1]:
            united[-1] = (united[-1][0], max(end, united[-1][1]))
        else:
            united.append((start, end))
    return united


class Word:
    """A plain word anywhere in title or text, the most frequent kind by far."""

    __slots__ = ("key",)
    fields = _DEFAULT_FIELDS

    def __init__(self, key: str) -> None:
        self.key = key

    def holds(self, view: View) -> bool:
        return self.key in view.words

    def intervals(self, view: View, field: str) -> list[Interval]:
        return view.stream(field).find(self.key) if field in self.fields else []

    def mark(self, view: View, field: str, wanted: Iterable[Interval], out: set[Span]) -> None:
        stream = view.stream(field)
        out.update((field, *stream.place(*interval)) for interval in wanted)

    def collect(self, view: View, out: set[Span]) -> None:
        for field in self.fields:
            for start, end in view.unordered(field).places_of(self.key):
                out.add((field, start, end))


class Phrase(Word):
    """Words side by side, wildcards, exact forms, and any term in a field of its own."""

    __slots__ = ("alone", "fields", "literals", "necessary", "only", "signed", "slots")

    def __init__(self, slots: tuple[Slot, ...], fields: tuple[str, ...]) -> None:
        self.slots = slots
        self.fields = fields
        self.signed = slots[0][0][0].key[0] in "#$"
        plain = all(len(slot) == 1 and len(slot[0]) == 1 for slot in slots)
        atoms = [atom for slot in slots for atom in slot[0]]
        # A single word in one field, or a single wildcard anywhere, needs no look at the order of words.
        single = atoms[0] if plain and len(atoms) == 1 and not atoms[0].raw else None
        self.only = single if fields == _DEFAULT_FIELDS else None
        self.alone = single.key if single and single.is_literal and len(fields) == 1 else None
        plain = plain and all(atom.is_literal and not atom.raw and not atom.touches for atom in atoms)
        self.literals = [atom.key for atom in atoms] if plain else None
        fixed = [slot[0] for slot in slots if len(slot) == 1 and fields[0] in _DEFAULT_FIELDS]
        self.necessary = frozenset(atom.key for way in fixed for atom in way if atom.is_literal)

    def holds(self, view: View) -> bool:
        if not self.necessary <= view.words:
            return False
        if self.alone:
            return view.has(self.alone, self.fields[0])
        return any(self.intervals(view, field) for field in self.fields)

    def intervals(self, view: View, field: str) -> list[Interval]:
        if field not in self.fields:
            return []
        stream = view.stream(field)
        if self.literals and not stream.aliases:
            return stream.find_phrase(self.literals)
        found: list[Interval] | None = None
        for slot in self.slots:
            here = _find_slot(stream, slot)
            found = here if found is None else _join(found, here)
            if not found:
                return []
        return found or []

    def mark(self, view: View, field: str, wanted: Iterable[Interval], out: set[Span]) -> None:
        stream = view.stream(field)
        for interval in _united(wanted):
            start, end = stream.place(*interval)
            # The sign of a hashtag stands before its first word.
            out.add((field, start - self.signed, end))

    def collect(self, view: View, out: set[Span]) -> None:
        for field in self.fields:
            self.mark(view, field, self.intervals(view, field), out)


class Value:
    """`site:`, `lang:`, `platform:` or `country:`: a value compared as a whole. A host is shown in the address."""

    __slots__ = ("field", "value")

    def __init__(self, field: str, value: str) -> None:
        self.field, self.value = field, value

    def holds(self, view: View) -> bool:
        return f"{self.field}:{self.value}" in view.meta

    def collect(self, view: View, out: set[Span]) -> None:
        if self.field == "site":
            start = view.doc.url.lower().find(self.value)
            if start >= 0:
                out.add(("url", start, start + len(self.value)))


class All:
    __slots__ = ("children",)

    def __init__(self, children: list["Check"]) -> None:
        # Plain words first: they cost one look each.
        self.children = sorted(children, key=lambda child: type(child) is not Word)

    def holds(self, view: View) -> bool:
        return all(child.holds(view) for child in self.children)

    def collect(self, view: View, out: set[Span]) -> None:
        for child in self.children:
            child.collect(view, out)


class Any:
    __slots__ = ("children", "fields", "keys", "others", "words")

    def __init__(self, children: list["Check"]) -> None:
        self.children = children
        self.words = {child.key: child for child in children if type(child) is Word}
        self.keys = frozenset(self.words)
        self.others = [child for child in children if type(child) is not Word]
        # Only asked for where the node is an operand.
        self.fields = tuple(dict.fromkeys(f for child in children for f in getattr(child, "fields", ())))

    def _found(self, view: View) -> list["Check"]:
        found: list[Check] = [self.words[key] for key in self.keys & view.words]
        return found + [child for child in self.others if child.holds(view)]

    def holds(self, view: View) -> bool:
        if not view.words.isdisjoint(self.keys):
            return True
        return bool(self.others) and any(child.holds(view) for child in self.others)

    def collect(self, view: View, out: set[Span]) -> None:
        for child in self._found(view):
            child.collect(view, out)

    def intervals(self, view: View, field: str) -> list[Interval]:
        return sorted({place for child in self._found(view) for place in child.intervals(view, field)})

    def mark(self, view: View, field: str, wanted: Iterable[Interval], out: set[Span]) -> None:
        wanted = set(wanted)
        for child in self._found(view):
            child.mark(view, field, wanted.intersection(child.intervals(view, field)), out)


class Without:
    __slots__ = ("child",)

    def __init__(self, child: "Check") -> None:
        self.child = child

    def holds(self, view: View) -> bool:
        return not self.child.holds(view)

    def collect(self, view: View, out: set[Span]) -> None:
        """An exclusion has nothing to show."""


class Some:
    __slots__ = ("children", "number")

    def __init__(self, number: int, children: list["Check"]) -> None:
        self.number, self.children = number, children

    def holds(self, view: View) -> bool:
        return sum(child.holds(view) for child in self.children) >= self.number

    def collect(self, view: View, out: set[Span]) -> None:
        for child in self.children:
            if child.holds(view):
                child.collect(view, out)


class Close:
    """NEAR and ONEAR. Each occurrence is paired with the nearest one of the other side, before and after it."""

    __slots__ = ("distance", "fields", "left", "ordered", "right")

    def __init__(self, left: "Operand", right: "Operand", distance: int, ordered: bool) -> None:
        self.left, self.right, self.distance, self.ordered = left, right, distance, ordered
        self.fields = tuple(field for field in left.fields if field in right.fields)

    def pairs(self, view: View, field: str) -> list[tuple[Interval, Interval]]:
        found = view.pairs.get((self, field))
        if found is None:
            found = view.pairs[self, field] = self._pairs(view, field)
        return found

    def _pairs(self, view: View, field: str) -> list[tuple[Interval, Interval]]:
        left = self.left.intervals(view, field)
        right = self.right.intervals(view, field) if left else []
        pairs = {(a, b) for a, b in _followers(left, right) if b[0] - a[1] < self.distance}
        if not self.ordered:
            pairs |= {(a, b) for b, a in _followers(right, left) if a[0] - b[1] < self.distance}
        return sorted(pairs)

    def intervals(self, view: View, field: str) -> list[Interval]:
        return sorted({(min(a[0], b[0]), max(a[1], b[1])) for a, b in self.pairs(view, field)})

    def holds(self, view: View) -> bool:
        return any(self.pairs(view, field) for field in self.fields)

    def collect(self, view: View, out: set[Span]) -> None:
        for field in self.fields:
            self.mark(view, field, self.intervals(view, field), out)

    def mark(self, view: View, field: str, wanted: Iterable[Interval], out: set[Span]) -> None:
        wanted = set(wanted)
        used = [(a, b) for a, b in self.pairs(view, field) if (min(a[0], b[0]), max(a[1], b[1])) in wanted]
        self.left.mark(view, field, [a for a, _ in used], out)
        self.right.mark(view, field, [b for _, b in used], out)


def _followers(first: list[Interval], second: list[Interval]) -> Iterable[tuple[Interval, Interval]]:
    """Each of `first` with the nearest `second` after it, each of `second` with the nearest `first` before it."""
    starts = [start for start, _ in second]
    for a in first:
        index = bisect_left(starts, a[1])
        if index < len(second):
            yield a, second[index]
    by_end = sorted(first, key=lambda place: (place[1], place[0]))
    ends = [end for _, end in by_end]
    for b in second:
        index = bisect_right(ends, b[0])
        if index:
            yield by_end[index - 1], b


class Times:
    __slots__ = ("child", "number")

    def __init__(self, number: int, child: "Operand") -> None:
        self.number, self.child = number, child

    def holds(self, view: View) -> bool:
        if not self.child.holds(view):
            return False
        return sum(_apart(self.child.intervals(view, field)) for field in self.child.fields) >= self.number

    def collect(self, view: View, out: set[Span]) -> None:
        self.child.collect(view, out)


def _apart(intervals: list[Interval]) -> int:
    """How many of the intervals can be counted without counting a word twice."""
    count = last = 0
    for start, end in sorted(intervals, key=lambda place: place[1]):
        if start >= last:
            count, last = count + 1, end
    return count


Operand = Word | Any | Close
Check = Word | Value | All | Any | Without | Some | Close | Times


def _compile_term(term: Term) -> Check:
    if term.field in VALUE_FIELDS:
        return Value(term.field, value_of(term))
    slots = word_slots(term)
    if not term.field and len(slots) == 1 and len(slots[0]) == 1 and len(slots[0][0]) == 1:
        atom = slots[0][0][0]
        if atom.is_literal and not atom.raw and atom.key[0] not in "#$":
            return Word(atom.key)
    return Phrase(slots, (term.field,) if term.field else _DEFAULT_FIELDS)


def necessary_words(check: Check) -> frozenset[str]:
    """Words of title or text without which the query cannot hold."""
    if type(check) is Word:
        return frozenset([check.key])
    if isinstance(check, Phrase):
        return check.necessary
    if isinstance(check, All):
        return frozenset().union(*map(necessary_words, check.children))
    if isinstance(check, Close):
        return necessary_words(check.left) | necessary_words(check.right)
    return necessary_words(check.child) if isinstance(check, Times) else frozenset()


def asked_words(check: Check) -> frozenset[str]:
    """Every plain word that `holds` looks for among the words of a document."""
    if isinstance(check, Word):
        return check.necessary if isinstance(check, Phrase) else frozenset([check.key])
    if isinstance(check, All | Any | Some):
        return frozenset().union(*map(asked_words, check.children))
    if isinstance(check, Close):
        return asked_words(check.left) | asked_words(check.right)
    return asked_words(check.child) if isinstance(check, Times | Without) else frozenset()


def compile_node(node: Node) -> Check:
    """The tree in the form that runs. Its depth is bounded by the parser."""
    if isinstance(node, Term):
        return _compile_term(node)
    if isinstance(node, And):
        return All([compile_node(child) for child in dict.fromkeys(node.children)])
    if isinstance(node, Or):
        return Any([compile_node(child) for child in dict.fromkeys(node.children)])
    if isinstance(node, Not):
        return Without(compile_node(node.child))
    if isinstance(node, Near):
        return Close(compile_node(node.left), compile_node(node.right), node.distance, node.ordered)
    if isinstance(node, Count):
        return Times(node.number, compile_node(node.child))
    assert isinstance(node, AtLeast)
    return Some(node.number, [compile_node(child) for child in node.children])
