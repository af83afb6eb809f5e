"""The tree of a query in the form that runs: each class answers for one kind of node whether it holds, and where.

`holds(view)` is asked first and often; `collect` only for what held. Operands of NEAR and of counts also give their
`places`, in words of one field, and `mark` those of them that are wanted.
"""

from itertools import chain, islice

from monitoring.query.document import View
from monitoring.query.field_words import Order
from monitoring.query.highlights import Marks
from monitoring.query.positions import Pairs, Places, apart, joined, pairs, united, within
from monitoring.query.terms import Atom, Slot, value_of, word_slots
from monitoring.query.tree import VALUE_FIELDS, And, AtLeast, Count, Near, Node, Not, Or, Term

_DEFAULT_FIELDS = ("title", "text")
# So many results of NEAR are kept for those around them: enough for a chain, which is at most 10 long.
_KEPT_CHAINS = 12
# Further than any two words of a text are apart.
_ANYWHERE = 1 << 60


def _find_way(order: Order, way: tuple[Atom, ...]) -> Places:
    found: Places | None = None
    for atom in way:
        here = order.places(atom)
        if atom.touches and found is not None:
            here = {length: bits & order.touching for length, bits in here.items()}
        found = here if found is None else joined(found, here)
        if not found:
            break
    return found or {}


class Word:
    """A plain word anywhere in title or text, the most frequent kind by far."""

    __slots__ = ("key",)
    fields = _DEFAULT_FIELDS

    def __init__(self, key: str) -> None:
        self.key = key

    def holds(self, view: View) -> bool:
        return self.key in view.words

    def places(self, view: View, field: str) -> Places:
        return view.stream(field).order.word(self.key) if field in self.fields else {}

    def mark(self, view: View, field: str, wanted: Places, marks: Marks) -> None:
        marks.places(field, wanted)

    def collect(self, view: View, marks: Marks) -> None:
        for field in self.fields:
            marks.words(field, (self.key,))


class Phrase(Word):
    """Words side by side, wildcards, exact forms, and any term in a field of its own."""

    __slots__ = ("anywhere", "fields", "necessary", "signed", "single", "slots")

    def __init__(self, slots: tuple[Slot, ...], fields: tuple[str, ...]) -> None:
        self.slots = slots
        self.fields = fields
        self.signed = slots[0][0][0].key[0] in "#$"
        # A single word in one field, or a single wildcard anywhere, needs no look at the order of words.
        atom = slots[0][0][0]
        self.single = atom if len(slots) == len(slots[0]) == len(slots[0][0]) == 1 and not atom.raw else None
        # What answers for it in an index.
        self.anywhere = self.single if fields == _DEFAULT_FIELDS else None
        fixed = [slot[0] for slot in slots if len(slot) == 1 and fields[0] in _DEFAULT_FIELDS]
        self.necessary = frozenset(atom.key for way in fixed for atom in way if atom.is_literal)

    def holds(self, view: View) -> bool:
        if not self.necessary <= view.words:
            return False
        if self.single:
            return any(view.stream(field).has(self.single) for field in self.fields)
        return any(self.places(view, field) for field in self.fields)

    def places(self, view: View, field: str) -> Places:
        if field not in self.fields:
            return {}
        order = view.stream(field).order
        found: Places | None = None
        for slot in self.slots:
            here = united(_find_way(order, way) for way in slot)
            found = here if found is None else joined(found, here)
            if not found:
                break
        return found or {}

    def mark(self, view: View, field: str, wanted: Places, marks: Marks) -> None:
        # The sign of a hashtag stands before its first word.
        marks.places(field, wanted, self.signed)

    def collect(self, view: View, marks: Marks) -> None:
        for field in self.fields:
            if self.single and not self.signed:
                marks.words(field, view.stream(field).like(self.single))
            else:
                self.mark(view, field, self.places(view, field), marks)


class Value:
    """`site:`, `lang:`, `platform:` or `country:`: a value compared as a whole. A host is shown in the address."""

    __slots__ = ("field", "value")

    def __init__(self, field: str, value: str) -> None:
        self.field, self.value = field, value

    def holds(self, view: View) -> bool:
        return f"{self.field}:{self.value}" in view.meta

    def collect(self, view: View, marks: Marks) -> None:
        if self.field == "site":
            start = view.doc.url.lower().find(self.value)
            if start >= 0:
                marks.span(("url", start, start + len(self.value)))


class All:
    __slots__ = ("children",)

    def __init__(self, children: list["Check"]) -> None:
        # Plain words first: they cost one look each.
        self.children = sorted(children, key=lambda child: type(child) is not Word)

    def holds(self, view: View) -> bool:
        return all(child.holds(view) for child in self.children)

    def collect(self, view: View, marks: Marks) -> None:
        for child in self.children:
            child.collect(view, marks)


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
        # A plain loop: a generator would cost as much as the question.
        for child in self.others:  # noqa: SIM110
            if child.holds(view):
                return True
        return False

    def collect(self, view: View, marks: Marks) -> None:
        for child in self._found(view):
            child.collect(view, marks)

    def places(self, view: View, field: str) -> Places:
        return united(child.places(view, field) for child in self._found(view))

    def mark(self, view: View, field: str, wanted: Places, marks: Marks) -> None:
        for child in self._found(view):
            child.mark(view, field, within(child.places(view, field), wanted), marks)


class Without:
    __slots__ = ("child",)

    def __init__(self, child: "Check") -> None:
        self.child = child

    def holds(self, view: View) -> bool:
        return not self.child.holds(view)

    def collect(self, view: View, marks: Marks) -> None:
        """An exclusion has nothing to show."""


class Some:
    __slots__ = ("children", "number")

    def __init__(self, number: int, children: list["Check"]) -> None:
        self.number, self.children = number, children

    def holds(self, view: View) -> bool:
        return sum(child.holds(view) for child in self.children) >= self.number

    def collect(self, view: View, marks: Marks) -> None:
        for child in self.children:
            if child.holds(view):
                child.collect(view, marks)


class Close:
    """NEAR and ONEAR. Each occurrence is paired with the nearest one of the other side, before and after it."""

    __slots__ = ("distance", "fields", "left", "ordered", "right")

    def __init__(self, left: "Operand", right: "Operand", distance: int, ordered: bool) -> None:
        self.left, self.right, self.distance, self.ordered = left, right, distance, ordered
        self.fields = tuple(field for field in left.fields if field in right.fields)

    def _pairs(self, view: View, field: str, distance: int) -> tuple[Pairs, Pairs]:
        """Where the left side stands first, and where the right side does, if it may."""
        left = self.left.places(view, field)
        right = self.right.places(view, field) if left else {}
        return pairs(left, right, distance), iter(()) if self.ordered else pairs(right, left, distance)

    def places(self, view: View, field: str) -> Places:
        found = view.chains.get((self, field))
        if found is None:
            found = {}
            for one, gap, two, bits in chain(*self._pairs(view, field, self.distance)):
                found[one + gap + two] = found.get(one + gap + two, 0) | bits
            if len(view.chains) >= _KEPT_CHAINS:
                view.chains.clear()
            view.chains[self, field] = found
        return found

    def nearest(self, view: View) -> int:
        """How many words it is from one side to the other where they come nearest; 0: nowhere."""
        every = chain(*(self._pairs(view, field, _ANYWHERE) for field in self.fields))
        return min((gap + 1 for several in every for _, gap, _, _ in islice(several, 1)), default=0)

    def holds(self, view: View) -> bool:
        return any(self.places(view, field) for field in self.fields)

    def collect(self, view: View, marks: Marks) -> None:
        for field in self.fields:
            self.mark(view, field, self.places(view, field), marks)

    def mark(self, view: View, field: str, wanted: Places, marks: Marks) -> None:
        left: Places = {}
        right: Places = {}
        sides = (left, right), (right, left)
        for (firsts, seconds), several in zip(sides, self._pairs(view, field, self.distance), strict=True):
            for one, gap, two, bits in several:
                used = bits & wanted.get(one + gap + two, 0)
                firsts[one] = firsts.get(one, 0) | used
                seconds[two] = seconds.get(two, 0) | used << (one + gap)
        self.left.mark(view, field, left, marks)
        self.right.mark(view, field, right, marks)


class Times:
    __slots__ = ("child", "number")

    def __init__(self, number: int, child: "Operand") -> None:
        self.number, self.child = number, child

    def holds(self, view: View) -> bool:
        if not self.child.holds(view):
            return False
        return sum(apart(self.child.places(view, field), self.number) for field in self.child.fields) >= self.number

    def collect(self, view: View, marks: Marks) -> None:
        self.child.collect(view, marks)


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
