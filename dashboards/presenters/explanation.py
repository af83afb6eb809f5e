"""An explanation as the page "Why?" shows it: the tree as lines, and the text with what was found marked.

In: `Condition`s (monitoring/query/explain.py). Called by dashboards/views/explain.py. The tree is laid out flat: a
query may be nested deeper than templates can include each other.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import ngettext

from monitoring.content.excerpts import Span
from monitoring.messages.explanations import note
from monitoring.query.explain import Condition

# Of a long list of alternatives, those that are not there say little: so many are shown.
ABSENT_SHOWN = 6
MAX_LINES = 400
_OPEN, _CLOSE = ("", "<mark>", '<mark class="excluded">'), ("", "</mark>", "</mark>")


@dataclass(frozen=True, slots=True)
class Line:
    """One clause. `sign` is "held" or "failed"; "absent" where it fails and need not hold; "found" where it is
    excluded and there; "" for a line that only tells, by its note, that others are not shown.

    `opens`: the lines that follow are below it; `closes`: so many levels end after it.
    """

    text: str
    sign: str
    note: str
    opens: bool = False
    closes: range = range(0)


def lines(clause: Condition) -> list[Line]:
    """The tree from its top, at most MAX_LINES of it."""
    found: list[Line] = []
    _add(found, clause, needed=True, excluded=False)
    return found


def _add(found: list[Line], clause: Condition, needed: bool, excluded: bool) -> None:
    children = _shown(clause) if len(found) < MAX_LINES else []
    found.append(Line(clause.text, _sign(clause, needed, excluded), note(clause), bool(children)))
    if not children:
        return
    shown = 0
    for child in children:
        if len(found) < MAX_LINES:
            _add(found, child, needed and not clause.met, excluded != (clause.kind == "not"))
            shown += 1
    if left_out := len(clause.children) - shown:
        absent = shown == len(children)
        found.append(Line("", "", _absent(left_out) if absent else _more(left_out)))
    last = found[-1]
    found[-1] = replace(last, closes=range(len(last.closes) + 1))


def _absent(number: int) -> str:
    text = ngettext("and %(number)s more without a match", "and %(number)s more without a match", number)
    return text % {"number": number}


def _more(number: int) -> str:
    return ngettext("and %(number)s more", "and %(number)s more", number) % {"number": number}


def _shown(clause: Condition) -> list[Condition]:
    """All of its parts, but of long alternatives that are not there only the first few."""
    if clause.kind == "not" and clause.children[0].kind == "term":
        return []
    if clause.kind not in ("or", "min"):
        return list(clause.children)
    absent = [child for child in clause.children if not child.met][ABSENT_SHOWN:]
    hidden = set(map(id, absent)) if len(absent) > 1 else set()
    return [child for child in clause.children if id(child) not in hidden]


def _sign(clause: Condition, needed: bool, excluded: bool) -> str:
    if excluded:
        return "found" if clause.met else "absent"
    if clause.met:
        return "held"
    return "failed" if needed else "absent"


def held_spans(clause: Condition) -> Iterator[tuple[str, int, int]]:
    """Where everything stands that holds, of a query that as a whole may not."""
    if clause.kind == "not":
        return
    if clause.met:
        yield from clause.spans
        return
    for child in clause.children:
        yield from held_spans(child)


def excluded_spans(clause: Condition, excluded: bool = False) -> Iterator[tuple[str, int, int]]:
    """Where excluded words stand that make a clause fail."""
    if clause.kind == "not":
        if not clause.met:
            yield from excluded_spans(clause.children[0], not excluded)
    elif excluded and clause.met:
        yield from clause.spans
    elif not excluded:
        for child in clause.children:
            yield from excluded_spans(child)


def marked(text: str, held: Iterable[Span], excluded: Iterable[Span]) -> SafeString:
    """The whole text, escaped: what was found in <mark>, what was found and is excluded in <mark class="excluded">."""
    kinds = bytearray(len(text))
    for kind, spans in ((1, held), (2, excluded)):
        for start, end in spans:
            kinds[start:end] = bytes([kind]) * (end - start)
    pieces, start = [], 0
    for kind, run in groupby(kinds):
        end = start + sum(1 for _ in run)
        pieces.append(f"{_OPEN[kind]}{escape(text[start:end])}{_CLOSE[kind]}")
        start = end
    return mark_safe("".join(pieces))
