"""Read what a model answered, and trust nothing in it. Pure: the text of an answer in, checked values out.

A model may err, or obey a text that it was sent. So an answer has to be one JSON object; ids count only if they were
sent; links are ours, never the model's; lengths are limited, and control and direction characters removed. Pages
escape what remains. What cannot be used raises `Unusable`. Called by assistant/summaries.py, replies.py, queries.py.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from monitoring.content.scrub import scrub

MAX_SENTENCES = 12
MAX_SENTENCE = 500  # characters; a longer one is no sentence
MAX_CITED = 6  # mentions per sentence
MAX_REPLY = 5000
MAX_QUERY = 2000
REMOVED = "…"  # in place of a link

# Some local models write their thoughts first, or wrap their JSON as code, although they are asked for JSON alone.
_THOUGHTS = re.compile(r"\A\s*<think>.*?</think>", re.S)
_FENCE = "```"
# C1 controls; zero-width spaces, line and paragraph separators, and characters that change the direction of a text.
# The zero-width joiner stays: emojis have it.
_INVISIBLE = re.compile("[\x7f-\x9f\u00ad\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_MARKDOWN_LINK = re.compile(r"!?\[([^\]\n]{0,300})\]\([^)\n]{0,2000}\)")
_URL = re.compile(
    r"\b(?:(?:https?|ftp|file|data|javascript|vbscript|mailto|tel|sms|intent):|www\.)[^\s<>\"')\]]+", re.I
)
# Platforms make links of bare domains, too: "evil.example/x", "name@evil.example".
_DOMAIN = re.compile(r"(?<![\w.@-])(?:[\w.+-]+@)?(?:[\w-]+\.)+[a-z]{2,}(?![\w-])(?:[/?#][^\s<>\"')\]]*)?", re.I)


Value = TypeVar("Value")


class Unusable(ValueError):
    """An answer that has not the form that was asked for."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, and the mentions that it rests on by what their ids stand for."""

    text: str
    mentions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SummaryAnswer:
    """The sentences that rest on mentions; `dropped` is the number of the others."""

    sentences: tuple[Sentence, ...]
    dropped: int


@dataclass(frozen=True, slots=True)
class ReplyAnswer:
    """The text of a reply; `has_lost_links` if links of the model were removed from it."""

    text: str
    has_lost_links: bool


def read_summary(answer: str, ids: Mapping[str, int]) -> SummaryAnswer:
    """Return the sentences of an answer. `ids` are those that were sent, with what they stand for."""
    rows = _field(answer, "sentences", list)
    read = [_sentence(row, ids) for row in rows]
    kept = tuple(one for one in read if one)[:MAX_SENTENCES]
    return SummaryAnswer(kept, len(read) - len(kept))


def read_reply(answer: str, known: Iterable[str]) -> ReplyAnswer:
    """Return the reply of an answer. Only links that the `known` texts of the project have stay in it."""
    text = _plain(_field(answer, "reply", str))
    if len(text) > 2 * MAX_REPLY:  # before the patterns, which take quadratic time at worst
        raise Unusable("too long")
    lines = [" ".join(line.split()) for line in text.splitlines()]
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
    shown = _without_links(text, "\n".join(known))
    if not shown.strip(f"{REMOVED} \n") or len(shown) > MAX_REPLY:
        raise Unusable("no reply, or too long")
    return ReplyAnswer(shown, shown != text)


def read_query(answer: str) -> str:
    """Return the query of an answer on one line, which the parser has not seen yet."""
    query = " ".join(_plain(_field(answer, "query", str)).split())
    if not query or len(query) > MAX_QUERY:
        raise Unusable("no query, or too long")
    return query


def _field(answer: str, name: str, kind: type[Value]) -> Value:
    """Return a field of the JSON object in an answer. Raise Unusable unless it is there and of this kind."""
    text = _THOUGHTS.sub("", answer, count=1).strip()
    if text.startswith(_FENCE):
        text = text.partition("\n")[2].removesuffix(_FENCE)
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise Unusable("not JSON") from None
    value = found.get(name) if isinstance(found, dict) else None
    if not isinstance(value, kind):
        raise Unusable(f"no {name}")
    return value


def _sentence(row: object, ids: Mapping[str, int]) -> Sentence | None:
    """Return a row of the answer if it is a sentence that rests on sent mentions."""
    if not isinstance(row, dict):
        return None
    text, cited = row.get("text"), row.get("mentions")
    if not isinstance(text, str) or not isinstance(cited, list) or len(text) > 4 * MAX_SENTENCE:
        return None
    text = " ".join(_without_urls(_plain(text)).split())
    found = tuple(dict.fromkeys(ids[one] for one in cited if isinstance(one, str) and one in ids))[:MAX_CITED]
    is_sentence = text.strip(f"{REMOVED} .") and len(text) <= MAX_SENTENCE
    return Sentence(text, found) if found and is_sentence else None


def _plain(text: str) -> str:
    """Return a text without control characters and those that are not seen."""
    return _INVISIBLE.sub("", scrub(text))


def _without_urls(text: str) -> str:
    return _URL.sub(REMOVED, _MARKDOWN_LINK.sub(r"\1", text))


def _without_links(text: str, known: str) -> str:
    """Return a text without links, URLs, domains and email addresses, except those that are in the known texts."""

    def kept(link: re.Match[str]) -> str:
        return link[0] if link[0].rstrip(".,;:!?") in known else REMOVED

    text = _MARKDOWN_LINK.sub(r"\1", text)
    return _DOMAIN.sub(kept, _URL.sub(kept, text))
