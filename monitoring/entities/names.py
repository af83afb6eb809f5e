"""Find the names in texts by what the texts together say about each word, and merge their spellings. Pure.

In: texts. Out: for each text the keys of its names; a name has one key regardless of case, accents, spaces, articles,
possessives, plurals, "#" and "@". Called by distinctive.py.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from monitoring.entities.spans import Span, Spans, spans_of
from monitoring.entities.tokens import HANDLE, WORD, Token
from monitoring.entities.words import ARTICLES, LINKS, NOT_NAMES, NOUNS

MIN_KEY = 2
MIN_KNOWN = 2  # texts with a run, before it says where another one ends
# As often as in lower case: a word that is a name also where its capital letter may have another reason.
SURE_TIMES = 2


@dataclass(frozen=True, slots=True)
class Found:
    """The names of texts: their keys by text, the sure ones among them, and how often each is spelled how."""

    names: list[set[str]]
    sure: list[set[str]]
    spellings: dict[str, Counter[str]]


def find_names(texts: Sequence[str]) -> Found:
    """Return the names of texts."""
    spans = [spans_of(text) for text in texts]
    evidence = _Evidence(spans)
    resolved = [list(_resolved(one, evidence)) for one in spans]
    merged = _plurals(Counter(key for one in resolved for key in {name.key for name in one}))
    names: list[set[str]] = []
    sure: list[set[str]] = []
    spellings: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for text, one in zip(texts, resolved, strict=True):
        for name in one:
            written = text[name.words[0].start : name.words[-1].end]
            spellings[merged.get(name.key, name.key)][" ".join(written.split())] += 1
        names.append({merged.get(name.key, name.key) for name in one})
        sure.append({merged.get(name.key, name.key) for name in one if name.is_sure})
    return Found(names, sure, dict(spellings))


def key_of(norms: Sequence[str]) -> str:
    """Return the letters and digits of folded words, without an article before them."""
    start = 1 if len(norms) > 1 and norms[0] in ARTICLES else 0
    return "".join(char for norm in norms[start:] for char in norm.lower() if char.isalnum())


@dataclass(frozen=True, slots=True)
class _Name:
    key: str
    words: Sequence[Token]
    is_sure: bool


class _Evidence:
    """How many texts have each word in lower case or surely as a name, each run, and each pair in lower case.

    `inner_runs` are the sure ones inside sentences: they say that the first word is part of the name.
    """

    def __init__(self, spans: Sequence[Spans]) -> None:
        self.lower, self.sure = Counter[str](), Counter[str]()
        self.runs, self.sure_runs, self.inner_runs = Counter[str](), Counter[str](), Counter[str]()
        self.pairs = Counter[str]()
        for one in spans:
            self.lower.update(set(one.lower))
            self.pairs.update({f"{a} {b}" for a, b in pairwise(one.lower) if a and b})
            self.runs.update({_key(run.words) for run in one.runs})
            sure = [run for run in one.runs if run.is_sure]
            self.sure_runs.update({_key(run.words) for run in sure})
            self.inner_runs.update({_key(run.words) for run in sure if not run.is_first})
            self.sure.update({word.norm for run in sure for word in run.words[run.is_first :]})

    def is_common(self, norm: str) -> bool:
        """Return whether a word is no name, or at most one next to other words."""
        return norm in NOT_NAMES or self.lower[norm] > self.sure[norm]

    def is_phrase(self, norms: Sequence[str]) -> bool:
        """Return whether words are the common ones of a phrase that other texts have in lower case."""
        return all(map(self.is_common, norms)) and any(self.pairs[f"{a} {b}"] for a, b in pairwise(norms))


def _key(words: Sequence[Token]) -> str:
    return key_of([word.norm for word in words])


def _resolved(spans: Spans, evidence: _Evidence) -> Iterator[_Name]:
    """Yield the names of one text."""
    for run in spans.runs:
        for words in _parts(run, evidence):
            key = _key(words)
            if len(key) >= MIN_KEY and _is_name(words, key, run, evidence):
                yield _Name(key, words, run.is_sure)


def _parts(run: Span, evidence: _Evidence) -> list[Sequence[Token]]:
    """Return the words of a run that are a name: without common ones before it, as two if they are two elsewhere."""
    words: Sequence[Token] = run.words
    if run.kind != WORD:
        return [words]
    while run.is_first and len(words) > 1 and evidence.is_common(words[0].norm):
        if words[0].norm not in ARTICLES and evidence.inner_runs[_key(words)] >= MIN_KNOWN:
            break
        words = _without_links(words[1:])
    if evidence.runs[_key(words)] >= MIN_KNOWN:
        return [words]
    if len(words) > 1 and words[-1].text[0].isdigit():
        words = words[:-1]
    link = next((at for at, word in enumerate(words) if word.norm in LINKS and not word.is_capital), 0)
    before, after = words[:link], _without_links(words[link:])
    if link and max(evidence.sure_runs[_key(before)], evidence.sure_runs[_key(after)]) >= MIN_KNOWN:
        return [before, after]
    return [words]


def _without_links(words: Sequence[Token]) -> Sequence[Token]:
    """Return words without the small ones before the first with a capital letter."""
    start = next((at for at, word in enumerate(words) if word.is_capital), len(words))
    return words[start:]


def _is_name(words: Sequence[Token], key: str, run: Span, evidence: _Evidence) -> bool:
    if run.kind == HANDLE:
        return True
    norms = [word.norm for word in words if word.is_capital]
    if all(norm in NOUNS or norm in NOT_NAMES for norm in norms) or evidence.is_phrase(norms):
        return False
    if len(norms) == 1 and evidence.is_common(norms[0]):
        return False
    return run.is_sure or evidence.sure_runs[key] > SURE_TIMES * min(evidence.lower[norm] for norm in norms)


def _plurals(counts: Counter[str]) -> dict[str, str]:
    """Return the keys that are the plural or the singular of a more frequent one, with that one."""
    merged = {}
    for key in counts:
        if (plural := f"{key}s") in counts:
            less, more = sorted((key, plural), key=lambda one: (counts[one], one))
            merged[less] = more
    return merged
