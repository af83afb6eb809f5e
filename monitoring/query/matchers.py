"""The compiled form of a query tree: one matcher class for each kind of node. Called by `compiled_query.py`.

`matches(view)` is called first and often; `highlight` only for what matched. Operands of NEAR and of counts also
return their `positions`, in words of one field, and `highlight_at` adds the wanted ones of them to the highlights.
"""

from itertools import chain, islice
from typing import Any, cast

from monitoring.query.document import View
from monitoring.query.field_words import WordOrder
from monitoring.query.highlights import Highlights
from monitoring.query.positions import (
    Pairs,
    Positions,
    concatenated,
    count_disjoint,
    intersection,
    nearest_pairs,
    union,
)
from monitoring.query.terms import Atom, Slot, value_of, word_slots
from monitoring.query.tree import VALUE_FIELDS, And, AtLeast, Count, Near, Node, Not, Or, Term

_DEFAULT_FIELDS = ("title", "text")
# How many results of NEAR are cached for the NEAR around them: enough for a chain, which has at most 10.
_MAX_CACHED_RESULTS = 12
# More words than any text has.
_UNLIMITED = 1 << 60


def _spelling_positions(order: WordOrder, spelling: tuple[Atom, ...]) -> Positions:
    found: Positions | None = None
    for atom in spelling:
        here = order.positions(atom)
        if atom.contiguous and found is not None:
            here = {length: bits & order.contiguous for length, bits in here.items()}
        found = here if found is None else concatenated(found, here)
        if not found:
            break
    return found or {}


class WordMatcher:
    """A plain word anywhere in title or text, by far the most frequent kind."""

    __slots__ = ("key",)
    fields: tuple[str, ...] = _DEFAULT_FIELDS

    def __init__(self, key: str) -> None:
        self.key = key

    def matches(self, view: View) -> bool:
        return self.key in view.words

    def positions(self, view: View, field: str) -> Positions:
        return view.field_words(field).order.word_positions(self.key) if field in self.fields else {}

    def highlight_at(self, view: View, field: str, wanted: Positions, highlights: Highlights) -> None:
        highlights.add_positions(field, wanted)

    def highlight(self, view: View, highlights: Highlights) -> None:
        for field in self.fields:
            highlights.add_words(field, (self.key,))


class PhraseMatcher(WordMatcher):
    """Adjacent words, wildcards, exact forms, and any term of one field."""

    __slots__ = ("fields", "required", "signed", "single", "slots", "term")

    def __init__(self, slots: tuple[Slot, ...], fields: tuple[str, ...]) -> None:
        self.slots = slots
        self.fields = fields
        self.signed = slots[0][0][0].key[0] in "#$"
        # A single word in one field, or a single wildcard anywhere, needs no word order.
        atom = slots[0][0][0]
        self.single = atom if len(slots) == len(slots[0]) == len(slots[0][0]) == 1 and not atom.raw else None
        # The term whose presence in an index proves a match.
        self.term = self.single if fields == _DEFAULT_FIELDS else None
        fixed = [slot[0] for slot in slots if len(slot) == 1 and fields[0] in _DEFAULT_FIELDS]
        self.required = frozenset(atom.key for spelling in fixed for atom in spelling if atom.is_literal)

    def matches(self, view: View) -> bool:
        if not self.required <= view.words:
            return False
        if self.single:
            return any(view.field_words(field).has(self.single) for field in self.fields)
        return any(self.positions(view, field) for field in self.fields)

    def positions(self, view: View, field: str) -> Positions:
        if field not in self.fields:
            return {}
        order = view.field_words(field).order
        found: Positions | None = None
        for slot in self.slots:
            here = union(_spelling_positions(order, spelling) for spelling in slot)
            found = here if found is None else concatenated(found, here)
            if not found:
                break
        return found or {}

    def highlight_at(self, view: View, field: str, wanted: Positions, highlights: Highlights) -> None:
        # The sign of a hashtag precedes its first word.
        highlights.add_positions(field, wanted, self.signed)

    def highlight(self, view: View, highlights: Highlights) -> None:
        for field in self.fields:
            if self.single and not self.signed:
                highlights.add_words(field, view.field_words(field).expand(self.single))
            else:
                self.highlight_at(view, field, self.positions(view, field), highlights)


class ValueMatcher:
    """A field of VALUE_FIELDS: a value compared as a whole. A host is highlighted in the URL."""

    __slots__ = ("field", "value")

    def __init__(self, field: str, value: str) -> None:
        self.field, self.value = field, value

    def matches(self, view: View) -> bool:
        return f"{self.field}:{self.value}" in view.metadata

    def highlight(self, view: View, highlights: Highlights) -> None:
        if self.field == "site":
            start = view.doc.url.lower().find(self.value)
            if start >= 0:
                highlights.add_span(("url", start, start + len(self.value)))


class AndMatcher:
    """All children match."""

    __slots__ = ("children",)

    def __init__(self, children: list["Matcher"]) -> None:
        # Plain words first: they cost one set look-up each.
        self.children = sorted(children, key=lambda child: type(child) is not WordMatcher)

    def matches(self, view: View) -> bool:
        return all(child.matches(view) for child in self.children)

    def highlight(self, view: View, highlights: Highlights) -> None:
        for child in self.children:
            child.highlight(view, highlights)


class OrMatcher:
    """At least one child matches. Plain words are checked together, as a set; `others` are the other children."""

    __slots__ = ("children", "fields", "keys", "others", "words")

    def __init__(self, children: list["Matcher"]) -> None:
        self.children = children
        self.words = {child.key: child for child in children if type(child) is WordMatcher}
        self.keys = frozenset(self.words)
        self.others = [child for child in children if type(child) is not WordMatcher]
        # Read only where the node is an operand.
        self.fields = tuple(dict.fromkeys(f for child in children for f in getattr(child, "fields", ())))

    def _matching(self, view: View) -> list[Any]:
        """Return the children that match: Matchers; all of them are Operands if this one is."""
        found: list[Matcher] = [self.words[key] for key in self.keys & view.words]
        return found + [child for child in self.others if child.matches(view)]

    def matches(self, view: View) -> bool:
        if not view.words.isdisjoint(self.keys):
            return True
        # A plain loop: creating a generator costs as much as the check.
        for child in self.others:  # noqa: SIM110
            if child.matches(view):
                return True
        return False

    def highlight(self, view: View, highlights: Highlights) -> None:
        for child in self._matching(view):
            child.highlight(view, highlights)

    def positions(self, view: View, field: str) -> Positions:
        return union(child.positions(view, field) for child in self._matching(view))

    def highlight_at(self, view: View, field: str, wanted: Positions, highlights: Highlights) -> None:
        for child in self._matching(view):
            child.highlight_at(view, field, intersection(child.positions(view, field), wanted), highlights)


class NotMatcher:
    """The child does not match. An exclusion highlights nothing."""

    __slots__ = ("child",)

    def __init__(self, child: "Matcher") -> None:
        self.child = child

    def matches(self, view: View) -> bool:
        return not self.child.matches(view)

    def highlight(self, view: View, highlights: Highlights) -> None:
        pass


class AtLeastMatcher:
    """At least `number` of the children match."""

    __slots__ = ("children", "number")

    def __init__(self, number: int, children: list["Matcher"]) -> None:
        self.number, self.children = number, children

    def matches(self, view: View) -> bool:
        return sum(child.matches(view) for child in self.children) >= self.number

    def highlight(self, view: View, highlights: Highlights) -> None:
        for child in self.children:
            if child.matches(view):
                child.highlight(view, highlights)


class NearMatcher:
    """NEAR and ONEAR. Each occurrence is paired with the nearest one of the other side, before and after it."""

    __slots__ = ("distance", "fields", "left", "ordered", "right")

    def __init__(self, left: "Operand", right: "Operand", distance: int, ordered: bool) -> None:
        self.left, self.right, self.distance, self.ordered = left, right, distance, ordered
        self.fields: tuple[str, ...] = tuple(field for field in left.fields if field in right.fields)

    def _pairs(self, view: View, field: str, distance: int) -> tuple[Pairs, Pairs]:
        """Return the pairs that start with the left side and, unless ordered, those that start with the right."""
        left = self.left.positions(view, field)
        right = self.right.positions(view, field) if left else {}
        reverse = iter(()) if self.ordered else nearest_pairs(right, left, distance)
        return nearest_pairs(left, right, distance), reverse

    def positions(self, view: View, field: str) -> Positions:
        found = view.near_positions.get((self, field))
        if found is None:
            found = {}
            for one, gap, two, bits in chain(*self._pairs(view, field, self.distance)):
                found[one + gap + two] = found.get(one + gap + two, 0) | bits
            if len(view.near_positions) >= _MAX_CACHED_RESULTS:
                view.near_positions.clear()
            view.near_positions[self, field] = found
        return found

    def nearest_distance(self, view: View) -> int:
        """Return the shortest distance in words between both sides; 0 if no field contains both."""
        every = chain(*(self._pairs(view, field, _UNLIMITED) for field in self.fields))
        return min((gap + 1 for several in every for _, gap, _, _ in islice(several, 1)), default=0)

    def matches(self, view: View) -> bool:
        return any(self.positions(view, field) for field in self.fields)

    def highlight(self, view: View, highlights: Highlights) -> None:
        for field in self.fields:
            self.highlight_at(view, field, self.positions(view, field), highlights)

    def highlight_at(self, view: View, field: str, wanted: Positions, highlights: Highlights) -> None:
        left: Positions = {}
        right: Positions = {}
        sides = (left, right), (right, left)
        for (firsts, seconds), several in zip(sides, self._pairs(view, field, self.distance), strict=True):
            for one, gap, two, bits in several:
                used = bits & wanted.get(one + gap + two, 0)
                firsts[one] = firsts.get(one, 0) | used
                seconds[two] = seconds.get(two, 0) | used << (one + gap)
        self.left.highlight_at(view, field, left, highlights)
        self.right.highlight_at(view, field, right, highlights)


class CountMatcher:
    """The child occurs at least `number` times in title and text together, without sharing a word."""

    __slots__ = ("child", "number")

    def __init__(self, number: int, child: "Operand") -> None:
        self.number, self.child = number, child

    def matches(self, view: View) -> bool:
        if not self.child.matches(view):
            return False
        counts = (count_disjoint(self.child.positions(view, field), self.number) for field in self.child.fields)
        return sum(counts) >= self.number

    def highlight(self, view: View, highlights: Highlights) -> None:
        self.child.highlight(view, highlights)


Operand = WordMatcher | OrMatcher | NearMatcher
Matcher = (
    WordMatcher | ValueMatcher | AndMatcher | OrMatcher | NotMatcher | AtLeastMatcher | NearMatcher | CountMatcher
)


def _compile_term(term: Term) -> Matcher:
    if term.field in VALUE_FIELDS:
        return ValueMatcher(term.field, value_of(term))
    slots = word_slots(term)
    if not term.field and len(slots) == 1 and len(slots[0]) == 1 and len(slots[0][0]) == 1:
        atom = slots[0][0][0]
        if atom.is_literal and not atom.raw and atom.key[0] not in "#$":
            return WordMatcher(atom.key)
    return PhraseMatcher(slots, (term.field,) if term.field else _DEFAULT_FIELDS)


def required_words(matcher: Matcher) -> frozenset[str]:
    """Return words of title or text without which the query cannot match."""
    if type(matcher) is WordMatcher:
        return frozenset([matcher.key])
    if isinstance(matcher, PhraseMatcher):
        return matcher.required
    if isinstance(matcher, AndMatcher):
        return frozenset().union(*map(required_words, matcher.children))
    if isinstance(matcher, NearMatcher):
        return required_words(matcher.left) | required_words(matcher.right)
    return required_words(matcher.child) if isinstance(matcher, CountMatcher) else frozenset()


def queried_words(matcher: Matcher) -> frozenset[str]:
    """Return every plain word that `matches` looks up among the words of a document."""
    if isinstance(matcher, WordMatcher):
        return matcher.required if isinstance(matcher, PhraseMatcher) else frozenset([matcher.key])
    if isinstance(matcher, AndMatcher | OrMatcher | AtLeastMatcher):
        return frozenset().union(*map(queried_words, matcher.children))
    if isinstance(matcher, NearMatcher):
        return queried_words(matcher.left) | queried_words(matcher.right)
    return queried_words(matcher.child) if isinstance(matcher, CountMatcher | NotMatcher) else frozenset()


def _compile_operand(node: Node) -> Operand:
    """Compile what NEAR and counts accept; the parser rejects all other operands."""
    return cast(Operand, compile_node(node))


def compile_near(node: Near) -> NearMatcher:
    return NearMatcher(_compile_operand(node.left), _compile_operand(node.right), node.distance, node.ordered)


def compile_node(node: Node) -> Matcher:
    """Compile a tree. The parser bounds its depth."""
    if isinstance(node, Term):
        return _compile_term(node)
    if isinstance(node, And):
        return AndMatcher([compile_node(child) for child in dict.fromkeys(node.children)])
    if isinstance(node, Or):
        return OrMatcher([compile_node(child) for child in dict.fromkeys(node.children)])
    if isinstance(node, Not):
        return NotMatcher(compile_node(node.child))
    if isinstance(node, Near):
        return compile_near(node)
    if isinstance(node, Count):
        return CountMatcher(node.number, _compile_operand(node.child))
    assert isinstance(node, AtLeast)
    return AtLeastMatcher(node.number, [compile_node(child) for child in node.children])
