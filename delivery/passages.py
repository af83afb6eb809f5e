"""The passages of a message that show collected items: found while it is rendered, and cut out if an item is deleted.

A template puts `Marks.start(item)` and `Marks.end` around everything that it writes about an item. `unmarked` removes
the marks and returns the passages between them, which are stored with the message; `without` cuts passages. Pure.
"""

import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from functools import cached_property


@dataclass(frozen=True, slots=True)
class Passage:
    """The characters [start, end) of a body that are about an item. `body` is "text" or "html"."""

    body: str
    item: int
    start: int
    end: int


@dataclass(frozen=True)
class Marks:
    """The marks of one rendering. No content can contain them: nobody knows their key before."""

    key: str = field(default_factory=lambda: secrets.token_hex(8))

    def start(self, item: int) -> str:
        return f"[[{self.key} {item}]]"

    @property
    def end(self) -> str:
        return f"[[{self.key}]]"

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(rf"\[\[{self.key}(?: (\d+))?\]\]")

    def unmarked(self, name: str, body: str) -> tuple[str, tuple[Passage, ...]]:
        """Return a body without its marks, and its passages in their order. Passages are not nested."""
        parts: list[str] = []
        passages = []
        position = length = begin = 0
        for mark in self._pattern.finditer(body):
            parts.append(body[position : mark.start()])
            length += mark.start() - position
            position = mark.end()
            if mark[1] is not None:
                item, begin = int(mark[1]), length
            else:
                passages.append(Passage(name, item, begin, length))
        return "".join([*parts, body[position:]]), tuple(passages)


def without(
    body: str, passages: Collection[Passage], items: Collection[int], placeholder: str
) -> tuple[str, list[Passage]]:
    """Return a body with a placeholder instead of the passages about these items, and the passages that are left."""
    parts: list[str] = []
    left = []
    position = shift = 0
    for one in sorted(passages, key=lambda passage: passage.start):
        if one.item in items:
            parts += [body[position : one.start], placeholder]
            position = one.end
            shift += len(placeholder) - (one.end - one.start)
        else:
            left.append(replace(one, start=one.start + shift, end=one.end + shift))
    return "".join([*parts, body[position:]]), left
