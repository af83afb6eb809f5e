"""Rank the names in texts by how much more frequent they are than in earlier texts, in numbers of stories. Pure.

In: texts of a period and earlier ones, with their stories and authors. Out: names, the most distinctive first.
A name needs several stories and authors: what one author repeats, or many reprint, is not distinctive. Called by
insights/names.py.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from monitoring.content.log_odds import log_odds
from monitoring.entities.names import Found, find_names, key_of
from monitoring.query.tokens import tokenize

MIN_STORIES, MIN_AUTHORS = 3, 2
MIN_SURE = 2  # stories that have the name inside a sentence: a capital letter there has no other reason
MIN_EARLIER = 5  # stories to compare with: with fewer, the most frequent names are listed
MIN_SCORE, MIN_LIFT = 1.0, 1.5  # standard errors, and times as often as earlier
PART_SHARE = 0.5  # of the stories with a part of a name: if more have all of it, the part is not listed


@dataclass(frozen=True, slots=True)
class Text:
    """A text with its story and its author. `is_earlier`: it only says what is usual."""

    text: str
    story: int
    author: str
    is_earlier: bool = False


@dataclass(frozen=True, slots=True)
class Name:
    """A name as it is mostly written, in `stories` of the period.

    `ratio` is how many times as often as earlier it occurs: None if it is new (`is_new`), or nothing is known of
    earlier.
    """

    name: str
    stories: int
    ratio: float | None
    is_new: bool


@dataclass(frozen=True, slots=True)
class _Uses:
    """A name with its stories in the period, those that have it inside a sentence, their authors; earlier stories."""

    stories: set[int]
    sure: set[int]
    authors: set[str]
    earlier: set[int]


def distinctive_names(texts: Sequence[Text], left_out: Collection[str], limit: int) -> list[Name]:
    """Return the distinctive names of the texts. `left_out` are names of the project itself, or parts of them."""
    found = find_names([one.text for one in texts])
    uses = {key: one for key, one in _uses(texts, found).items() if _is_frequent(one)}
    spellings = {key: _spelling(found.spellings[key]) for key in uses}
    norms = {key: [token.norm for token in tokenize(spelling)] for key, spelling in spellings.items()}
    sizes = Counter(is_earlier for _story, is_earlier in {(one.story, one.is_earlier) for one in texts})
    score = _score(uses, sizes)
    own = {key_of([token.norm for token in tokenize(name)]) for name in left_out}
    listed = [
        _name(spellings[key], uses[key], sizes)
        for key in sorted(uses, key=lambda key: (-score(key), key))
        if score(key) >= MIN_SCORE
        and not (key in own or own.issuperset(norms[key]))
        and not _is_part(key, norms, uses)
    ]
    return [one for one in listed if one.ratio is None or one.ratio >= MIN_LIFT][:limit]


def _uses(texts: Sequence[Text], found: Found) -> dict[str, _Uses]:
    uses: defaultdict[str, _Uses] = defaultdict(lambda: _Uses(set(), set(), set(), set()))
    for one, keys, sure in zip(texts, found.names, found.sure, strict=True):
        for key in keys:
            if one.is_earlier:
                uses[key].earlier.add(one.story)
                continue
            uses[key].stories.add(one.story)
            uses[key].authors.add(one.author)
            if key in sure:
                uses[key].sure.add(one.story)
    return uses


def _is_frequent(uses: _Uses) -> bool:
    return len(uses.stories) >= MIN_STORIES and len(uses.authors) >= MIN_AUTHORS and len(uses.sure) >= MIN_SURE


def _score(uses: Mapping[str, _Uses], sizes: Mapping[bool, int]) -> Callable[[str], float]:
    """Return the function that scores a name: its log-odds against the earlier stories in units of their error."""

    def score(key: str) -> float:
        return log_odds(len(uses[key].stories), sizes[False], len(uses[key].earlier), sizes[True])

    return score if sizes[True] >= MIN_EARLIER else lambda key: float(len(uses[key].stories))


def _spelling(spellings: Counter[str]) -> str:
    """Return the most frequent spelling; of equally frequent ones not one in capitals, nor one without spaces."""
    return max(spellings, key=lambda one: (spellings[one], not one.isupper(), " " in one, one))


def _is_part(key: str, norms: Mapping[str, Sequence[str]], uses: Mapping[str, _Uses]) -> bool:
    """Return whether a name is mostly part of a longer one: "Royal" of "Ségolène Royal"."""
    part, needed = f" {' '.join(norms[key])} ", PART_SHARE * len(uses[key].stories)
    return any(
        other != key and len(uses[other].stories) >= needed and part in f" {' '.join(norms[other])} " for other in uses
    )


def _name(spelling: str, uses: _Uses, sizes: Mapping[bool, int]) -> Name:
    here, earlier = len(uses.stories), len(uses.earlier)
    is_known = sizes[True] >= MIN_EARLIER
    ratio = here * sizes[True] / (sizes[False] * earlier) if is_known and earlier else None
    return Name(spelling, here, ratio, is_known and not earlier)
