"""Which words tell the mentions that people ignored from those that they kept, and which conditions they met.

In: a keyword. Out: exclusions to suggest, each with what it would remove of both, and the share of ignored mentions
by word of the query. Called by dashboards/views/near_misses.py and the API.

The statistic is the log-odds ratio with an informative Dirichlet prior (Monroe, Colaresi and Quinn, 2008) on numbers
of mentions: the prior is what both groups have in common, so rare words need a large difference.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import log, sqrt
from typing import Any

from django.db import connection

from monitoring.content.stop_words import STOP_WORDS
from monitoring.matching.keyword_index import doc_of
from monitoring.models import Document, Keyword, Mention
from monitoring.query import Doc, Node, Query, Term, compile_query, parse, terms, to_text
from monitoring.query.document import View
from monitoring.query_tools.cooccurring_terms import (
    as_written,
    document_frequencies,
    exclude_term,
    query_words,
)

MAX_MENTIONS = 500  # the newest ones of each group that are compared
MIN_IGNORED = 3  # with the word
MIN_LETTERS = 3
MIN_SCORE = 1.96  # standard deviations: chance alone does this to one word in 40
PRIOR = 10.0  # mentions' worth
MAX_TERMS = 6
MAX_SAMPLES = 3  # kept mentions that an exclusion would remove

# The covering index alone gives the mentions of a status; only those are looked up, until there are enough.
_NEWEST = """
SELECT document.id
FROM (SELECT id, published FROM monitoring_mention
    WHERE keyword_id = %(keyword)s AND (status = %(status)s) = %(is_ignored)s
    ORDER BY published DESC, id DESC) AS listed
JOIN monitoring_mention AS mention ON mention.id = listed.id AND mention.muted_by_id IS NULL
JOIN monitoring_document AS document ON document.id = mention.document_id AND document.deleted_at IS NULL
ORDER BY listed.published DESC, listed.id DESC LIMIT %(limit)s
"""


@dataclass(frozen=True)
class Exclusion:
    """A word of `ignored` of the ignored mentions compared and of `kept` of the others, `score` standard deviations
    apart. `query` excludes it. `lost` are some of the kept mentions that it would remove.
    """

    term: str
    ignored: int
    kept: int
    score: float
    query: str
    lost: tuple[Doc, ...] = ()


@dataclass(frozen=True)
class MetCondition:
    """A word of the query that `found` of the mentions compared contain, of which people ignored `ignored`."""

    text: str
    found: int
    ignored: int


@dataclass(frozen=True)
class Noise:
    """The terms by which the newest `ignored` and `kept` mentions of a keyword differ."""

    ignored: int
    kept: int
    conditions: tuple[MetCondition, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()


def noise_of(keyword: Keyword) -> Noise:
    """Return the terms that distinguish the ignored mentions of a keyword from the kept ones."""
    ignored, kept = _docs(keyword, ignored=True), _docs(keyword, ignored=False)
    if not ignored:
        return Noise(0, len(kept))
    node = parse(keyword.query, saved=True)
    return Noise(
        len(ignored), len(kept), _conditions(node, ignored, kept), exclusions(keyword.query, node, ignored, kept)
    )


def exclusions(query: str, node: Node, ignored: Sequence[Doc], kept: Sequence[Doc]) -> tuple[Exclusion, ...]:
    """Return the words that best tell ignored from kept mentions. Pure.

    Never stop words, numerals, or words of the query, and none that would remove more kept than ignored mentions.
    """
    if not kept:  # nothing to tell them from
        return ()
    in_ignored = document_frequencies(map(_text, ignored))
    in_kept = document_frequencies(map(_text, kept))
    is_query_word = query_words(node)
    scores = {}
    for word, count in in_ignored.items():
        is_meaningful = len(word) >= MIN_LETTERS and word.isalpha() and word not in STOP_WORDS
        if count < MIN_IGNORED or not is_meaningful or in_kept[word] >= count or is_query_word(word):
            continue
        score = log_odds(count, len(ignored), in_kept[word], len(kept))
        if score >= MIN_SCORE:
            scores[word] = score
    best = sorted(scores, key=lambda word: (-scores[word], word))[:MAX_TERMS]
    written = as_written(best, [_text(doc) for doc in ignored])
    return tuple(_exclusion(query, node, written[word], scores[word], ignored, kept) for word in best)


def log_odds(one: int, of_one: int, other: int, of_other: int) -> float:
    """Return by how many standard deviations the log-odds of a word are higher in the first group. Pure."""
    share = (one + other + 0.5) / (of_one + of_other + 1)
    prior, rest = PRIOR * share, PRIOR * (1 - share)
    difference = log((one + prior) / (of_one - one + rest)) - log((other + prior) / (of_other - other + rest))
    return difference / sqrt(1 / (one + prior) + 1 / (other + prior))


def _exclusion(
    query: str, node: Node, term: str, score: float, ignored: Sequence[Doc], kept: Sequence[Doc]
) -> Exclusion:
    """Count with the matcher, which decides once the query is saved."""
    word = compile_query(Term(term))
    lost = [doc for doc in kept if word.match(doc)]
    found = sum(word.match(doc) is not None for doc in ignored)
    return Exclusion(term, found, len(lost), score, exclude_term(query, node, term), tuple(lost[:MAX_SAMPLES]))


def _conditions(node: Node, ignored: Sequence[Doc], kept: Sequence[Doc]) -> tuple[MetCondition, ...]:
    """Return the words of the query by how many ignored mentions contain them, if it has several."""
    queries: dict[str, Query] = {to_text(term): compile_query(term) for term in terms(node)[0][:20]}
    if len(queries) < 2:
        return ()
    found: Counter[str] = Counter()
    noisy: Counter[str] = Counter()
    for docs, is_ignored in ((ignored, True), (kept, False)):
        for view in map(View, docs):
            met = [text for text, query in queries.items() if query.matcher.matches(view)]
            found.update(met)
            noisy.update(met if is_ignored else ())
    shown = [MetCondition(text, count, noisy[text]) for text, count in found.items() if noisy[text]]
    return tuple(sorted(shown, key=lambda one: (-one.ignored, one.text)))


def _docs(keyword: Keyword, *, ignored: bool) -> list[Doc]:
    status = Mention.Status.IGNORED
    values: dict[str, Any] = {"keyword": keyword.pk, "status": status, "is_ignored": ignored, "limit": MAX_MENTIONS}
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST, values)
        ids = [document_id for (document_id,) in cursor.fetchall()]
    return [doc_of(document) for document in Document.objects.filter(pk__in=ids).defer("html", "search")]


def _text(doc: Doc) -> str:
    return f"{doc.title}\n{doc.text}"
