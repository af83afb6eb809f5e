"""Suggest a query for the name of a brand, a competitor, or a topic.

In: a name as people write it, other spellings, words that must be present with it, words to exclude. Out: a
`Suggestion` with a query of the query language and the risks of the name. Pure. Called by the setup page.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from monitoring.content.stop_words import STOP_WORDS
from monitoring.query import QueryError, parse, tokenize

# Names of companies carry their legal form, which posts omit.
_LEGAL_FORMS = re.compile(
    r"[\s,]+(?:s\.?a\.?r\.?l|s\.?a\.?s\.?u?|s\.?a|s\.?p\.?a|s\.?c\.?o\.?p|inc|ltd|llc|plc|corp|co|gmbh|ag|bv|nv|srl)\.?$",
    re.IGNORECASE,
)
SHORT_NAME = 3  # characters: a name up to this length is often an acronym of something else
MAX_JOINED = 40  # characters of a name written as one word, as in a hashtag


@dataclass(frozen=True)
class Suggestion:
    """A query for a name. `risks`: "short" or "common" names match many unrelated items."""

    name: str
    query: str
    risks: tuple[str, ...]


def suggest_query(
    name: str, spellings: tuple[str, ...] = (), context: tuple[str, ...] = (), excluded: tuple[str, ...] = ()
) -> Suggestion:
    """Return a query that matches the name as written, as one word (hashtags), as a handle, and its other spellings.

    Accents, case, apostrophes and hyphens need no variants: matching ignores them. The query is "" for a name without
    letters or digits.
    """
    variants: dict[str, str] = {}
    for text in (name, *spellings):
        for variant in _variants(text):
            variants.setdefault(" ".join(_words(variant)), variant)
    variants.pop("", None)
    if not variants:
        return Suggestion(name, "", ())
    query = _any_of(variants.values())
    if wanted := _unique(context):
        query = f"{_grouped(query, len(variants))} AND {_grouped(_any_of(wanted), len(wanted))}"
    if unwanted := _unique(excluded):
        separate = _grouped(query, 1 if wanted else len(variants))
        query = f"{separate} NOT {_grouped(_any_of(unwanted), len(unwanted))}"
    return Suggestion(name, query, () if wanted else _risks(variants))


def _variants(text: str) -> list[str]:
    name = _LEGAL_FORMS.sub("", " ".join(text.split())) or text.strip()
    words = _words(name)
    joined = "".join(words)
    separated = re.sub(r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Ý])", " ", name)  # OpenAI, PayPal
    found = [name]
    # One letter is an elision or an initial: matching ignores the first, and “hm” is not H&M.
    if sum(len(word) > 1 for word in words) > 1 and joined.isalnum() and len(joined) <= MAX_JOINED:
        found += [joined, f"@{joined}"]
    if separated != name and min(map(len, separated.split())) > 1:
        found.append(separated)
    return found


def _any_of(texts: Iterable[str]) -> str:
    return " OR ".join(_quoted(text) for text in texts)


def _quoted(text: str) -> str:
    """Return the text as an exact phrase if it is not one plain word."""
    plain = len(_words(text)) == 1 and re.fullmatch(r"@?\w+", text) and not _is_operator(text)
    return text if plain else '"{}"'.format(text.replace('"', " ").strip())


def _is_operator(text: str) -> bool:
    """Return whether the query language reads the word as an operator or rejects it as one: or, AND, ETNON."""
    try:
        parse(f"a {text.upper()}")
    except QueryError:
        return True
    return False


def _words(text: str) -> list[str]:
    return [token.norm for token in tokenize(text)]


def _grouped(query: str, size: int) -> str:
    return f"({query})" if size > 1 else query


def _unique(texts: tuple[str, ...]) -> list[str]:
    return list({" ".join(_words(text)): " ".join(text.split()) for text in texts if _words(text)}.values())


def _risks(variants: dict[str, str]) -> tuple[str, ...]:
    risks = []
    if any(len(key) <= SHORT_NAME for key in variants):
        risks.append("short")
    if any(key in STOP_WORDS for key in variants):
        risks.append("common")
    return tuple(risks)
