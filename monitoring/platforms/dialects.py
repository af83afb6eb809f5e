"""Translate a keyword's query into the query language of a platform: as narrow as it allows, never narrower. Pure.

In: the text of a query and a `Dialect`. Out: the texts to search for, one request each, and what they leave out. The
platform finds at least what the query matches, apart from how it splits words; our matcher decides in the end.
Called by platforms/searches.py.
"""

from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product

from monitoring.query import And, AtLeast, Count, Near, Node, Not, Or, QueryError, Term, parse

# Searches that one query may become; beyond it, conditions are left out.
MAX_SEARCHES = 12
# Alternatives that are joined to few searches, where the platform has groups.
MAX_COMBINATIONS = 200


@dataclass(frozen=True, slots=True)
class Dialect:
    """The query language of a platform. An operator that is None doesn't exist there.

    `or_` and `and_` join terms, `not_` precedes one. `has_groups`: parentheses around alternatives.
    `has_phrases`: quotation marks search for adjacent words. `max_chars` and `max_operators` limit one search.
    Words are put in quotation marks if they have a sign, except for `signs` at their start. What is shorter than
    `min_chars` cannot be searched for.
    """

    and_: str = " "
    or_: str | None = None
    not_: str | None = None
    has_groups: bool = False
    has_phrases: bool = True
    max_chars: int = 500
    max_operators: int | None = None
    signs: str = "#@"
    min_chars: int = 1


@dataclass(frozen=True, slots=True)
class Translation:
    """The searches of a query: `texts` is () if the platform can't search for it at all.

    `is_wider` if the platform returns more than the query asks for.
    """

    texts: tuple[str, ...] = ()
    is_wider: bool = False


@dataclass(frozen=True, slots=True)
class _All:
    """Words and phrases that all have to occur, and those that must not."""

    wanted: tuple[str, ...]
    unwanted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Joined:
    """One search. `is_list` if it is a single word or phrase, or alternatives that are joined already."""

    text: str
    operators: int
    is_list: bool


class _Unsearchable(Exception):
    """No word that the platform can search for is in every match."""


# A source is polled every few minutes with the same queries.
@lru_cache(maxsize=4_096)
def translate(query: str, dialect: Dialect) -> Translation:
    """Return the searches of a query. A saved query that cannot be read any more has none."""
    try:
        node = parse(query, saved=True)
    except QueryError:
        return Translation()
    walk = _Walk(dialect)
    try:
        choices = list(dict.fromkeys(walk.choices(node)))
    except _Unsearchable:
        return Translation()
    texts, is_wider = _join(choices, dialect)
    return Translation(texts, walk.is_wider or is_wider) if texts else Translation()


class _Walk:
    """Turns a tree into alternatives. `is_wider` is set when a condition is left out."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.is_wider = False

    def choices(self, node: Node) -> list[_All]:
        """Return alternatives, one of which is true of every match. Raise _Unsearchable."""
        if isinstance(node, Term):
            return [_All((self._term(node),))]
        if isinstance(node, Or):
            return [choice for child in node.children for choice in self.choices(child)]
        if isinstance(node, And):
            return self._all(list(node.children))
        self.is_wider = True
        if isinstance(node, Near):
            return self._all([node.left, node.right])
        if isinstance(node, Count):
            return self.choices(node.child)
        if isinstance(node, AtLeast):
            return [choice for child in node.children for choice in self.choices(child)]
        raise _Unsearchable

    def _all(self, children: list[Node]) -> list[_All]:
        """Return the alternatives of conditions that all have to be met, leaving out those that cannot be searched."""
        found, unwanted = [], []
        for child in children:
            if isinstance(child, Not):
                unwanted += self._excluded(child.child)
                continue
            try:
                found.append(self.choices(child))
            except _Unsearchable:
                self.is_wider = True
        if not found:
            raise _Unsearchable
        found.sort(key=len)
        most = MAX_COMBINATIONS if self.dialect.has_groups else MAX_SEARCHES
        while len(found) > 1 and _size(found) > most:
            found.pop()
            self.is_wider = True
        return [
            _All(
                tuple(dict.fromkeys(word for choice in combination for word in choice.wanted)),
                tuple(dict.fromkeys([*(word for choice in combination for word in choice.unwanted), *unwanted])),
            )
            for combination in product(*found)
        ]

    def _excluded(self, node: Node) -> list[str]:
        """Return the words whose absence the platform can be asked for."""
        children = node.children if isinstance(node, Or) else (node,)
        excluded = [self._term(child) for child in children if isinstance(child, Term) and self._can_exclude(child)]
        self.is_wider |= len(excluded) < len(children)
        return excluded

    def _can_exclude(self, term: Term) -> bool:
        """Return whether the platform would leave out no more than the query does."""
        is_one = self.dialect.has_phrases or " " not in term.text
        is_plain = _is_plain(term) and not term.field and not term.exact and len(term.text) >= self.dialect.min_chars
        return self.dialect.not_ is not None and is_one and is_plain

    def _term(self, term: Term) -> str:
        """Return a word or phrase in the platform's form. Raise _Unsearchable for what it has no form for."""
        if term.field not in ("", "title", "text") or not _is_plain(term):
            self.is_wider = True
            raise _Unsearchable
        if term.field or term.exact:
            self.is_wider = True
        words = term.text.replace('"', " ").split()
        if len(" ".join(words)) < self.dialect.min_chars:
            self.is_wider = True
            raise _Unsearchable
        if len(words) > 1 and not self.dialect.has_phrases:
            self.is_wider = True
            return " ".join(words)
        is_word = len(words) == 1 and words[0].lstrip(self.dialect.signs).replace("-", "").replace("_", "").isalnum()
        is_bare = is_word and not words[0].startswith("-") and words[0] not in ("AND", "OR", "NOT")
        return words[0] if is_bare or not self.dialect.has_phrases else f'"{" ".join(words)}"'


def _is_plain(term: Term) -> bool:
    """Return whether a term has no wildcard."""
    return not set("*?") & set(term.text)


def _size(found: list[list[_All]]) -> int:
    size = 1
    for choices in found:
        size *= len(choices)
    return size


def _join(choices: list[_All], dialect: Dialect) -> tuple[tuple[str, ...], bool]:
    """Return the fewest searches for the alternatives, each within the limits, and whether something was left out."""
    fitted = [_fit(choice, dialect) for choice in choices]
    found = list(dict.fromkeys((text, operators) for text, operators, _ in fitted))
    if any(not text for text, _ in found):
        return (), False
    searches = [_Joined(*found[0], _is_single(*found[0], dialect))]
    for text, operators in found[1:]:
        last, is_single = searches[-1], _is_single(text, operators, dialect)
        total = last.operators + operators + 1
        joined = f"{_grouped(last, dialect)} {dialect.or_} {_grouped(_Joined(text, operators, is_single), dialect)}"
        can_join = dialect.or_ is not None and (dialect.has_groups or (is_single and last.is_list))
        if can_join and len(joined) <= dialect.max_chars and _is_allowed(total, dialect):
            searches[-1] = _Joined(joined, total, is_list=True)
        else:
            searches.append(_Joined(text, operators, is_single))
    return tuple(search.text for search in searches), any(was_cut for _, _, was_cut in fitted)


def _is_single(text: str, operators: int, dialect: Dialect) -> bool:
    """Return whether a text is one word or phrase."""
    return operators == 0 and (dialect.has_phrases or " " not in text)


def _is_allowed(operators: int, dialect: Dialect) -> bool:
    return dialect.max_operators is None or operators <= dialect.max_operators


def _grouped(search: _Joined, dialect: Dialect) -> str:
    return search.text if search.is_list or not dialect.has_groups else f"({search.text})"


def _fit(choice: _All, dialect: Dialect) -> tuple[str, int, bool]:
    """Return an alternative as text, "" if it cannot fit, its number of operators, and whether conditions were cut."""
    was_cut = False
    while True:
        parts = [*choice.wanted, *(f"{dialect.not_}{word}" for word in choice.unwanted)]
        text, operators = dialect.and_.join(parts), len(parts) - 1
        if len(text) <= dialect.max_chars and _is_allowed(operators, dialect):
            return text, operators, was_cut
        was_cut = True
        if choice.unwanted:
            choice = replace(choice, unwanted=choice.unwanted[:-1])
        elif len(choice.wanted) > 1:
            # The shortest word leaves out the fewest items.
            shortest = min(reversed(choice.wanted), key=len)
            choice = replace(choice, wanted=tuple(word for word in choice.wanted if word != shortest))
        else:
            return "", 0, was_cut
