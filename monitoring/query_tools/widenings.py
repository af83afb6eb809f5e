"""Widen a query by one step: leave out a condition, or accept another form of a word. Pure.

In: the tree of a query, and the words of some items for typos. Out: `Widening`s. Each matches everything that the
query matches, and more: it only leaves out what restricts, or adds alternatives to a word outside of exclusions.
Called by query_tools/near_misses.py.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from monitoring.content.stop_words import STOP_WORDS
from monitoring.query import And, AtLeast, Count, Near, Node, Not, Or, QueryError, Term, fold, parse, to_text

CONDITION, EXCLUSION, EXACT, PLURAL, SPELLING, TYPO = "condition", "exclusion", "exact", "plural", "spelling", "typo"
CAUSES = (PLURAL, TYPO, SPELLING, EXACT, EXCLUSION, CONDITION)
MAX_PER_CAUSE = 12  # widenings: a query of hundreds of words isn't tried in full
MIN_PLURAL, MIN_SPELLING, MIN_TYPO, MIN_TWO_EDITS = 3, 5, 5, 8  # letters of a word
MAX_TYPOS = 5  # per word
_ELIDED = ("qu", "l", "d", "j", "m", "n", "s", "c")
_VOWELS = "aeiouyh"


@dataclass(frozen=True)
class Widening:
    """A widened query. `part` is what it changes, a condition or a word; `forms` are the words that it adds."""

    cause: str
    part: str
    forms: tuple[str, ...]
    node: Node

    @property
    def query(self) -> str:
        return to_text(self.node)


_Rebuild = Callable[[Node], Node]


def condition_widenings(node: Node) -> list[Widening]:
    """Return the query without one of its conditions, for each that can be left out."""
    found: dict[str, list[Widening]] = {}
    for part, rebuild in _places(node):
        for cause, without, left in _relaxed(part):
            _add(found, cause, to_text(without), (), rebuild(left), node)
    return [one for several in found.values() for one in several]


def word_widenings(node: Node) -> list[Widening]:
    """Return the query with plurals, and with other spellings, of one of its words."""
    found: dict[str, list[Widening]] = {}
    for term, rebuild in _words(node):
        for cause, forms in ((PLURAL, plurals(term.text)), (SPELLING, spellings(term.text))):
            if new := [form for form in forms if fold(form) not in _known(node)]:
                _add(found, cause, term.text, new, rebuild(_either(term, new)), node)
    return [one for several in found.values() for one in several]


def typo_widenings(node: Node, words: Counter[str]) -> list[Widening]:
    """Return the query with likely typos of one of its words. `words` counts the items with each folded word."""
    found: dict[str, list[Widening]] = {}
    for term, rebuild in _words(node):
        if new := [form for form in typos(fold(term.text), words) if form not in _known(node)]:
            _add(found, TYPO, term.text, new, rebuild(_either(term, new)), node)
    return found.get(TYPO, [])


def with_forms(widening: Widening, node: Node, forms: Iterable[str]) -> Widening | None:
    """Return the widening with only some of its forms; None without any."""
    kept = [form for form in widening.forms if form in set(forms)]
    places = [(term, rebuild) for term, rebuild in _words(node) if term.text == widening.part]
    if not kept or not places:
        return None
    term, rebuild = places[0]
    return replace(widening, forms=tuple(kept), node=parse(to_text(rebuild(_either(term, kept)))))


def plurals(text: str) -> list[str]:
    """Return the plurals of a singular, and the singulars of a plural, that French and English have for a word; for
    words in sequence, with one of them changed or all.
    """
    words = text.split()
    forms = [_plurals_of(word) for word in words]
    single = [
        " ".join([*words[:place], form, *words[place + 1 :]])
        for place, several in enumerate(forms)
        for form in several
    ]
    every = [" ".join(several[0] for several in forms)] if len(words) > 1 and all(forms) else []
    return list(dict.fromkeys(every + single))


def spellings(text: str) -> list[str]:
    """Return a word with an elision (l’oréal for loreal) or split in two, and words in sequence joined."""
    words = text.split()
    if len(words) == 2 and all(word.isalnum() for word in words):
        return ["".join(words)]
    if len(words) != 1 or len(text) < MIN_SPELLING or not text.isalpha():
        return []
    low = fold(text)
    elided = [
        f"{text[: len(start)]}'{text[len(start) :]}"
        for start in _ELIDED
        if low.startswith(start) and low[len(start) :][:1] in _VOWELS and len(low) - len(start) >= MIN_SPELLING - 1
    ]
    return elided[:1] + [f"{text[:place]} {text[place:]}" for place in range(3, len(text) - 2)]


def typos(word: str, words: Counter[str]) -> list[str]:
    """Return the words of items that look like typos of a word: at most one edit away (two from 8 letters on), with
    the same first letter, and rarer than the word itself. The most frequent ones first.
    """
    if len(word) < MIN_TYPO or not word.isalpha():
        return []
    limit = 2 if len(word) >= MIN_TWO_EDITS else 1
    highest = max(1, words[word] // 2)
    # A plural is no typo.
    plural = {fold(form) for form in _plurals_of(word)}
    near = [
        other
        for other in words
        if other[0] == word[0]
        and abs(len(other) - len(word)) <= limit
        and other not in plural
        and other not in STOP_WORDS
        and other.isalpha()
        and words[other] <= highest
        and 0 < distance(word, other, limit) <= limit
    ]
    return sorted(near, key=lambda other: (-words[other], other))[:MAX_TYPOS]


def distance(one: str, other: str, limit: int) -> int:
    """Return the edit distance (insert, delete, replace, swap neighbors) of two words; limit + 1 if it is higher."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for place, letter in enumerate(one, 1):
        last, before, row = before, row, [place]
        for column, against in enumerate(other, 1):
            cost = min(before[column] + 1, row[-1] + 1, before[column - 1] + (letter != against))
            if place > 1 and column > 1 and letter == other[column - 2] and one[place - 2] == against:
                cost = min(cost, last[column - 2] + 1)
            row.append(cost)
        if min(row) > limit:
            return limit + 1
    return row[-1]


def _plurals_of(word: str) -> list[str]:
    low = fold(word)
    if len(low) < MIN_PLURAL or not low.isalpha():
        return []
    if low.endswith("aux"):
        return [f"{word[:-3]}al", word[:-1]]
    if low.endswith("ies") and len(low) > 4:
        return [f"{word[:-3]}y", word[:-1]]
    if low.endswith(("s", "x")):
        shorter = [word[:-2]] if low.endswith("es") and len(low) > 4 else []
        return [word[:-1], *shorter] if len(low) > MIN_PLURAL else []
    more = [f"{word[:-2]}aux"] if low.endswith("al") else []
    more += [f"{word[:-1]}ies"] if low.endswith("y") else []
    more += [f"{word}x"] if low.endswith(("au", "eu", "ou")) else []
    more += [f"{word}es"] if low.endswith(("ch", "sh", "z")) else []
    return [f"{word}s", *more]


def _relaxed(part: Node) -> Iterator[tuple[str, Node, Node]]:
    """Yield cause, the condition that is left out, and what is left of this part."""
    if isinstance(part, And):
        for place, child in enumerate(part.children):
            rest = part.children[:place] + part.children[place + 1 :]
            if not all(isinstance(one, Not) or _is_value(one) for one in rest):
                left = rest[0] if len(rest) == 1 else And(rest)
                yield EXCLUSION if isinstance(child, Not) else CONDITION, child, left
    elif isinstance(part, Near):
        yield CONDITION, part, And((part.left, part.right))
    elif isinstance(part, Count):
        yield CONDITION, part, part.child
    elif isinstance(part, AtLeast):
        if part.number > 1:
            yield CONDITION, part, replace(part, number=part.number - 1)
    elif isinstance(part, Term) and part.exact:
        yield EXACT, part, replace(part, exact=False)
    elif isinstance(part, Term) and part.field == "title":
        yield CONDITION, part, replace(part, field="")


def _is_value(node: Node) -> bool:
    """Return True for conditions such as `lang:fr`, which alone say nothing about a subject."""
    return isinstance(node, Term) and node.field not in ("", "title", "text", "author", "url")


def _places(node: Node) -> Iterator[tuple[Node, _Rebuild]]:
    """Yield each part outside of exclusions, with the function that returns the whole with another part there."""
    yield node, lambda new: new
    if isinstance(node, And | Or | AtLeast):
        for place, child in enumerate(node.children):
            for part, rebuild in _places(child):
                yield part, partial(_with_child, node, place, rebuild)
    elif isinstance(node, Near):
        for side in ("left", "right"):
            for part, rebuild in _places(getattr(node, side)):
                yield part, partial(_with_field, node, side, rebuild)
    elif isinstance(node, Count):
        for part, rebuild in _places(node.child):
            yield part, partial(_with_field, node, "child", rebuild)


def _with_child(node: And | Or | AtLeast, place: int, rebuild: _Rebuild, new: Node) -> Node:
    return replace(node, children=(*node.children[:place], rebuild(new), *node.children[place + 1 :]))


def _with_field(node: Near | Count, name: str, rebuild: _Rebuild, new: Node) -> Node:
    return replace(node, **{name: rebuild(new)})  # type: ignore[arg-type]  # the name is one of a Node


def _words(node: Node) -> Iterator[tuple[Term, _Rebuild]]:
    """Yield the words and phrases in title or text, without wildcards, outside of exclusions."""
    for part, rebuild in _places(node):
        if isinstance(part, Term) and not part.exact and part.field in ("", "title", "text"):
            if "*" in part.text or "?" in part.text or part.text[0] in "#@$":
                continue
            yield part, rebuild


def _known(node: Node) -> set[str]:
    """Return the words of the query, folded, and those that it excludes."""
    children = getattr(node, "children", None) or [
        child for name in ("child", "left", "right") if (child := getattr(node, name, None))
    ]
    return {fold(node.text)} if isinstance(node, Term) else set().union(*map(_known, children))


def _either(term: Term, forms: Iterable[str]) -> Node:
    more = [replace(term, text=form, quoted=_is_quoted(term, form)) for form in forms]
    return Or((term, *more))


def _is_quoted(term: Term, form: str) -> bool:
    return term.quoted or " " in form


def _add(
    found: dict[str, list[Widening]], cause: str, part: str, forms: Iterable[str], wider: Node, node: Node
) -> None:
    """Add a widening in the form that the parser returns; none that can't be written as a query."""
    several = found.setdefault(cause, [])
    try:
        parsed = parse(to_text(wider))
    except QueryError:
        return
    if len(several) < MAX_PER_CAUSE and parsed != node and parsed not in [one.node for one in several]:
        several.append(Widening(cause, part, tuple(forms), parsed))
