"""The tree of a query: returned by `parse`, compiled by `matchers.py`, printed as canonical text by `to_text`.

Nodes are frozen and comparable; `parse(to_text(node)) == node` for every tree that `parse` returns.
"""

from dataclasses import dataclass

# Fields that are matched word by word; a term without a field is matched in title and text.
TEXT_FIELDS = ("title", "text", "author", "url")
# Fields whose value is compared as a whole.
VALUE_FIELDS = ("site", "lang", "platform", "country", "kind", "rating")


@dataclass(frozen=True, slots=True)
class Term:
    """A word, a phrase, or the value of a field. `text` is as typed, without quotes, `=` and field name."""

    text: str
    quoted: bool = False
    exact: bool = False
    field: str = ""


@dataclass(frozen=True, slots=True)
class And:
    """All children match."""

    children: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one child matches."""

    children: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """`child` does not match."""

    child: "Node"


@dataclass(frozen=True, slots=True)
class Near:
    """`left` and `right` are at most `distance` words apart; 1 means adjacent. `ordered`: `left` comes first."""

    left: "Node"
    right: "Node"
    distance: int
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Count:
    """`child` occurs at least `number` times."""

    number: int
    child: "Node"


@dataclass(frozen=True, slots=True)
class AtLeast:
    """At least `number` of the children match."""

    number: int
    children: tuple["Node", ...]


Node = Term | And | Or | Not | Near | Count | AtLeast

# Binding strength when printed: a child that binds less tightly than its position requires gets parentheses.
_OR, _AND, _NOT, _NEAR, _UNIT = range(5)
_STRENGTH = {Or: _OR, And: _AND, Not: _NOT, Near: _NEAR, Count: _UNIT, AtLeast: _UNIT, Term: _UNIT}


def _term(term: Term) -> str:
    text = f'"{term.text}"' if term.quoted else term.text
    return f"{term.field + ':' if term.field else ''}{'=' if term.exact else ''}{text}"


def _print(node: Node, place: int) -> str:
    if isinstance(node, Term):
        return _term(node)
    if isinstance(node, Or):
        text = " OR ".join(_print(child, _AND) for child in node.children)
    elif isinstance(node, And):
        text = " AND ".join(_print(child, _NOT) for child in node.children)
    elif isinstance(node, Not):
        text = f"NOT {_print(node.child, _NEAR)}"
    elif isinstance(node, Near):
        name = "ONEAR" if node.ordered else "NEAR"
        text = f"{_print(node.left, _NEAR)} {name}/{node.distance} {_print(node.right, _UNIT)}"
    elif isinstance(node, Count):
        text = f"{{{node.number}}} {_print(node.child, _UNIT)}"
    else:
        text = f"MIN/{node.number}({', '.join(_print(child, _OR) for child in node.children)})"
    return f"({text})" if _STRENGTH[type(node)] < place else text


def to_text(node: Node) -> str:
    """Return the canonical text of a tree: operators written out, only the necessary parentheses."""
    return _print(node, _OR)


def join_and(nodes: list[Node]) -> Node:
    """Return one And of all nodes, flattened; a single node stays itself."""
    flat = [child for node in nodes for child in (node.children if isinstance(node, And) else (node,))]
    return flat[0] if len(flat) == 1 else And(tuple(flat))


def join_or(nodes: list[Node]) -> Node:
    """Return one Or of all nodes, flattened; a single node stays itself."""
    flat = [child for node in nodes for child in (node.children if isinstance(node, Or) else (node,))]
    return flat[0] if len(flat) == 1 else Or(tuple(flat))
