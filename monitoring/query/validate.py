"""Whether a query asks for something, or only leaves things out. Called by `parser.py` once the tree stands."""

from monitoring.query.errors import QueryError
from monitoring.query.tree import And, AtLeast, Node, Not, Or


def is_bounded(node: Node, negated: bool = False) -> bool:
    """Whether a text must contain something for the node to hold: not so for an exclusion."""
    if isinstance(node, Not):
        return is_bounded(node.child, not negated)
    if isinstance(node, And | Or):
        one_is_enough = isinstance(node, And) != negated
        bounded = (is_bounded(child, negated) for child in node.children)
        return any(bounded) if one_is_enough else all(bounded)
    if isinstance(node, AtLeast):
        needed = len(node.children) - node.number + 1 if negated else node.number
        free = sum(not is_bounded(child, negated) for child in node.children)
        return free < needed
    return not negated


def refuse_unbounded(node: Node, text: str, places: dict[int, tuple[int, int]]) -> None:
    """Raises QueryError where the query, or one side of its OR, would hold for nearly every text."""
    if is_bounded(node):
        return
    code = "only_exclusions"
    while isinstance(node, Or):
        node = next(child for child in node.children if not is_bounded(child))
        code = "branch_only_exclusions"
    start, length = places.get(id(node), (0, len(text)))
    raise QueryError(code, start, length)
