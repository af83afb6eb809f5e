"""Find the question that a text asks, in French and English. Pure.

In: the text of a post. Out: the sentence that asks, "" if none does. A question to readers in general, one that its
author answers, and what sells something behind a question mark ask nothing. Precision and recall were measured on
lines that no rule was written for (tests/monitoring/content/questions.tsv, docs/calendar.md). Called by
insights/questions.py.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Sequence

from monitoring.content.question_words import ANSWER, ASKS, GREETING, PERCENT, RHETORICAL, SELLING, STATES
from monitoring.content.sameness import words_of
from monitoring.content.stop_words import STOP_WORDS

MIN_WORDS, MAX_LENGTH = 3, 300
_EDGES = " \"'«»“”()[]-–—*>\t\u00a0\u202f"

# Words that two wordings of a question share, of all their words. "Vous livrez en Belgique" and "livrez-vous bientôt
# en Belgique" share 2 of 3.
MIN_SHARED = 0.5
STEM = 6  # letters of a word that count: "repair" and "repairs" are one

_URL = re.compile(r"(?:https?://|www\.)\S+", re.I)
_HANDLES = re.compile(r"^(?:[@#][\w.@-]+[\s,:]*)+")
_PRIVATE = re.compile(r"\S+@\S+|@[\w.-]+|\+?\d[\d .()-]{3,}\d")
_SPACES, _LINES = re.compile(r"[^\S\n]+"), re.compile(r" ?\n\s*")
# The end of a sentence, with the space before it. Each character is read once or twice: texts can have any length.
_END = re.compile(r"(\s?)((?<![.!?…])[.!?…]++(?=[\s\"'»”)\]]|$)|\n|$)")


def question_in(text: str) -> str:
    """Return the first sentence of a text that asks a question, "" if it asks none."""
    plain = _LINES.sub("\n", _SPACES.sub(" ", _URL.sub(" ", text)))
    if SELLING.search(" ".join(words_of(plain))) or PERCENT.search(plain):
        return ""
    found = _sentences(plain)
    folded = [" ".join(words_of(sentence)) for sentence, _space, _end in found]
    for place, (sentence, space, end) in enumerate(found):
        if _asks(folded, place, end):
            # French has a space before the question mark.
            mark = ("\u202f?" if space else "?") if "?" in end else ""
            return " ".join(sentence.split())[:MAX_LENGTH] + mark
    return ""


def public_words(question: str) -> str:
    """Return a question without email addresses, names of accounts and long numbers."""
    return _PRIVATE.sub("…", question).strip()


def group_questions(questions: Sequence[str], common: Collection[str] = ()) -> list[list[int]]:
    """Return groups of wordings of one question, as places in `questions`, in the order of their first ones.

    A question joins the group whose first question shares the most of its words. `common` are folded words that all
    questions may have, such as the name of the brand.
    """
    groups: list[list[int]] = []
    first: list[frozenset[str]] = []
    by_word: dict[str, set[int]] = defaultdict(set)
    for place, question in enumerate(questions):
        words = _content(question, common)
        near = {group for word in words for group in by_word[word]}
        best = max(near, key=lambda group: (_shared(words, first[group]), -group), default=None)
        if best is not None and _shared(words, first[best]) >= MIN_SHARED:
            groups[best].append(place)
            continue
        for word in words:
            by_word[word].add(len(groups))
        groups.append([place])
        first.append(words)
    return groups


def _sentences(text: str) -> list[tuple[str, str, str]]:
    """Return sentences, each with the space before its end and the end, which is "" or a line break without a mark."""
    found, start = [], 0
    for end in _END.finditer(text):
        sentence = text[start : end.start()].lstrip(".!?…").strip(_EDGES)
        if sentence:
            found.append((_HANDLES.sub("", sentence), end[1], end[2]))
        start = end.end()
    return found


def _content(question: str, common: Collection[str]) -> frozenset[str]:
    """Return the words that say what a question is about; all of its words if none is left."""
    words = words_of(question)
    left = [word[:STEM] for word in words if len(word) > 1 and word not in STOP_WORDS and word not in common]
    return frozenset(left or words)


def _shared(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / (len(one | other) or 1)


def _asks(sentences: Sequence[str], place: int, end: str) -> bool:
    sentence = GREETING.sub("", sentences[place])
    following = sentences[place + 1] if place + 1 < len(sentences) else ""
    if len(sentence.split()) < MIN_WORDS or RHETORICAL.search(sentence) or ANSWER.search(following):
        return False
    if "?" in end:
        return "!" not in end and end.count("?") < 3
    if "!" in end or STATES.search(sentence):
        return False
    return bool(ASKS.search(sentence))
