"""Decide whether two items tell the same in nearly the same words. Pure.

In: two `StoryText`s. Out: a similarity, 0 if they are not the same. Two texts of one template (the openings of two
shops, two weather reports, two job offers) differ in what is specific: numbers, names, what their titles are about.
The thresholds were chosen on half of tests/monitoring/stories/pairs.jsonl (docs/stories.md).
"""

from dataclasses import dataclass
from difflib import SequenceMatcher

from monitoring.stories.words import StoryText

# Words of a text that are compared, from its beginning: enough to tell, and bounded time.
MAX_WORDS = 600
# Runs of at least this many words count as shared: fewer are shared by chance.
MIN_RUN = 3
# Words that an item needs: "Great product, fast delivery" is written by many people.
MIN_WORDS = 12
MIN_EQUAL_WORDS, MIN_REVIEW_WORDS, MIN_TITLE_WORDS = 8, 25, 6
# Shared words relative to the longer text; or to the shorter one, an excerpt, of at least this part of the longer one.
MIN_SHARED, MIN_CONTAINED, MIN_PART = 0.6, 0.8, 0.3
MIN_REVIEW_SHARED = 0.9
# Replaced specifics: one in this many shared words is a correction, more are another case of a template.
WORDS_PER_CORRECTION = 80
# Words on each side of a replacement; more is a rewritten passage.
MAX_REPLACED = 8


@dataclass(frozen=True, slots=True)
class Comparison:
    """The agreement of two texts: words in common runs, and places where each has its own specific word."""

    shared: int
    replaced: int


def similarity(one: StoryText, other: StoryText) -> float:
    """Return the share of common words of two items that are the same story, 0.0 if they are not."""
    shorter, longer = sorted((one, other), key=lambda text: len(text.words))
    if one.has_text != other.has_text:
        return _title_similarity(one, other)
    if shorter.words == longer.words:
        needed = MIN_REVIEW_WORDS if _is_review(one, other) else MIN_EQUAL_WORDS
        return 1.0 if len(shorter.words) >= needed else 0.0
    if len(shorter.words) < (MIN_REVIEW_WORDS if _is_review(one, other) else MIN_WORDS):
        return 0.0
    found = compare(shorter, longer)
    if found.replaced > found.shared // WORDS_PER_CORRECTION:
        return 0.0
    lengths = min(len(shorter.words), MAX_WORDS), min(len(longer.words), MAX_WORDS)
    of_longer, of_shorter = found.shared / lengths[1], found.shared / lengths[0]
    if _is_review(one, other):
        return of_longer if of_longer >= MIN_REVIEW_SHARED else 0.0
    is_part = of_shorter >= MIN_CONTAINED and (lengths[0] >= MIN_PART * lengths[1] or _titles_agree(one, other))
    return max(of_longer, of_shorter * 0.99) if of_longer >= MIN_SHARED or is_part else 0.0


def compare(one: StoryText, other: StoryText) -> Comparison:
    """Align the words of two texts."""
    first, second = one.words[:MAX_WORDS], other.words[:MAX_WORDS]
    shared = replaced = 0
    for tag, a, b, c, d in SequenceMatcher(None, first, second, autojunk=False).get_opcodes():
        if tag == "equal":
            shared += b - a if b - a >= MIN_RUN else 0
        elif tag == "replace" and max(b - a, d - c) <= MAX_REPLACED:
            replaced += _own(one, other, a, b) and _own(other, one, c, d)
    return Comparison(shared, replaced)


def _own(one: StoryText, other: StoryText, start: int, end: int) -> bool:
    """Return whether a passage has a specific word, or one of its title, that the other item doesn't have at all."""
    known = {*other.words, *other.title_words}
    return any(
        word not in known and (is_specific or (len(word) > 3 and word in one.title_words))
        for word, is_specific in zip(one.words[start:end], one.specific[start:end], strict=True)
    )


def _is_review(one: StoryText, other: StoryText) -> bool:
    return one.is_review or other.is_review


def _titles_agree(one: StoryText, other: StoryText) -> bool:
    return len(one.title_words) >= MIN_TITLE_WORDS and one.title_words == other.title_words


def _title_similarity(one: StoryText, other: StoryText) -> float:
    """Compare an item with a text and one with a title alone."""
    return 1.0 if _titles_agree(one, other) and not _is_review(one, other) else 0.0
