"""Find the words and hashtags that mentions use more often than usual.

In: filters of the mentions and of the usual ones. Out: frozen terms. Both sides are bounded samples: the newest
mentions, and the newest of each part of the usual time, so the cost does not grow with the project. Words come from
the search column. Called by the overview and the API.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from math import log
from typing import Any, NamedTuple

from django.db import connection

from monitoring.content.stop_words import STOP_WORDS
from monitoring.insights.filters import MentionFilter
from monitoring.insights.mentions import newest_documents
from monitoring.insights.periods import previous_period
from monitoring.models import Document
from monitoring.query.tokens import KEYS, blank_markup, hex_coded, lexeme, tokenize

SAMPLE = 300  # newest mentions read
USUAL_PARTS, USUAL_SAMPLE = 6, 50  # the newest mentions of each part of the usual time
MIN_USUAL = 5  # mentions to compare with: against nothing, every word is new
MAX_TERMS = 8
MIN_DOCUMENTS = 3  # with the word: two texts that share one are no pattern
MIN_SHARE = 0.02  # of the sample
MIN_LIFT = 2.0
MIN_LENGTH = 3
CANDIDATES = 200  # words that Postgres returns, the most frequent ones
USUAL_TIME = timedelta(days=28)
HASHTAG = hex_coded("#")  # as search_text encodes it

# The words of a few hundred documents, counted in Postgres: their texts stay there.
_COUNTS = """
WITH sample AS (
    SELECT id, true AS is_here FROM unnest(%(here)s::bigint[]) AS id
    UNION ALL SELECT id, false FROM unnest(%(usual)s::bigint[]) AS id
),
words AS (
    SELECT word, count(*) FILTER (WHERE is_here) AS here, count(*) FILTER (WHERE NOT is_here) AS usual,
        max(id) FILTER (WHERE is_here) AS example
    FROM sample JOIN monitoring_document AS document USING (id), unnest(tsvector_to_array(document.search)) AS word
    GROUP BY word
)
SELECT word, here, usual, example FROM words
WHERE here >= %(minimum)s AND (starts_with(word, %(hashtag)s)
    OR here * %(usual_size)s >= %(lift)s * (usual + 0.5) * %(here_size)s)
ORDER BY starts_with(word, %(hashtag)s) DESC, here DESC, word LIMIT %(limit)s
"""


# One document of each story, and of each title: posts from a template say the same.
_TYPICAL = """
WITH sample AS (
    SELECT id, engagement, coalesce(story_id::text, nullif(lower(title), ''), '#' || id) AS story,
        (SELECT count(*) FROM unnest(tsvector_to_array(document.search)) AS word WHERE word = ANY(%s)) AS words
    FROM monitoring_document AS document WHERE id = ANY(%s) AND deleted_at IS NULL
),
stories AS (
    SELECT DISTINCT ON (story) id, words, engagement FROM sample
    ORDER BY story, words DESC, engagement DESC NULLS LAST, id DESC
)
SELECT id FROM stories WHERE words > 0 ORDER BY words DESC, engagement DESC NULLS LAST, id DESC LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class Term:
    """A word as it is written, in `documents` of the sample; `ratio` is how many times as often as usual it occurs.

    `ratio` is None for words that the usual mentions do not have. The word is also the search that finds it.
    """

    word: str
    documents: int
    ratio: float | None


@dataclass(frozen=True, slots=True)
class Terms:
    """Distinctive words and frequent hashtags of `documents`, newest first. `is_complete` if these are all of them."""

    words: tuple[Term, ...] = ()
    hashtags: tuple[Term, ...] = ()
    documents: tuple[int, ...] = ()
    is_complete: bool = True

    @property
    def sampled(self) -> int:
        return len(self.documents)


class _Counted(NamedTuple):
    word: str
    here: int
    usual: int
    example: int


def distinctive_terms(f: MentionFilter, usual: MentionFilter | None = None) -> Terms:
    """Return the terms of the newest mentions of a filter, against the usual ones: those of the four weeks before."""
    newest = newest_documents(f, SAMPLE + 1)
    here = newest[:SAMPLE]
    if not here:
        return Terms()
    others = compared_with(here, usual or before(f))
    counted = _count_words(here, others)
    candidates = [one for one in counted if _is_word(one.word)] if len(others) >= MIN_USUAL else []
    words = _rank(candidates, len(here), len(others))
    hashtags = [one for one in counted if one.word.startswith(HASHTAG)][:MAX_TERMS]
    written = _as_written([*words, *hashtags])
    return Terms(
        words=_terms(words, written, len(here), len(others)),
        hashtags=_terms(hashtags, written, len(here), len(others)),
        documents=tuple(here),
        is_complete=len(newest) <= SAMPLE,
    )


def typical_documents(terms: Terms, limit: int) -> list[int]:
    """Return the documents that have the most of the terms, of different stories and titles.

    Of equal ones, those with the most engagement come first.
    """
    words = {lexeme(key) for term in terms.words for key in KEYS[term.word]}
    if not words:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_TYPICAL, [sorted(words), list(terms.documents), limit])
        return [pk for (pk,) in cursor.fetchall()]


def before(f: MentionFilter) -> MentionFilter:
    """Return the filter of USUAL_TIME before, or of the previous period if that is longer."""
    since, _ = previous_period(f.period, f.since, f.until, f.zone)
    return f.replace(since=min(since, f.since - USUAL_TIME), until=f.since, sentiments=())


def compared_with(here: Sequence[int], usual: MentionFilter) -> list[int]:
    """Return documents of a usual time to compare some documents with, none of these among them."""
    own = set(here)
    return [pk for pk in _spread(usual) if pk not in own]


def _spread(f: MentionFilter) -> list[int]:
    """Return the newest documents of each part of a period."""
    step = (f.until - f.since) / USUAL_PARTS
    edges = [f.since + step * number for number in range(USUAL_PARTS + 1)]
    found: list[int] = []
    for since, until in pairwise(edges):
        found += newest_documents(f.replace(since=since, until=until), USUAL_SAMPLE)
    return found


def _count_words(here: Sequence[int], usual: Sequence[int]) -> list[_Counted]:
    parameters: dict[str, Any] = {
        "here": list(here),
        "usual": list(usual),
        "here_size": len(here),
        "usual_size": len(usual) + 1,
        "minimum": max(MIN_DOCUMENTS, round(MIN_SHARE * len(here))),
        "lift": MIN_LIFT,
        "hashtag": HASHTAG,
        "limit": CANDIDATES,
    }
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, parameters)
        return [_Counted(*row) for row in cursor.fetchall()]


def _is_word(word: str) -> bool:
    return len(word) >= MIN_LENGTH and word.isalpha() and word not in STOP_WORDS


def _rank(words: Sequence[_Counted], here: int, usual: int) -> list[_Counted]:
    """Return the words that tell the mentions from the usual ones best."""

    def score(one: _Counted) -> float:
        share = one.here / here
        return share * log(share / ((one.usual + 0.5) / (usual + 1)))

    return sorted(words, key=lambda one: (-score(one), one.word))[:MAX_TERMS]


def _terms(words: Sequence[_Counted], written: Mapping[str, str], here: int, usual: int) -> tuple[Term, ...]:
    return tuple(
        Term(written[one.word], one.here, one.here * usual / (here * one.usual) if one.usual else None)
        for one in words
        if one.word in written
    )


def _as_written(words: Sequence[_Counted]) -> dict[str, str]:
    """Return each word in the spelling of a document that has it, in lower case; not those of deleted documents.

    A word that no text has, such as the joined form of a hyphenated one, is left out.
    """
    wanted = {one.word for one in words}
    written: dict[str, str] = {}
    documents = Document.objects.filter(pk__in={one.example for one in words}, deleted_at=None).order_by("pk")
    for title, text in documents.values_list("title", "text"):
        for run in blank_markup(f"{title} {text}").split():
            for word in wanted.intersection(map(lexeme, KEYS[run])) - written.keys():
                if spelling := _spelling(run, word):
                    written[word] = spelling
    return written


def _spelling(run: str, word: str) -> str:
    """Return the part of a run of characters that is a word."""
    if word.startswith(HASHTAG):
        start = run.find("#")
        ends = range(len(run), start, -1)
        return next((run[start:end].lower() for end in ends if _is_hashtag(run[start:end], word)), "")
    return next((run[one.start : one.end].lower() for one in tokenize(run) if lexeme(one.norm) == word), "")


def _is_hashtag(text: str, word: str) -> bool:
    return text[-1].isalnum() and word in map(lexeme, KEYS[text])
