"""Name groups of texts by the words that set each apart from the others, one name per language of the readers. Pure.

In: texts with their languages and groups. Out: terms by group and language, the most distinctive first. Called by
ingest/themes.py.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from monitoring.content.log_odds import log_odds
from monitoring.content.stop_words import STOP_WORDS
from monitoring.query.tokens import blank_markup, tokenize

MIN_WORD = 3  # letters
MIN_TEXTS = 3  # of a group and a language: fewer say more about themselves than about the group
MIN_SHARE = 0.05  # of the texts of the group, for a word of its name
MAX_CHARS = 2000  # of a text
CANDIDATES = 12  # terms that a name may keep from an earlier run
WORDS_IN_NAME = 3
# Two words side by side are clearer than one of them, if this share of its texts has both.
PAIR_SHARE = 0.5
STEM = 5  # letters that words of one family have in common: "livraison" and "livraisons"
# Words that a term may have between two others: "retard de livraison", "lack of light".
_LINKS = frozenset(("de", "du", "des", "d", "a", "of"))
# Words of posts about any subject.
_CHAT = """
merci bonjour bonsoir salut coucou svp stp bref rien sais monde gens personne truc chose choses jours aujourd hui
demande demander thanks thank hello please sorry okay guys folks people back yesterday today days love anyone
someone means lol mdr wow jeunes lovely nice great bien super really honestly franchement
"""
_UNSAID = STOP_WORDS | frozenset(_CHAT.split())
# Signs that end a term: "colis, livraison" are two.
_SEPARATORS = re.compile(r"[^\w\s'’-]")


@dataclass(frozen=True, slots=True)
class Text:
    """A text to be named. `language` is its code without a region, `group` its group or -1."""

    text: str
    language: str
    group: int


Terms = dict[str, list[str]]


def terms_of(texts: Sequence[Text], languages: Sequence[str], left_out: Collection[str]) -> dict[int, Terms]:
    """Return for each group the terms of its texts in each of these languages, the most distinctive first.

    A language in which the group has few texts gets the terms of the language in which it has most. `left_out` are
    folded words that no name has: those of the keywords.
    """
    by_language: defaultdict[str, list[Text]] = defaultdict(list)
    for text in texts:
        by_language[text.language].append(text)
    found: defaultdict[int, Terms] = defaultdict(dict)
    sizes = Counter((text.group, text.language) for text in texts)
    for language, own in by_language.items():
        for group, terms in _distinctive(own, left_out).items():
            found[group][language] = terms
    named: dict[int, Terms] = {}
    for group in {text.group for text in texts} - {-1}:
        known = {language: terms for language, terms in found[group].items() if terms}
        main = max(known, key=lambda language: (sizes[group, language], language), default="")
        named[group] = {language: known.get(language) or known.get(main, []) for language in languages}
    return named


def still_fits(name: Sequence[str], terms: Sequence[str]) -> bool:
    """Return whether at least half of the terms in a name are still among the terms of the group."""
    kept = sum(term in terms[:CANDIDATES] for term in name)
    return bool(name) and 2 * kept >= len(name)


def _distinctive(texts: Sequence[Text], left_out: Collection[str]) -> dict[int, list[str]]:
    """Return the terms of each group of texts of one language."""
    sizes = Counter(text.group for text in texts)
    counts: defaultdict[int, Counter[str]] = defaultdict(Counter)
    spellings: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for text in texts:
        terms = dict(_terms(text.text[:MAX_CHARS], left_out))
        counts[text.group].update(list(terms))
        for term, spelling in terms.items():
            spellings[term][spelling] += 1
    overall = Counter[str]()
    for own in counts.values():
        overall.update(own)
    return {
        group: [spellings[term].most_common(1)[0][0] for term in _ranked(own, overall, sizes[group], len(texts))]
        for group, own in counts.items()
        if group != -1 and sizes[group] >= MIN_TEXTS
    }


def _ranked(own: Counter[str], overall: Counter[str], size: int, total: int) -> list[str]:
    """Return terms by their log-odds against the other texts in units of their error, no two of the same words."""

    def score(term: str) -> float:
        return log_odds(own[term], size, overall[term] - own[term], total - size)

    def longer(word: str) -> str:
        """Return the pair that most texts with a word have, otherwise the word."""
        pairs = [term for term in scores if word in term.split()[:: len(term.split()) - 1 or 1]]
        pairs = [term for term in pairs if " " in term and own[term] >= PAIR_SHARE * own[word]]
        return max(pairs, key=lambda term: (own[term], term), default=word)

    minimum = max(2, MIN_SHARE * size)
    scores = {term: score(term) for term, count in own.items() if count >= minimum}
    chosen: list[str] = []
    stems: set[str] = set()
    for term in map(longer, sorted(scores, key=lambda term: (-scores[term], term))):
        words = {word[:STEM] for word in term.split() if word not in STOP_WORDS}
        if scores[term] > 0 and not words & stems:
            chosen.append(term)
            stems |= words
        if len(chosen) == CANDIDATES:
            break
    return chosen


def _terms(text: str, left_out: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield the words of a text, and pairs of words side by side or with a link: folded, and as written."""
    plain = blank_markup(text)
    tokens = tokenize(plain)
    are_words = [_is_word(token.norm, left_out) for token in tokens]
    for place, first in enumerate(tokens):
        if not are_words[place]:
            continue
        yield first.norm, plain[first.start : first.end].lower()
        has_link = place + 1 < len(tokens) and tokens[place + 1].norm in _LINKS
        last = place + (2 if has_link else 1)
        if last < len(tokens) and are_words[last] and tokens[last].norm != first.norm:
            written = plain[first.start : tokens[last].end]
            if not _SEPARATORS.search(written):
                yield " ".join(token.norm for token in tokens[place : last + 1]), " ".join(written.lower().split())


def _is_word(norm: str, left_out: Collection[str]) -> bool:
    return len(norm) >= MIN_WORD and norm.isalpha() and norm not in _UNSAID and norm not in left_out
