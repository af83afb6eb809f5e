"""Fit texts from the web into the messages of chats: their length, and what would notify people or format. Pure."""

import json
import re
from collections.abc import Callable, Sequence
from typing import Any

ELLIPSIS = "…"
# Where chats would otherwise see a mention, a link or a command; no reader sees the character.
_BREAK = "\u200b"
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]+")
# The characters that a backslash escapes in both Mattermost and Discord.
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|>~])")

Measure = Callable[[str], int]


def one_line(text: str) -> str:
    """Return a text without line breaks, control characters and those that change the direction of what follows.

    Spaces that don't break stay: French has them before punctuation.
    """
    return re.sub(" {2,}", " ", _UNSEEN.sub(" ", text)).strip()


def utf16_length(text: str) -> int:
    """Return the length in UTF-16 code units, as programs in JavaScript count: most emoji are 2."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def utf8_length(text: str) -> int:
    """Return the length in bytes."""
    return len(text.encode(errors="replace"))


def json_length(value: Any) -> int:
    """Return the bytes of a value as JSON, as the HTTP client sends it."""
    return len(json.dumps(value))


def json_characters(value: Any) -> int:
    """Return the characters of a value as JSON, as services count that store it again in UTF-8."""
    return len(json.dumps(value, ensure_ascii=False))


def shortened(text: str, limit: int, measure: Measure = len) -> str:
    """Return a text of at most `limit`, with an ellipsis if something was cut. Each character measures at least 1."""
    if len(text) <= limit and measure(text) <= limit:
        return text
    low, high = 0, min(len(text), limit)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if measure(text[:middle]) + measure(ELLIPSIS) <= limit else (low, middle - 1)
    return text[:low].rstrip() + ELLIPSIS


def fitting(lines: Sequence[str], limit: int, measure: Measure = len) -> list[str]:
    """Return as many of the first lines as fit, each with its line break."""
    left, fitted = limit, []
    for line in lines:
        left -= measure(line) + 1
        if left < 0:
            break
        fitted.append(line)
    return fitted


def safe(text: str, limit: int, escape: Callable[[str], str], measure: Measure = len) -> str:
    """Return a text escaped and of at most `limit` then; what is cut is never a part of an escape."""
    return escape(shortened(one_line(text[: 10 * limit]), limit, lambda part: measure(escape(part))))


def unmentioned(text: str) -> str:
    """Return a text in which no "@" notifies anybody."""
    return one_line(text).replace("@", f"@{_BREAK}")


def markdown(text: str) -> str:
    """Return a text without mentions whose characters are no Markdown."""
    return _MARKDOWN.sub(r"\\\1", unmentioned(text))


def unlinked(text: str) -> str:
    """Return a text without mentions, for chats without an escape character: it forms no link and no command."""
    return unmentioned(text).replace("](", f"]{_BREAK}(").replace("<", f"<{_BREAK}")


def link_url(url: str) -> str:
    """Return a URL that ends no link of a markup: the characters around it are encoded."""
    return re.sub(r"[\s<>|()\[\]\"'`\\]", lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), url)
