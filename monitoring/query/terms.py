"""One term of a query, taken apart: what must stand side by side in a text for the term to be found there.

In: a `Term`. Out: its `Slot`s (word terms) or its value (`site:`, `lang:` ...). Raises `TermProblem`, to which the
parser adds the position.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from sys import intern
from urllib.parse import urlsplit

from monitoring.query.folding import ALONE, APOSTROPHES, CLASS, HYPHENS, WILD, fold
from monitoring.query.tokens import Alias, analyse
from monitoring.query.tree import TEXT_FIELDS, VALUE_FIELDS, Term

# Shorter beginnings find so many words that they say nothing.
MIN_PREFIX = 3
MIN_LETTERS_WITH_WILD = 2
MAX_PHRASE = 100
# With k hyphens or apostrophes a word can be written in 2**k ways; beyond 3, only all apart and all joined are tried.
_MOST_JOINTS = 3
_JOINTS = frozenset(APOSTROPHES + HYPHENS)
# In an author's name and in an address these signs are punctuation.
UNSIGN = str.maketrans("#@$", "   ")


class TermProblem(ValueError):
    """Why a term cannot be looked for: a code of `errors.MESSAGES` and its values."""

    def __init__(self, code: str, suggestion: str = "", **params: str | int) -> None:
        super().__init__(code)
        self.code, self.suggestion, self.params = code, suggestion, params


@dataclass(frozen=True, slots=True)
class Atom:
    """One word of a text. `key` is its folded form, with WILD for any character; `prefix`: the word may go on.

    `raw` is the form it must have in the original ("" for any); `touches`: nothing stands between it and the word
    before, as between the characters of a Chinese word.
    """

    key: str
    prefix: bool = False
    raw: str = ""
    touches: bool = False

    @property
    def is_literal(self) -> bool:
        return not self.prefix and WILD not in self.key


# Ways to write one word of the query: "e-mail" is e and mail, or email.
Slot = tuple[tuple[Atom, ...], ...]


def _atoms(text: str, term: Term, prefix: bool) -> list[tuple[Atom, int, int]]:
    """The words of a term with their places in its text. A hashtag or cashtag is one word, sign included."""
    chunk = analyse(text, addresses=term.field == "url")
    signed: dict[int, Alias] = {a.first: a for a in chunk.aliases if a.norm[0] in "#$"}
    tokens = chunk.tokens
    found: list[tuple[Atom, int, int]] = []
    index = 0
    while index < len(tokens):
        alias = signed.get(index)
        last = alias.last if alias else index + 1
        start, end = tokens[index].start, tokens[last - 1].end
        # The same string object as in the documents: the matcher compares by identity first.
        key = intern(alias.norm if alias else tokens[index].norm)
        raw = raw_form(text[start:end]) if term.exact else ""
        touches = bool(found) and found[-1][2] == start
        found.append((Atom(key, False, raw, touches), start, end))
        index = last
    if prefix and found:
        atom, start, end = found[-1]
        found[-1] = (Atom(atom.key, True, "", atom.touches), start, end)
    return found


def raw_form(text: str) -> str:
    """What `=` compares: case and accents kept, the shape of an apostrophe and how an accent is stored not."""
    return unicodedata.normalize("NFC", "".join(c for c in text if c not in APOSTROPHES and CLASS[c] not in "z"))


def _joined(atoms: list[Atom]) -> Atom:
    return Atom(intern("".join(a.key for a in atoms)), atoms[-1].prefix, "", atoms[0].touches)


def _ways(atoms: list[Atom], joints: list[bool]) -> Slot:
    """All ways to write the words of one group, where a true joint (between two words) may be left out."""
    open_joints = sum(joints)
    choices = product((False, True), repeat=open_joints)
    if open_joints > _MOST_JOINTS:
        choices = iter([(False,) * open_joints, (True,) * open_joints])
    ways: list[tuple[Atom, ...]] = []
    for choice in choices:
        join = iter(choice)
        runs: list[list[Atom]] = [[atoms[0]]]
        for atom, joint in zip(atoms[1:], joints, strict=True):
            if joint and next(join):
                runs[-1].append(atom)
            else:
                runs.append([atom])
        ways.append(tuple(_joined(run) if len(run) > 1 else run[0] for run in runs))
    return tuple(ways)


def _slots(text: str, term: Term, prefix: bool) -> tuple[Slot, ...]:
    slots: list[Slot] = []
    group: list[Atom] = []
    joints: list[bool] = []
    end_before = 0
    for atom, start, end in _atoms(text, term, prefix):
        between = text[end_before:start] if group else ""
        joint = between in _JOINTS and not term.exact and atom.key[0].isalnum()
        if group and (joint or atom.touches):
            group.append(atom)
            joints.append(joint)
        else:
            if group:
                slots.append(_ways(group, joints))
            group, joints = [atom], []
        end_before = end
    if group:
        slots.append(_ways(group, joints))
    return tuple(slots)


def _check_wildcards(text: str, term: Term) -> tuple[str, bool]:
    """The text with `?` as WILD and without its final `*`, and whether it had one."""
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
            if atom.prefix and any(CLASS[c] == ALONE for c in atom.key):
                raise TermProblem("wildcard_script")
            if atom.prefix and letters < MIN_PREFIX:
                raise TermProblem("wildcard_short", minimum=MIN_PREFIX)
            if WILD in atom.key and letters < MIN_LETTERS_WITH_WILD:
                raise TermProblem("wildcard_letters", minimum=MIN_LETTERS_WITH_WILD)


@lru_cache(maxsize=20_000)
def word_slots(term: Term) -> tuple[Slot, ...]:
    """What the words of a term must find, one slot after the other."""
    text = term.text.translate(UNSIGN) if term.field in ("author", "url") else term.text
    prefix = False
    if not term.quoted:
        text, prefix = _check_wildcards(text, term)
    slots = _slots(text, term, prefix)
    if not slots:
        raise TermProblem("empty_phrase" if term.quoted else "no_word", text=term.text)
    if len(slots) > MAX_PHRASE:
        raise TermProblem("phrase_too_long", limit=MAX_PHRASE)
    _check_letters(slots, prefix)
    return slots


def host_of(url: str) -> str:
    """The host of an address in its ASCII form, without port and "www."; "" where there is none."""
    try:
        host = (urlsplit(url if "://" in url else f"//{url}").hostname or "").rstrip(".")
        if not host.isascii():
            host = host.encode("idna").decode()
    except ValueError:  # UnicodeError, a broken IPv6 address, labels too long for a domain
        return ""
    return host.removeprefix("www.")


@lru_cache(maxsize=20_000)
def value_of(term: Term) -> str:
    """The value that `site:`, `lang:`, `platform:` or `country:` compares."""
    value = fold(term.text).strip()
    if term.field == "site":
        host = host_of(term.text.strip().lower())
        path = re.sub(r"^\w+://", "", term.text.strip()).partition("/")[2]
        if path:
            raise TermProblem("site_path", suggestion=f"site:{host} url:{path.split('/')[0]}")
        value = host
    if term.field == "lang":
        value = value.replace("_", "-")
    if not value:
        raise TermProblem("field_value", field=term.field)
    return value


def check(term: Term) -> None:
    """Raises TermProblem where the term cannot be looked for."""
    if term.field in VALUE_FIELDS:
        value_of(term)
    else:
        assert term.field == "" or term.field in TEXT_FIELDS
        word_slots(term)
