"""Split the text of a query into lexemes, one at a time: words, quotes and operators.

Called by `parser.py` only. Raises `QueryError` for text that is no lexeme.
"""

import re
from difflib import get_close_matches
from typing import NamedTuple

from monitoring.query.errors import QueryError
from monitoring.query.folding import fold
from monitoring.query.tree import TEXT_FIELDS, VALUE_FIELDS

MAX_COUNT = 1000

AND_WORDS = ("AND", "ET")
OR_WORDS = ("OR", "OU")
NOT_WORDS = ("NOT", "SAUF")
FIELDS = {name: name for name in TEXT_FIELDS + VALUE_FIELDS} | {
    "titre": "title", "texte": "text", "auteur": "author", "langue": "lang", "language": "lang",
    "plateforme": "platform", "pays": "country", "type": "kind", "note": "rating",
}  # fmt: skip

_QUOTES = {'"': '"“”', "“": '"“”', "”": '"“”', "„": '"“”', "«": "»"}
_SPACE = re.compile(r"\s+")
_STOP = r"\s{()（）\"“”„«»"
_WORD = re.compile(rf"(?:[^{_STOP},，]|(?<=\d),(?=\d))+")
_LIST_WORD = re.compile(rf"[^{_STOP},，]+")
_FIELD = re.compile(r"([^\W\d_]+):(?=(.?))", re.DOTALL)
_BRACES = re.compile(r"\{\s*(\d{1,9})\s*\}")
_NEAR = re.compile(r"(O?NEAR)(?:/(\d*))?")
_MIN = re.compile(r"MIN/(.*)", re.DOTALL)
_EXCLUDE = re.compile(r"[-−–—‐‑](?!\s|$|[)）])")
_HYPHEN = re.compile(r"[-−–—‐‑]")


class Lexeme(NamedTuple):
    """A lexeme of a query. `kind` is one of ( ) , - = word quote meaning count field and or not near min end."""

    kind: str
    text: str
    start: int
    end: int


class Scanner:
    """Splits a query into lexemes on demand: in a MIN list a comma is a separator, elsewhere part of a number."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.in_list = 0
        self.position = 0

    def next(self) -> Lexeme:
        """Return the next lexeme; `end` after the last one."""
        text = self.text
        space = _SPACE.match(text, self.position)
        start = space.end() if space else self.position
        if start >= len(text):
            return self._cut("end", start, start)
        char = text[start]
        if char in "()（）":
            return self._cut("(" if char in "(（" else ")", start, start + 1)
        if char in ",，":
            return self._cut(",", start, start + 1)
        if char in _QUOTES:
            return self._quote(start)
        if char == "~" and text[start + 1 : start + 2] in {*_QUOTES}:
            quote = self._quote(start + 1)
            return quote._replace(kind="meaning", start=start)
        if char == "»":
            raise QueryError("unclosed_quote", start, 1, suggestion="« »")
        if char == "{":
            braces = _BRACES.match(text, start)
            if not braces:
                rest = re.sub(r"^\{(?:[^{}]{0,20}\}|\S*)\s*", "", text[start:])
                raise QueryError("count_number", start, 1, suggestion=f"{{2}} {rest or 'panne'}", limit=MAX_COUNT)
            return self._cut("count", start, braces.end(), braces[1])
        if _EXCLUDE.match(text, start):
            return self._cut("-", start, start + 1)
        if _HYPHEN.match(text, start):
            rest = text[start + 1 :].lstrip()
            raise QueryError("lone_hyphen", start, 1, suggestion=rest and "-" + rest)
        if char == "=":
            return self._cut("=", start, start + 1)
        return self._word(start)

    def _cut(self, kind: str, start: int, end: int, text: str | None = None) -> Lexeme:
        self.position = end
        return Lexeme(kind, self.text[start:end] if text is None else text, start, end)

    def _quote(self, start: int) -> Lexeme:
        closers = _QUOTES[self.text[start]]
        end = next((i for i in range(start + 1, len(self.text)) if self.text[i] in closers), -1)
        if end < 0:
            rest = self.text[start + 1 :].strip()
            raise QueryError("unclosed_quote", start, len(self.text) - start, suggestion=f'"{rest}"')
        phrase = re.sub(r'["“”„«»]', " ", self.text[start + 1 : end])
        return self._cut("quote", start, end + 1, " ".join(phrase.split()))

    def _word(self, start: int) -> Lexeme:
        in_field = start > 0 and self.text[start - 1] == ":"
        field = None if in_field else _FIELD.match(self.text, start)
        if field and fold(field[1]) in FIELDS:
            return self._cut("field", start, field.end(), FIELDS[fold(field[1])])
        if field and field[2] and not field[2].isspace() and field[2] not in ")）,，":
            raise self._unknown_field(field)
        found = (_LIST_WORD if self.in_list else _WORD).match(self.text, start)
        assert found is not None
        word, end = found[0], found.end()
        if in_field:
            return self._cut("word", start, end)
        for kind, words in (("and", AND_WORDS), ("or", OR_WORDS), ("not", NOT_WORDS)):
            if word in words:
                return self._cut(kind, start, end)
        if _NEAR.fullmatch(word):
            return self._cut("near", start, end)
        return self._cut("min" if _MIN.fullmatch(word) else "word", start, end)

    def _unknown_field(self, field: re.Match[str]) -> QueryError:
        name = field[1]
        rest = _LIST_WORD.match(self.text, field.end())
        value = rest[0] if rest else ""
        if value.startswith("//"):
            suggestion = f'url:"{value.lstrip("/")}"'
        elif name.upper() in ("NEAR", "ONEAR") and value.isdigit():
            suggestion = f"{name.upper()}/{value}"
        else:
            close = get_close_matches(fold(name), FIELDS, n=1, cutoff=0.6)
            suggestion = f"{close[0]}:{value}" if close else f'"{name} {value}"'
        return QueryError("unknown_field", field.start(), len(name) + 1, suggestion, field=name)
