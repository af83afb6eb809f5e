"""Reject queries that consist of exclusions only, as they match nearly every text. Called by `parser.py`."""

from monitoring.query.errors import QueryError
from monitoring.query.tree import And, AtLeast, Node, Not, Or


def is_bounded(node: Node, negated: bool = False) -> bool:
    """Return whether a text must contain something to match the node, which is false for an exclusion."""
    if isinstance(node, Not):
        return is_bounded(node.child, not negated)
    if isinstance(node, And | Or):
        any_suffices = isinstance(node, And) != negated
        bounded = (is_bounded(child, negated) for child in node.children)
        return any(bounded) if any_suffices else all(bounded)
    if isinstance(node, AtLeast):
        needed = len(node.children) - node.number + 1 if negated else node.number
        unbounded = sum(not is_bounded(child, negated) for child in node.children)
        return unbounded < needed
    return not negated


def reject_unbounded(node: Node, text: str, branch_spans: dict[int, tuple[int, int]]) -> None:
    """Raise QueryError if the query, or one side of its OR, would match nearly every text.

    `branch_spans` are (start, length) of the sides of OR by `id(node)`.
    """
    if is_bounded(node):
        return
    code = "only_exclusions"
    while isinstance(node, Or):
        node = next(child for child in node.children if not is_bounded(child))
        code = "branch_only_exclusions"
    start, length = branch_spans.get(id(node), (0, len(text)))
    raise QueryError(code, start, length)
