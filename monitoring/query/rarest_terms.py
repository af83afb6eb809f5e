"""Which words a query cannot match without: one of its anchors stands in every text that it matches.

In: a compiled query. Out: the set of anchors thought to be rarest, under which `index.py` files the query.
"""

from monitoring.query.matchers import All, Any, Check, Close, Phrase, Some, Times, Value, Without, Word
from monitoring.query.terms import Atom, Slot

# The words that stand in most French or English texts. Only the speed depends on the list: a query filed under one
# of them is looked at for most documents.
_COMMON_WORDS = (
    "de la le et les des en un du une que est pour qui dans a par plus pas au sur ne se ce il sont l d s n c j qu m t "
    "y avec son sa ses aux ou mais comme on tout nous fait ete aussi leur bien peut ces deux meme si sans autres "
    "cette entre tous vous je elle ils leurs etre avoir ont apres dont encore faire avant non tres quand the of and "
    "to in is that it was for are as with his they at be this from have or by one had not but what all were when we "
    "there can an your which their said if do will each about how up out them then she many some so these would other "
    "into has more her two like him see time could no make than first been its who now people my over did down only "
    "way find use may after new just he you i me our also very any because here where why get go well even back year "
    "years day know want think"
)
_COMMON = frozenset(_COMMON_WORDS.split())
_COMMON_COST, _WILDCARD_COST = 1000.0, 60.0
_VALUE_COST = {"site": 20.0, "author": 5.0, "url": 30.0, "platform": 3000.0, "lang": 5000.0, "country": 5000.0}


# How often the anchors are thought to occur, and the anchors: folded words, "field:value" for other fields than title
# and text, or wildcards of either. None: the query may match without any.
Choice = tuple[float, frozenset[Atom]] | None


def cost(atom: Atom) -> float:
    """How often a word is thought to occur, on no particular scale."""
    if atom.key in _COMMON:
        return _COMMON_COST
    return (100.0 if atom.is_literal else 100.0 + _WILDCARD_COST) / (2 + len(atom.key))


def _cheapest(choices: list[Choice]) -> Choice:
    return min((choice for choice in choices if choice), key=lambda choice: choice[0], default=None)


def _together(choices: list[Choice]) -> Choice:
    bounded = [choice for choice in choices if choice]
    if len(bounded) < len(choices):
        return None
    return sum(cost for cost, _ in bounded), frozenset().union(*(anchors for _, anchors in bounded))


def _slot(slot: Slot, field: str) -> Choice:
    best = [min(way, key=cost) for way in slot]
    anchors = [Atom(f"{field}:{a.key}" if field else a.key, a.prefix) for a in best]
    return sum(_VALUE_COST.get(field, 0.0) + cost(a) for a in best), frozenset(anchors)


def _term(check: Check) -> Choice:
    if isinstance(check, Phrase):
        field = check.fields[0] if check.fields[0] in ("author", "url") else ""
        return _cheapest([_slot(slot, field) for slot in check.slots])
    if isinstance(check, Word):
        return _slot(((Atom(check.key),),), "")
    assert isinstance(check, Value)
    return _VALUE_COST[check.field], frozenset([Atom(f"{check.field}:{check.value}")])


def choose(check: Check, negated: bool = False) -> Choice:
    """The cheapest anchors of a query, or of its negation."""
    if isinstance(check, Without):
        return choose(check.child, not negated)
    if isinstance(check, All | Any):
        choices = [choose(child, negated) for child in check.children]
        return _cheapest(choices) if isinstance(check, All) != negated else _together(choices)
    if isinstance(check, Some):
        needed = len(check.children) - check.number + 1 if negated else check.number
        return _some([choose(child, negated) for child in check.children], needed)
    if negated:
        return None
    if isinstance(check, Close):
        return _cheapest([choose(check.left), choose(check.right)])
    return choose(check.child) if isinstance(check, Times) else _term(check)


def _some(choices: list[Choice], needed: int) -> Choice:
    """Of n things of which k must hold, one of any n - k + 1 holds: the cheapest so many are enough."""
    bounded = sorted((choice for choice in choices if choice), key=lambda choice: choice[0])
    enough = len(choices) - needed + 1
    return _together(list(bounded[:enough])) if len(bounded) >= enough else None
