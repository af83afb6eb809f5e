"""Find distinctive terms: words that are frequent in the matches of a query and rare in other documents. Pure.

In: the query, the texts of some matches and of some other documents. Out: terms to exclude, each with the query that
excludes it. Called by query_tools/preview.py.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from math import log

from monitoring.content.stop_words import STOP_WORDS
from monitoring.query import And, Node, Not, QueryError, fold, parse, terms, tokenize
from monitoring.query.tokens import KEYS, blank_markup

MAX_TERMS = 8
MIN_MATCHES = 3  # with the term: two texts that share a word are no pattern
MIN_SHARE = 0.03  # of the matches: excluding fewer changes nothing
MIN_LIFT = 3  # times as often as elsewhere: if half the texts are in another language, every function word doubles
MIN_LENGTH = 3


@dataclass(frozen=True)
class DistinctiveTerm:
    """A term in `matches` of `of` matches; `query` is the query that excludes it."""

    term: str
    matches: int
    of: int
    query: str


def distinctive_terms(
    query: str, node: Node, found: Sequence[str], others: Sequence[str]
) -> tuple[DistinctiveTerm, ...]:
    """Return the terms that distinguish some of the texts `found` best from the `others`.

    A term of all texts found is left out: excluding it would leave no match.
    """
    if not others:
        return ()
    in_found, in_others = document_frequencies(found), document_frequencies(others)
    min_count = max(MIN_MATCHES, MIN_SHARE * len(found))
    is_query_word = query_words(node)
    scores = {}
    for word, count in in_found.items():
        is_meaningful = len(word) >= MIN_LENGTH and word.isalpha() and word not in STOP_WORDS
        if not min_count <= count < len(found) or not is_meaningful or is_query_word(word):
            continue
        share, usual = count / len(found), (in_others[word] + 0.5) / (len(others) + 1)
        if share >= MIN_LIFT * usual:
            scores[word] = share * log(share / usual)
    best = sorted(scores, key=lambda word: (-scores[word], word))[:MAX_TERMS]
    shown = as_written(best, found)
    return tuple(
        DistinctiveTerm(shown[word], in_found[word], len(found), exclude_term(query, node, shown[word]))
        for word in best
    )


def exclude_term(query: str, node: Node, term: str) -> str:
    """Return the query as typed, with a term excluded from all of it."""
    appended = f"{query.rstrip()} -{term}"
    expected = (*(node.children if isinstance(node, And) else (node,)), *_exclusion(term))
    try:
        is_right = parse(appended) == And(expected)
    except QueryError:
        is_right = False
    return appended if is_right else f"({query.strip()}) -{term}"


def _exclusion(term: str) -> tuple[Node, ...]:
    node = parse(f"x -{term}")
    return tuple(child for child in node.children if isinstance(child, Not)) if isinstance(node, And) else ()


def words_in(text: str) -> set[str]:
    """Return the folded words of a text."""
    return set(chain.from_iterable(map(KEYS.__getitem__, blank_markup(text).split())))


def document_frequencies(texts: Iterable[str]) -> Counter[str]:
    """Return the number of texts that contain each word."""
    return Counter(chain.from_iterable(map(words_in, texts)))


def query_words(node: Node) -> Callable[[str], bool]:
    """Return the function that recognizes words of the query, also those that its wildcards match."""
    positive, negative = terms(node)
    words: set[str] = set()
    stems: list[str] = []
    for term in (*positive, *negative):
        words.update(token.norm for token in tokenize(term.text))
        stem = fold(term.text.partition("*")[0].partition("?")[0])
        if not term.quoted and stem and len(stem) < len(term.text):
            stems.append(stem)
    return lambda word: word in words or word.startswith(tuple(stems))


def as_written(words: Iterable[str], texts: Iterable[str]) -> dict[str, str]:
    """Return each folded word in the spelling of the first text that contains it, in lower case."""
    missing, written = set(words), {}
    for text in texts:
        if not missing:
            break
        if missing.isdisjoint(words_in(text)):
            continue
        for token in tokenize(text):
            if token.norm in missing:
                missing.discard(token.norm)
                written[token.norm] = text[token.start : token.end].lower()
    return written | {word: word for word in missing}
