"""The variables of saved replies: {{author}}, {{brand}}, {{link}}, {{me}}. Pure.

In: the text of a saved reply, the values for an item. Out: the names it uses that are none, or the text of a reply.
Called by workplace/saved_replies.py.
"""

import re
from collections.abc import Mapping

VARIABLES = ("author", "brand", "link", "me")
_VARIABLE = re.compile(r"\{\{\s*(.*?)\s*\}\}", re.S)
_GAP_BEFORE_PUNCTUATION = re.compile(r"[ \t]+(?=[,.])")


def unknown_variables(text: str) -> list[str]:
    """Return the names in double braces that are no variables, and single pairs of braces left open, in order."""
    unknown = [name for name in _VARIABLE.findall(text) if name not in VARIABLES]
    rest = _VARIABLE.sub("", text)
    return list(dict.fromkeys(unknown + re.findall(r"\{\{|\}\}", rest)))


def fill(text: str, values: Mapping[str, str]) -> str:
    """Return the text with the values of its variables; one without a value leaves no gap behind."""

    def value(match: re.Match[str]) -> str:
        return values.get(match[1], "")

    lines = []
    for line in text.splitlines():
        filled = _VARIABLE.sub(value, line)
        has_gap = any(not values.get(name) for name in _VARIABLE.findall(line))
        lines.append(_GAP_BEFORE_PUNCTUATION.sub("", re.sub(r"[ \t]{2,}", " ", filled)) if has_gap else filled)
    return "\n".join(lines)
