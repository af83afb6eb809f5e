"""Choose the terms under which an index stores a query: every text that the query matches contains one of them.

In: a compiled query. Out: the set of such terms with the lowest expected frequency. Called by `index.py`.
"""

from monitoring.query.matchers import (
    AndMatcher,
    AtLeastMatcher,
    CountMatcher,
    Matcher,
    NearMatcher,
    NotMatcher,
    OrMatcher,
    PhraseMatcher,
    ValueMatcher,
    WordMatcher,
)
from monitoring.query.terms import Atom, Slot

# The words found in most French or English texts. The list affects only speed: a query stored under one of them is
# checked for most documents.
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
_COMMON_FREQUENCY, _WILDCARD_FREQUENCY = 1000.0, 60.0
_FIELD_FREQUENCY = {
    "site": 20.0,
    "author": 5.0,
    "url": 30.0,
    "platform": 3000.0,
    "lang": 5000.0,
    "country": 5000.0,
    "kind": 3000.0,
    "rating": 1000.0,
}


# The expected frequency of the terms, and the terms: folded words, "field:value" for fields other than title and
# text, or wildcards of either. None: the query may match a text without any of its terms.
Choice = tuple[float, frozenset[Atom]] | None


def expected_frequency(atom: Atom) -> float:
    """Return how frequent a word probably is, in arbitrary units."""
    if atom.key in _COMMON:
        return _COMMON_FREQUENCY
    return (100.0 if atom.is_literal else 100.0 + _WILDCARD_FREQUENCY) / (2 + len(atom.key))


def _rarest(choices: list[Choice]) -> Choice:
    return min((choice for choice in choices if choice), key=lambda choice: choice[0], default=None)


def _union(choices: list[Choice]) -> Choice:
    bounded = [choice for choice in choices if choice]
    if len(bounded) < len(choices):
        return None
    return sum(frequency for frequency, _ in bounded), frozenset().union(*(terms for _, terms in bounded))


def _slot(slot: Slot, field: str) -> Choice:
    rarest = [min(spelling, key=expected_frequency) for spelling in slot]
    terms = [Atom(f"{field}:{a.key}" if field else a.key, a.prefix) for a in rarest]
    return sum(_FIELD_FREQUENCY.get(field, 0.0) + expected_frequency(a) for a in rarest), frozenset(terms)


def _term(matcher: Matcher) -> Choice:
    if isinstance(matcher, PhraseMatcher):
        field = matcher.fields[0] if matcher.fields[0] in ("author", "url") else ""
        return _rarest([_slot(slot, field) for slot in matcher.slots])
    if isinstance(matcher, WordMatcher):
        return _slot(((Atom(matcher.key),),), "")
    assert isinstance(matcher, ValueMatcher)
    return _FIELD_FREQUENCY[matcher.field], frozenset([Atom(f"{matcher.field}:{matcher.value}")])


def rarest_terms(matcher: Matcher, negated: bool = False) -> Choice:
    """Return the rarest sufficient terms of a query, or of its negation."""
    if isinstance(matcher, NotMatcher):
        return rarest_terms(matcher.child, not negated)
    if isinstance(matcher, AndMatcher | OrMatcher):
        choices = [rarest_terms(child, negated) for child in matcher.children]
        return _rarest(choices) if isinstance(matcher, AndMatcher) != negated else _union(choices)
    if isinstance(matcher, AtLeastMatcher):
        needed = len(matcher.children) - matcher.number + 1 if negated else matcher.number
        return _at_least([rarest_terms(child, negated) for child in matcher.children], needed)
    if negated:
        return None
    if isinstance(matcher, NearMatcher):
        return _rarest([rarest_terms(matcher.left), rarest_terms(matcher.right)])
    return rarest_terms(matcher.child) if isinstance(matcher, CountMatcher) else _term(matcher)


def _at_least(choices: list[Choice], needed: int) -> Choice:
    """If k of n conditions must be met, any n - k + 1 of them contain a met one: return the rarest n - k + 1."""
    bounded = sorted((choice for choice in choices if choice), key=lambda choice: choice[0])
    enough = len(choices) - needed + 1
    return _union(list(bounded[:enough])) if len(bounded) >= enough else None
