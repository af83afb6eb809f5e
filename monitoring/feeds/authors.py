"""Read the name in an author as feeds give it: "jean@example.org (Jean Dupont)", "Jean Dupont <jean@example.org>".

Pure; called by normalize.py.
"""

import re
from html import unescape

from monitoring.content.markup import unwrap_cdata

MAX_AUTHOR = 200

# Not the handles of the fediverse, such as "@ana@example.social".
_EMAIL = re.compile(
    r"[<(\[]?\s*(?:mailto:)?(?<![^\s<>()\[\],;:\"])[^\s<>()\[\],;:\"@]+@[\w-]+(?:\.[\w-]+)*\s*[>)\]]?", re.I
)
_MARKUP = re.compile(r"<[^<>]*>?")
_WHOLE_IN_PARENTHESES = re.compile(r"(?:^|(?<=, ))\((.*?)\)(?=$|, )")
_AROUND = " ,;:|-–—\"'“”"


def author_name(text: str) -> str:
    """Return the name without email addresses and markup; the whole text if it has no name."""
    # Twice, because feedparser's loose parser leaves authors escaped as they are in XML.
    text = _line(unescape(unescape(text[: 2 * MAX_AUTHOR])))
    if "[CDATA[" in text:
        text = _line(unwrap_cdata(text))
    if "@" not in text and "<" not in text:
        return text
    name = _line(_MARKUP.sub(" ", _EMAIL.sub(" ", text))).replace(" ,", ",").strip(_AROUND)
    if name.startswith("("):
        name = _WHOLE_IN_PARENTHESES.sub(r"\1", name)
        if name.startswith("(") and name.count("(") > name.count(")"):
            name = name[1:]
    return name.strip(_AROUND) or text.strip("<> ")


def join_authors(authors: list[str]) -> str:
    """Return the names of several authors, each once."""
    return ", ".join(dict.fromkeys(filter(None, map(author_name, authors))))[:MAX_AUTHOR]


def _line(text: str) -> str:
    return " ".join(text.split())
