"""Select the passage of a text about one keyword, on which its sentiment is analyzed. Pure.

In: title, text, and the spans of the keyword and of the other keywords. Out: the passage. Called by
enrichment/analyzer.py.

Without other keywords, a short text is analyzed whole, a long one by its title and the sentences around the keyword.
With others, the text is split into clauses: those with the keyword count, and those after them without any keyword.
Two keywords that one clause compares ("X is better than Y") share it, and get the same label.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping

Span = tuple[int, int]
Spans = Mapping[str, Iterable[Span]]  # by field: "title", "text"
# About the length of a post and of a paragraph; the model was trained on posts, and reads no more of a text.
SHORT_CHARS, PASSAGE_CHARS = 600, 1500

_SENTENCE = re.compile(r"(?<=[.!?…。！？؟।])[\s»”\"')\]]*(?=\s|$)\s*|\n+")
# Possible borders of clauses; _split_sentence decides by the keywords on both sides.
_CLAUSE_BORDER = re.compile(
    r"\s*[;:–—,]\s*|\s+-\s+|\s+(?=(?:mais|alors que|tandis que|contrairement à|heureusement|par contre|en revanche|"
    r"et|puis|but|while|whereas|unlike|however|luckily|thankfully|and|pero|mientras|aber|während|und|ma|mentre|mas|"
    r"enquanto|e|y)\b)",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w+")


class SpanSet:
    """Spans of characters, overlapping ones merged, searchable by position."""

    def __init__(self, spans: Iterable[Span]) -> None:
        self.spans: list[Span] = []
        for start, end in sorted(spans):
            if self.spans and start < self.spans[-1][1]:
                self.spans[-1] = (self.spans[-1][0], max(end, self.spans[-1][1]))
            else:
                self.spans.append((start, end))
        self._ends = [end for _, end in self.spans]

    def overlaps(self, start: int, end: int) -> bool:
        """Return whether any span overlaps [start, end)."""
        first = bisect_right(self._ends, start)
        return first < len(self.spans) and self.spans[first][0] < end

    def clipped_to(self, start: int, end: int) -> Iterator[Span]:
        """Return the parts of the spans in [start, end)."""
        for number in range(bisect_right(self._ends, start), len(self.spans)):
            if self.spans[number][0] >= end:
                return
            yield max(start, self.spans[number][0]), min(end, self.spans[number][1])


def passage(title: str, text: str, own: Spans, others: Spans) -> str:
    """Return the passage about a keyword, at most PASSAGE_CHARS long.

    `own` are the spans of the keyword, `others` those of other keywords; where they overlap, the own ones count.
    """
    whole, shift = (f"{title}\n{text}", len(title) + 1) if title else (text, 0)
    own_spans = SpanSet(_in_whole_text(own, shift))
    other_spans = SpanSet(span for span in _in_whole_text(others, shift) if not own_spans.overlaps(*span))
    if not own_spans.spans:
        return whole[:PASSAGE_CHARS]
    if other_spans.spans:
        return _joined_up_to_limit(_clauses_about_keyword(whole, own_spans, other_spans), " ")
    if len(whole) <= SHORT_CHARS:
        return whole
    return _joined_up_to_limit(_sentences_about_keyword(whole, own_spans, len(title)), "\n")


def _in_whole_text(spans: Spans, shift: int) -> list[Span]:
    texts = [(start + shift, end + shift) for start, end in spans.get("text", ())]
    return [*spans.get("title", ()), *texts]


def _joined_up_to_limit(parts: Iterable[str], separator: str) -> str:
    """Return the first parts, joined, at most PASSAGE_CHARS."""
    selected: list[str] = []
    size = 0
    for part in parts:
        selected.append(part)
        size += len(part) + 1
        if size > PASSAGE_CHARS:
            break
    return separator.join(selected)[:PASSAGE_CHARS]


def _sentences_about_keyword(whole: str, own_spans: SpanSet, title_chars: int) -> Iterator[str]:
    """Return the title, the sentences with the keyword, and the sentence after each."""
    yield from [whole[:title_chars]] if title_chars else []
    follows_keyword = False
    for start, end in _pieces(_SENTENCE, whole, 0, len(whole)):
        has_keyword = own_spans.overlaps(start, end)
        if (has_keyword or follows_keyword) and start >= title_chars:
            yield whole[start:end]
        follows_keyword = has_keyword


def _clauses_about_keyword(whole: str, own_spans: SpanSet, other_spans: SpanSet) -> Iterator[str]:
    """Return the clauses with the keyword, and those after them up to a clause with another one."""
    about_keyword = False
    for start, end in _clauses(whole, own_spans, other_spans):
        if own_spans.overlaps(start, end):
            about_keyword = True
        elif other_spans.overlaps(start, end):
            about_keyword = False
        if about_keyword:
            yield whole[start:end]


def _clauses(whole: str, own_spans: SpanSet, other_spans: SpanSet) -> Iterator[Span]:
    """Return the sentences; those with the keyword and another one are split further."""
    for sentence in _pieces(_SENTENCE, whole, 0, len(whole)):
        if own_spans.overlaps(*sentence) and other_spans.overlaps(*sentence):
            yield from _split_sentence(whole, sentence, own_spans, other_spans)
        else:
            yield sentence


def _split_sentence(whole: str, sentence: Span, own_spans: SpanSet, other_spans: SpanSet) -> Iterator[Span]:
    """Split a sentence before each keyword that follows a statement about another one."""
    start, last = sentence[0], sentence[0]
    has_name = has_statement = False
    for clause_start, end in _pieces(_CLAUSE_BORDER, whole, *sentence):
        has_keyword = own_spans.overlaps(clause_start, end) or other_spans.overlaps(clause_start, end)
        # A keyword alone is no statement: "X and Y are great" is one clause.
        if has_keyword and has_name and has_statement:
            yield start, last
            start, has_name, has_statement = clause_start, False, False
        has_name |= has_keyword
        has_statement = has_statement or not _is_name(whole, clause_start, end, own_spans, other_spans)
        last = end
    if last > start:
        yield start, last


def _is_name(whole: str, start: int, end: int, own_spans: SpanSet, other_spans: SpanSet) -> bool:
    names = [span for span_set in (own_spans, other_spans) for span in span_set.clipped_to(start, end)]
    return len(_WORD.findall(whole, start, end)) <= sum(len(_WORD.findall(whole, *span)) for span in names)


def _pieces(border: re.Pattern[str], whole: str, start: int, end: int) -> Iterator[Span]:
    """Return [start, end) split at every border, without the borders."""
    for found in border.finditer(whole, start, end):
        if found.start() > start:
            yield start, found.start()
        start = found.end()
    if start < end:
        yield start, end
