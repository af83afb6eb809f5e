"""A query tree as a Postgres tsquery over `search_text` words, to narrow a search before the matcher checks it.

What it finds is never less than what the matcher finds. Called by the search over mentions and by previews.
"""

import re

from monitoring.query.folding import WILD
from monitoring.query.terms import Atom, Slot, word_slots
from monitoring.query.tokens import coded, lexeme
from monitoring.query.tree import VALUE_FIELDS, And, AtLeast, Count, Near, Node, Not, Or, Term

# A tsquery and whether it finds exactly what the node matches; None: the node cannot be narrowed.
_Part = tuple[str, bool] | None

# A plain word of this form could also be another one's code, see `lexeme`.
_LIKE_A_CODE = re.compile(r"u[0-9a-f]{2}")


def to_tsquery(node: Node) -> tuple[str | None, bool]:
    """A text for Postgres's `::tsquery` and whether it is exact; (None, False) where all documents must be checked."""
    part = _convert(node)
    return part if part else (None, False)


def terms(node: Node) -> tuple[tuple[Term, ...], tuple[Term, ...]]:
    """The terms that a query looks for, and those that it excludes, in the order in which they stand."""
    positive: dict[Term, None] = {}
    negative: dict[Term, None] = {}

    def walk(node: Node, wanted: dict[Term, None], unwanted: dict[Term, None]) -> None:
        if isinstance(node, Term):
            wanted[node] = None
        elif isinstance(node, Not):
            walk(node.child, unwanted, wanted)
        elif isinstance(node, And | Or | AtLeast):
            for child in node.children:
                walk(child, wanted, unwanted)
        else:
            for child in (node.left, node.right) if isinstance(node, Near) else (node.child,):
                walk(child, wanted, unwanted)

    walk(node, positive, negative)
    return tuple(positive), tuple(negative)


def _join(operator: str, parts: list[str]) -> str:
    different = list(dict.fromkeys(parts))
    return different[0] if len(different) == 1 else f"({f' {operator} '.join(different)})"


def _all(parts: list[_Part]) -> _Part:
    known = [part for part in parts if part]
    exact = len(known) == len(parts) and all(exact for _, exact in known)
    return (_join("&", [text for text, _ in known]), exact) if known else None


def _any(parts: list[_Part]) -> _Part:
    known = [part for part in parts if part]
    if len(known) < len(parts):
        return None
    return _join("|", [text for text, _ in known]), all(exact for _, exact in known)


def _inexact(part: _Part) -> _Part:
    return (part[0], False) if part else None


def _convert(node: Node) -> _Part:
    if isinstance(node, Term):
        return _term(node)
    if isinstance(node, Not):
        part = _convert(node.child)
        # Only what is found exactly can be left out.
        return (f"!{part[0]}", True) if part and part[1] else None
    if isinstance(node, And):
        return _all([_convert(child) for child in node.children])
    if isinstance(node, Or):
        return _any([_convert(child) for child in node.children])
    if isinstance(node, Near):
        return _inexact(_all([_convert(node.left), _convert(node.right)]))
    if isinstance(node, Count):
        return _inexact(_convert(node.child))
    parts = [_convert(child) for child in node.children]
    if node.number == len(parts):
        return _all(parts)
    unknown = sum(part is None for part in parts)
    if node.number <= unknown:
        return None
    return _inexact(_any([part for part in parts if part])) if node.number > 1 else _any(parts)


def _term(term: Term) -> _Part:
    if term.field in VALUE_FIELDS or term.field in ("author", "url"):
        return None
    slots = word_slots(term)
    part = _all([_slot(slot) for slot in slots])
    # The index knows of words, not of their order or number: "a a" is more than "a".
    is_word = len(slots) == 1 and all(len(way) == 1 for way in slots[0])
    if not part or not is_word or term.field or term.exact:
        return _inexact(part)
    return part if re.fullmatch(r"\w+(:\*)?", part[0]) else _inexact(part)


def _slot(slot: Slot) -> _Part:
    return _any([_all([_atom(atom) for atom in way]) for way in slot])


def _atom(atom: Atom) -> _Part:
    # What stands before the first hole is enough to narrow.
    stem = atom.key.partition(WILD)[0]
    if not stem:
        return None
    word = lexeme(stem)
    if stem == atom.key and not atom.prefix:
        return word, word == stem and not _LIKE_A_CODE.match(word)
    if stem.isascii():
        # "u" may begin a code.
        return f"{word}:*", stem == atom.key and word == stem and not stem.startswith("u")
    # The whole word may be coded where its beginning alone is not.
    return _join("|", [f"{word}:*", f"{lexeme(coded(stem))}:*"]), False
