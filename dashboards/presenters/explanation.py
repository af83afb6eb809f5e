"""An explanation on the match explainer page: the tree of conditions as lines, and the text with its matches marked.

In: a Condition of monitoring/query/explain.py. Called by dashboards/views/explain.py. The tree is flattened, since
queries can be nested deeper than templates can include each other.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import ngettext

from accounts.formats import number
from monitoring.content.excerpts import Span
from monitoring.messages.explanations import note
from monitoring.query.explain import Condition

# The number of alternatives shown that were not found; the rest of a long list is summed up in one line.
NOT_FOUND_SHOWN = 6
MAX_LINES = 400
_OPEN, _CLOSE = ("", "<mark>", '<mark class="excluded">'), ("", "</mark>", "</mark>")


@dataclass(frozen=True, slots=True)
class Line:
    """A condition of the tree, or a note on conditions that are not shown (`sign` is "").

    `sign` is "met", "unmet", "absent" (unmet, and not required) or "found" (met, but excluded).
    `opens`: the following lines are its children; `closes`: the number of levels that end after it, as a range.
    """

    text: str
    sign: str
    note: str
    opens: bool = False
    closes: range = range(0)


def lines(condition: Condition) -> list[Line]:
    """Return the tree from its root, at most about MAX_LINES lines."""
    found: list[Line] = []
    _add(found, condition, is_required=True, is_excluded=False)
    return found


def _add(found: list[Line], condition: Condition, is_required: bool, is_excluded: bool) -> None:
    children = _shown_children(condition) if len(found) < MAX_LINES else []
    sign = _sign(condition, is_required, is_excluded)
    found.append(Line(condition.text, sign, note(condition), bool(children)))
    if not children:
        return
    shown = 0
    for child in children:
        if len(found) < MAX_LINES:
            _add(found, child, is_required and not condition.met, is_excluded != (condition.kind == "not"))
            shown += 1
    if hidden := len(condition.children) - shown:
        found.append(Line("", "", _more_not_found(hidden) if shown == len(children) else _more(hidden)))
    last = found[-1]
    found[-1] = replace(last, closes=range(len(last.closes) + 1))


def _more_not_found(count: int) -> str:
    text = ngettext("and %(number)s more without a match", "and %(number)s more without a match", count)
    return text % {"number": number(count)}


def _more(count: int) -> str:
    return ngettext("and %(number)s more", "and %(number)s more", count) % {"number": number(count)}


def _shown_children(condition: Condition) -> list[Condition]:
    """Return the children to show: all, except for most alternatives that were not found."""
    if condition.kind == "not" and condition.children[0].kind == "term":
        return []
    if condition.kind not in ("or", "min"):
        return list(condition.children)
    not_found = [child for child in condition.children if not child.met][NOT_FOUND_SHOWN:]
    hidden = set(map(id, not_found)) if len(not_found) > 1 else set()
    return [child for child in condition.children if id(child) not in hidden]


def _sign(condition: Condition, is_required: bool, is_excluded: bool) -> str:
    if is_excluded:
        return "found" if condition.met else "absent"
    if condition.met:
        return "met"
    return "unmet" if is_required else "absent"


def met_spans(condition: Condition) -> Iterator[tuple[str, int, int]]:
    """Yield the spans of all met conditions, also of a query that does not match as a whole."""
    if condition.kind == "not":
        return
    if condition.met:
        yield from condition.spans
        return
    for child in condition.children:
        yield from met_spans(child)


def excluded_spans(condition: Condition, is_excluded: bool = False) -> Iterator[tuple[str, int, int]]:
    """Yield the spans of excluded words because of which a condition is not met."""
    if condition.kind == "not":
        if not condition.met:
            yield from excluded_spans(condition.children[0], not is_excluded)
    elif is_excluded and condition.met:
        yield from condition.spans
    elif not is_excluded:
        for child in condition.children:
            yield from excluded_spans(child)


def marked(text: str, met: Iterable[Span], excluded: Iterable[Span]) -> SafeString:
    """Return the whole text, escaped, with matches in <mark> and excluded words in <mark class="excluded">."""
    kinds = bytearray(len(text))
    for kind, spans in ((1, met), (2, excluded)):
        for start, end in spans:
            kinds[start:end] = bytes([kind]) * (end - start)
    pieces, start = [], 0
    for kind, run in groupby(kinds):
        end = start + sum(1 for _ in run)
        pieces.append(f"{_OPEN[kind]}{escape(text[start:end])}{_CLOSE[kind]}")
        start = end
    return mark_safe("".join(pieces))
