"""The part of a text that speaks of one target. In: title and text, where the target's words stand and where those of
others do. Out: the passage that its sentiment is judged on. Pure; called by monitoring/enrichment/judge.py.

With nobody else in it a short text is judged whole, a long one by its title and the sentences around the target. Where
others are named too, the text is cut into clauses: those of the target count, and those that follow and name nobody.
Two targets that one clause compares ("X is better than Y") share it, and get the same label.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping

Span = tuple[int, int]
Spans = Mapping[str, Iterable[Span]]  # by field: "title", "text"
# About what a post and a paragraph hold; the model was trained on posts, and sees no more of a text anyway.
SHORT_CHARS, PASSAGE_CHARS = 600, 1500

_SENTENCE = re.compile(r"(?<=[.!?…。！？؟।])[\s»”\"')\]]*(?=\s|$)\s*|\n+")
# Where one clause may end and another begin; whether it does, _turns decides by who is named on both sides.
_TURN = re.compile(
    r"\s*[;:–—,]\s*|\s+-\s+|\s+(?=(?:mais|alors que|tandis que|contrairement à|heureusement|par contre|en revanche|"
    r"et|puis|but|while|whereas|unlike|however|luckily|thankfully|and|pero|mientras|aber|während|und|ma|mentre|mas|"
    r"enquanto|e|y)\b)",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w+")


class Places:
    """Spans of characters, overlapping ones made one, asked for by stretches of the text."""

    def __init__(self, spans: Iterable[Span]) -> None:
        self.spans: list[Span] = []
        for start, end in sorted(spans):
            if self.spans and start < self.spans[-1][1]:
                self.spans[-1] = (self.spans[-1][0], max(end, self.spans[-1][1]))
            else:
                self.spans.append((start, end))
        self._ends = [end for _, end in self.spans]

    def touch(self, start: int, end: int) -> bool:
        """Whether any lies in [start, end), in whole or in part."""
        first = bisect_right(self._ends, start)
        return first < len(self.spans) and self.spans[first][0] < end

    def within(self, start: int, end: int) -> Iterator[Span]:
        for number in range(bisect_right(self._ends, start), len(self.spans)):
            if self.spans[number][0] >= end:
                return
            yield max(start, self.spans[number][0]), min(end, self.spans[number][1])


def passage(title: str, text: str, own: Spans, others: Spans) -> str:
    """What is said of a target. `own` and `others` are spans in characters by field ("title", "text"). What is both
    the target's and another's counts as the target's."""
    whole, shift = (f"{title}\n{text}", len(title) + 1) if title else (text, 0)
    mine = Places(_together(own, shift))
    theirs = Places(span for span in _together(others, shift) if not mine.touch(*span))
    if not mine.spans:
        return whole[:PASSAGE_CHARS]
    if theirs.spans:
        return _joined(_spoken_of(whole, mine, theirs), " ")
    return whole if len(whole) <= SHORT_CHARS else _joined(_around(whole, mine, len(title)), "\n")


def _together(spans: Spans, shift: int) -> list[Span]:
    texts = [(start + shift, end + shift) for start, end in spans.get("text", ())]
    return [*spans.get("title", ()), *texts]


def _joined(parts: Iterable[str], glue: str) -> str:
    """The first parts, no more of them than are judged."""
    taken: list[str] = []
    size = 0
    for part in parts:
        taken.append(part)
        size += len(part) + 1
        if size > PASSAGE_CHARS:
            break
    return glue.join(taken)[:PASSAGE_CHARS]


def _around(whole: str, mine: Places, title_chars: int) -> Iterator[str]:
    """The title, the sentences that name the target, and the one after each."""
    yield from [whole[:title_chars]] if title_chars else []
    follows = False
    for start, end in _pieces(_SENTENCE, whole, 0, len(whole)):
        names = mine.touch(start, end)
        if (names or follows) and start >= title_chars:
            yield whole[start:end]
        follows = names


def _spoken_of(whole: str, mine: Places, theirs: Places) -> Iterator[str]:
    is_mine = False
    for start, end in _clauses(whole, mine, theirs):
        if mine.touch(start, end):
            is_mine = True
        elif theirs.touch(start, end):
            is_mine = False
        if is_mine:
            yield whole[start:end]


def _clauses(whole: str, mine: Places, theirs: Places) -> Iterator[Span]:
    """Sentences; one that names both sides is cut further, so that each part speaks of one of them."""
    for sentence in _pieces(_SENTENCE, whole, 0, len(whole)):
        if mine.touch(*sentence) and theirs.touch(*sentence):
            yield from _turns(whole, sentence, mine, theirs)
        else:
            yield sentence


def _turns(whole: str, sentence: Span, mine: Places, theirs: Places) -> Iterator[Span]:
    start, last = sentence[0], sentence[0]
    is_named = says = False
    for here, end in _pieces(_TURN, whole, *sentence):
        names = mine.touch(here, end) or theirs.touch(here, end)
        # A part that is a name alone says nothing: "X and Y are great" is one clause.
        if names and is_named and says:
            yield start, last
            start, is_named, says = here, False, False
        is_named |= names
        says = says or not _is_name(whole, here, end, mine, theirs)
        last = end
    if last > start:
        yield start, last


def _is_name(whole: str, start: int, end: int, mine: Places, theirs: Places) -> bool:
    named = [span for places in (mine, theirs) for span in places.within(start, end)]
    return len(_WORD.findall(whole, start, end)) <= sum(len(_WORD.findall(whole, *span)) for span in named)


def _pieces(border: re.Pattern[str], whole: str, start: int, end: int) -> Iterator[Span]:
    """[start, end) cut at every border; a border belongs to no piece."""
    for found in border.finditer(whole, start, end):
        if found.start() > start:
            yield start, found.start()
        start = found.end()
    if start < end:
        yield start, end
