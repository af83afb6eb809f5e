"""Split a term of a query into the words that must be adjacent in a text for the term to occur in it.

In: a `Term`. Out: its `Slot`s (word terms) or its value (`site:`, `lang:` ...). Raises `TermProblem`, to which the
parser adds the position. Called by the parser, the matchers and `tsquery.py`.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from sys import intern
from urllib.parse import urlsplit

from monitoring.query.folding import APOSTROPHES, CLASS, HYPHENS, STANDALONE, WILD, fold
from monitoring.query.signs import signs_after, signs_before
from monitoring.query.tokens import Alias, analyze
from monitoring.query.tree import TEXT_FIELDS, VALUE_FIELDS, Term

# Shorter prefixes match too many words to be useful.
MIN_PREFIX = 3
MIN_LETTERS_WITH_WILD = 2
MAX_PHRASE = 100
# A joint is a hyphen or an apostrophe inside a word. With k joints a word has 2**k spellings; beyond 3 joints, only
# all split and all joined are tried.
_MAX_JOINTS = 3
_JOINTS = frozenset(APOSTROPHES + HYPHENS)
# In an author's name and in a URL these signs are punctuation.
SIGNS_TO_SPACES = str.maketrans("#@$", "   ")

_RATING = re.compile(r"(|[<>]=?|[≤≥])\s*(\d)")
_SIGNS = {"≤": "<=", "≥": ">="}
# Signs that other search languages use as operators.
_OPERATORS = {"&": "AND", "&&": "AND", "+": "AND", "|": "OR", "||": "OR", "!": "NOT"}


class TermProblem(ValueError):
    """An invalid term: a code of `errors.MESSAGES` and its values."""

    def __init__(self, code: str, suggestion: str = "", **params: str | int) -> None:
        super().__init__(code)
        self.code, self.suggestion, self.params = code, suggestion, params


@dataclass(frozen=True, slots=True)
class Atom:
    """A pattern for one word of a text. `key` is its folded form, with WILD for any character; `prefix`: longer words
    match too.

    `raw` is the form that the original must have ("" for any), with the signs `before` and `after` it, as in C++;
    `contiguous`: no character may separate the word from the one before, as in a Chinese word of several characters.
    """

    key: str
    prefix: bool = False
    raw: str = ""
    contiguous: bool = False
    before: str = ""
    after: str = ""

    @property
    def is_literal(self) -> bool:
        """Whether the atom is a plain word, without wildcard."""
        return not self.prefix and WILD not in self.key


# The spellings of one word of the query: "e-mail" is e and mail, or email.
Slot = tuple[tuple[Atom, ...], ...]


def _atoms(text: str, term: Term, prefix: bool) -> list[tuple[Atom, int, int]]:
    """Return the words of a term with their spans in its text. A hashtag or cashtag is one word, sign included."""
    chunk = analyze(text, keep_urls=term.field == "url")
    signed: dict[int, Alias] = {a.first: a for a in chunk.aliases if a.norm[0] in "#$"}
    tokens = chunk.tokens
    found: list[tuple[Atom, int, int]] = []
    index = 0
    while index < len(tokens):
        alias = signed.get(index)
        last = alias.last if alias else index + 1
        start, end = tokens[index].start, tokens[last - 1].end
        # The same string object as in the documents: comparing identical objects is faster.
        key = intern(alias.norm if alias else tokens[index].norm)
        contiguous = bool(found) and found[-1][2] == start
        if term.exact:
            signs = signs_before(text, start), signs_after(text, end)
            atom = Atom(key, False, raw_form(text[start:end]), contiguous, *signs)
        else:
            # An asterisk inside quotation marks that is not at the end of a long word is text.
            atom = Atom(key, term.quoted and text[end : end + 1] == "*" and _can_be_prefix(key), "", contiguous)
        found.append((atom, start, end))
        index = last
    if prefix and found:
        atom, start, end = found[-1]
        found[-1] = (Atom(atom.key, True, "", atom.contiguous), start, end)
    return found


def _can_be_prefix(key: str) -> bool:
    return len(key.lstrip("#@$")) >= MIN_PREFIX and all(CLASS[char] != STANDALONE for char in key)


def raw_form(text: str) -> str:
    """Return the form that `=` compares: with case and accents, without apostrophes, accents encoded in one way."""
    return unicodedata.normalize("NFC", "".join(c for c in text if c not in APOSTROPHES and CLASS[c] not in "z"))


def _joined(atoms: list[Atom]) -> Atom:
    return Atom(intern("".join(a.key for a in atoms)), atoms[-1].prefix, "", atoms[0].contiguous)


def _spellings(atoms: list[Atom], joints: list[bool]) -> Slot:
    """Return all spellings of one group of words; `joints` says between which of them the joint may be left out."""
    open_joints = sum(joints)
    choices: Iterable[tuple[bool, ...]] = product((False, True), repeat=open_joints)
    if open_joints > _MAX_JOINTS:
        choices = [(False,) * open_joints, (True,) * open_joints]
    spellings: list[tuple[Atom, ...]] = []
    for choice in choices:
        join = iter(choice)
        runs: list[list[Atom]] = [[atoms[0]]]
        for atom, joint in zip(atoms[1:], joints, strict=True):
            if joint and next(join):
                runs[-1].append(atom)
            else:
                runs.append([atom])
        spellings.append(tuple(_joined(run) if len(run) > 1 else run[0] for run in runs))
    return tuple(spellings)


def _slots(text: str, term: Term, prefix: bool) -> tuple[Slot, ...]:
    slots: list[Slot] = []
    group: list[Atom] = []
    joints: list[bool] = []
    end_before = 0
    for atom, start, end in _atoms(text, term, prefix):
        between = text[end_before:start] if group else ""
        joint = between in _JOINTS and not term.exact and atom.key[0].isalnum()
        if group and (joint or atom.contiguous):
            group.append(atom)
            joints.append(joint)
        else:
            if group:
                slots.append(_spellings(group, joints))
            group, joints = [atom], []
        end_before = end
    if group:
        slots.append(_spellings(group, joints))
    return tuple(slots)


def _check_wildcards(text: str, term: Term) -> tuple[str, bool]:
    """Return the text with `?` as WILD and without its final `*`, and whether it had one."""
    prefix = text.endswith("*")
    if "*" not in text and "?" not in text:
        return text, False
    if term.exact:
        raise TermProblem("wildcard_exact")
    text = (text[:-1] if prefix else text).replace("?", WILD)
    if "*" in text:
        raise TermProblem("wildcard_place")
    return text, prefix


def _check_letters(slots: tuple[Slot, ...], prefix: bool) -> None:
    for slot in slots:
        for atom in slot[0]:
            letters = len(atom.key.lstrip("#@$").replace(WILD, ""))
            if atom.prefix and any(CLASS[c] == STANDALONE for c in atom.key):
                raise TermProblem("wildcard_script")
            if atom.prefix and letters < MIN_PREFIX:
                raise TermProblem("wildcard_short", minimum=MIN_PREFIX)
            if WILD in atom.key and letters < MIN_LETTERS_WITH_WILD:
                raise TermProblem("wildcard_letters", minimum=MIN_LETTERS_WITH_WILD)


@lru_cache(maxsize=20_000)
def word_slots(term: Term) -> tuple[Slot, ...]:
    """Return the slots of a word term, in order. Raise TermProblem for an invalid term."""
    text = term.text.translate(SIGNS_TO_SPACES) if term.field in ("author", "url") else term.text
    prefix = False
    if not term.quoted:
        text, prefix = _check_wildcards(text, term)
    slots = _slots(text, term, prefix)
    if not slots:
        if term.quoted:
            raise TermProblem("empty_phrase")
        raise TermProblem("no_word", suggestion=_OPERATORS.get(term.text, ""), text=term.text)
    if len(slots) > MAX_PHRASE:
        raise TermProblem("phrase_too_long", limit=MAX_PHRASE)
    _check_letters(slots, prefix)
    return slots


def host_of(url: str) -> str:
    """Return the host of a URL in ASCII, without port and "www."; "" if it has none."""
    try:
        host = (urlsplit(url if "://" in url else f"//{url}").hostname or "").rstrip(".")
        if not host.isascii():
            host = host.encode("idna").decode()
    except ValueError:  # UnicodeError, a broken IPv6 address, labels too long for a domain
        return ""
    return host.removeprefix("www.")


def _rating(value: str) -> str:
    """Return the value of `rating:` in its only form: "<3" is "<=2"."""
    found = _RATING.fullmatch(value)
    if not found:
        return value
    sign, number = _SIGNS.get(found[1], found[1]), int(found[2])
    if sign in ("<", ">"):
        sign, number = f"{sign}=", number + (1 if sign == ">" else -1)
    return f"{sign}{number}"


@lru_cache(maxsize=20_000)
def value_of(term: Term) -> str:
    """Return the value that a field of VALUE_FIELDS compares. Raise TermProblem if invalid."""
    value = fold(term.text).strip()
    if term.field == "site":
        host = host_of(term.text.strip().lower())
        path = re.sub(r"^\w+://", "", term.text.strip()).partition("/")[2]
        if path:
            raise TermProblem("site_path", suggestion=f"site:{host} url:{path.split('/')[0]}")
        value = host.strip(".")
    if term.field == "lang":
        value = value.replace("_", "-")
    if term.field == "rating":
        value = _rating(value)
    if not value:
        raise TermProblem("field_value", field=term.field)
    return value


def validate_term(term: Term) -> None:
    """Raise TermProblem for an invalid term."""
    if term.field in VALUE_FIELDS:
        value_of(term)
    else:
        assert term.field == "" or term.field in TEXT_FIELDS
        word_slots(term)
