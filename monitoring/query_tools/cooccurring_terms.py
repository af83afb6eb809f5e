"""The words that stand beside a query: often in what it finds, seldom elsewhere. Pure.

In: the texts of some matches and of some other documents, and the query. Out: candidates for exclusion, each with the
query that leaves it out. Called by preview.py.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from math import log

from monitoring.query import And, Node, Not, QueryError, fold, parse, terms, tokenise
from monitoring.query.tokens import KEYS, visible

MOST_SHOWN = 8
FEWEST = 3  # matches with the word: two stories that share one are no pattern
LEAST_SHARE = 0.03  # of the matches: leaving out less changes nothing
LEAST_LIFT = 3  # times as often as elsewhere: half the texts being of another language doubles every little word
SHORTEST = 3

# Words without a meaning of their own, folded. Those of other languages are told by being as frequent elsewhere.
_LITTLE = """
alors apres assez aucun aussi autre autres avant avec avoir bien car ceci cela celle celles celui cent ces cet
cette ceux chaque chez comme comment contre dans deja depuis des deux devant dire dit doit donc dont elle elles
encore entre est etait ete etes etre eux faire fait faut fois font hier ici ils jour jours les leur leurs lors
lui mais meme memes mes moi moins mon non nos notre nous ont ors par parce pas pendant peu peut plus plusieurs
pour pourquoi quand que quel quelle quelles quelque quels qui quoi sans sera ses seul seulement selon serait son
sont sous sur tant tel telle tes toi ton tous tout toute toutes tres trop une vers vos votre vous about after
again all also and any are because been before being between both but can could did does doing down during each
few for from had has have having her here hers him his how into its just less like made make many more most much
must never new not now off once one only other our out over own said same says she should since some still such
than that the their them then there these they this those through too two under until very was were what when
where which while who whom whose why will with within without would you your
"""
_STOP = frozenset(_LITTLE.split())


@dataclass(frozen=True)
class Beside:
    """`term` stands in `matches` of `of` matches; `query` is the query without it."""

    term: str
    matches: int
    of: int
    query: str


def beside(query: str, node: Node, found: Sequence[str], others: Sequence[str]) -> tuple[Beside, ...]:
    """The terms that tell some of the texts `found` from the `others` best; without a term of all, nothing is left."""
    if not others:
        return ()
    here, elsewhere = _frequencies(found), _frequencies(others)
    fewest = max(FEWEST, LEAST_SHARE * len(found))
    is_own = _own(node)
    scores = {}
    for word, count in here.items():
        says_something = len(word) >= SHORTEST and word.isalpha() and word not in _STOP
        if not fewest <= count < len(found) or not says_something or is_own(word):
            continue
        share, usual = count / len(found), (elsewhere[word] + 0.5) / (len(others) + 1)
        if share >= LEAST_LIFT * usual:
            scores[word] = share * log(share / usual)
    best = sorted(scores, key=lambda word: (-scores[word], word))[:MOST_SHOWN]
    shown = _as_written(best, found)
    return tuple(Beside(shown[word], here[word], len(found), without(query, node, shown[word])) for word in best)


def without(query: str, node: Node, term: str) -> str:
    """The query as typed, with the term left out of all that it finds."""
    appended = f"{query.rstrip()} -{term}"
    wanted = (*(node.children if isinstance(node, And) else (node,)), *_excluded(term))
    try:
        reads_right = parse(appended) == And(wanted)
    except QueryError:
        reads_right = False
    return appended if reads_right else f"({query.strip()}) -{term}"


def _excluded(term: str) -> tuple[Node, ...]:
    node = parse(f"x -{term}")
    return tuple(child for child in node.children if isinstance(child, Not)) if isinstance(node, And) else ()


def _words(text: str) -> set[str]:
    return set(chain.from_iterable(map(KEYS.__getitem__, visible(text).split())))


def _frequencies(texts: Iterable[str]) -> Counter[str]:
    """In how many of the texts each word stands."""
    return Counter(chain.from_iterable(map(_words, texts)))


def _own(node: Node) -> object:
    positive, negative = terms(node)
    words, stems = set(), []
    for term in (*positive, *negative):
        words.update(token.norm for token in tokenise(term.text))
        stem = fold(term.text.partition("*")[0].partition("?")[0])
        if not term.quoted and stem and len(stem) < len(term.text):
            stems.append(stem)
    return lambda word: word in words or word.startswith(tuple(stems))


def _as_written(words: Iterable[str], texts: Iterable[str]) -> dict[str, str]:
    """Each folded word as the first text that holds it writes it, in small letters."""
    missing, written = set(words), {}
    for text in texts:
        if not missing:
            break
        if missing.isdisjoint(_words(text)):
            continue
        for token in tokenise(text):
            if token.norm in missing:
                missing.discard(token.norm)
                written[token.norm] = text[token.start : token.end].lower()
    return written | {word: word for word in missing}
