"""The tree of a query: what `parse` returns, what the compiler reads, and what prints back as canonical text.

Every node is frozen and comparable; `parse(to_text(node)) == node` for every tree that `parse` returns.
"""

from dataclasses import dataclass

# Fields whose value is words, looked for as words; a term without a field is looked for in title and text.
TEXT_FIELDS = ("title", "text", "author", "url")
# Fields whose value is compared as a whole.
VALUE_FIELDS = ("site", "lang", "platform", "country")


@dataclass(frozen=True, slots=True)
class Term:
    """One word or phrase, or the value of a field. `text` is as typed, without quotes, `=` or the field's name."""

    text: str
    quoted: bool = False
    exact: bool = False
    field: str = ""


@dataclass(frozen=True, slots=True)
class And:
    children: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Or:
    children: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Not:
    child: "Node"


@dataclass(frozen=True, slots=True)
class Near:
    """`left` and `right` at most `distance` words apart; 1 is side by side."""

    left: "Node"
    right: "Node"
    distance: int
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Count:
    """`child` is found at least `number` times."""

    number: int
    child: "Node"


@dataclass(frozen=True, slots=True)
class AtLeast:
    """At least `number` of the children hold."""

    number: int
    children: tuple["Node", ...]


Node = Term | And | Or | Not | Near | Count | AtLeast

# How tightly a node holds together when printed: a child that holds less than its place asks for gets parentheses.
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
    """The canonical text of a tree: operators written out, no parenthesis that is not needed."""
    return _print(node, _OR)


def join_and(nodes: list[Node]) -> Node:
    """One And of all, without an And directly inside an And."""
    flat = [child for node in nodes for child in (node.children if isinstance(node, And) else (node,))]
    return flat[0] if len(flat) == 1 else And(tuple(flat))


def join_or(nodes: list[Node]) -> Node:
    """One Or of all, without an Or directly inside an Or."""
    flat = [child for node in nodes for child in (node.children if isinstance(node, Or) else (node,))]
    return flat[0] if len(flat) == 1 else Or(tuple(flat))
