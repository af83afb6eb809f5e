"""Convert a query tree to a Postgres tsquery over `search_text` words, to narrow a search before the matcher runs.

The tsquery finds at least everything that the matcher finds. Called by matching/candidates.py.
"""

import re

from monitoring.query.folding import WILD
from monitoring.query.terms import Atom, Slot, word_slots
from monitoring.query.tokens import hex_coded, lexeme
from monitoring.query.tree import VALUE_FIELDS, And, AtLeast, Count, Near, Node, Not, Or, Term

# A tsquery and whether it is exact, finding only what the node matches; None: no tsquery can narrow the node.
_Part = tuple[str, bool] | None

# A plain word of this form could also be the encoding of another word, see `tokens.lexeme`.
_LOOKS_ENCODED = re.compile(r"u[0-9a-f]{2}")


def to_tsquery(node: Node) -> tuple[str | None, bool]:
    """Return a text for Postgres's `::tsquery` and whether it is exact; (None, False) if none narrows the node."""
    part = _convert(node)
    return part if part else (None, False)


def terms(node: Node) -> tuple[tuple[Term, ...], tuple[Term, ...]]:
    """Return the terms that a query requires or allows, and those that it excludes, in order of appearance."""
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
        # Excluding an inexact result would lose matches.
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
    # The full-text index has neither the order nor the number of words: "a a" requires more than "a".
    is_word = len(slots) == 1 and all(len(spelling) == 1 for spelling in slots[0])
    if not part or not is_word or term.field or term.exact:
        return _inexact(part)
    return part if re.fullmatch(r"\w+(:\*)?", part[0]) else _inexact(part)


def _slot(slot: Slot) -> _Part:
    return _any([_all([_atom(atom) for atom in spelling]) for spelling in slot])


def _atom(atom: Atom) -> _Part:
    # The letters before the first wildcard narrow enough.
    stem = atom.key.partition(WILD)[0]
    if not stem:
        return None
    word = lexeme(stem)
    if stem == atom.key and not atom.prefix:
        return word, word == stem and not _LOOKS_ENCODED.match(word)
    if stem.isascii():
        # "u" may start an encoded word.
        return f"{word}:*", stem == atom.key and word == stem and not stem.startswith("u")
    # The whole word may be encoded although its stem is not.
    return _join("|", [f"{word}:*", f"{lexeme(hex_coded(stem))}:*"]), False
