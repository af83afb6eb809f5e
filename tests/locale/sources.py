"""Read what the tests of this folder check: messages in the code and templates, catalogs, documentation, Python text.

Messages are read from Python and templates by Babel, not from the catalogs, so a new one cannot be missed.
"""

import ast
import io
import re
import tokenize
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

from tests.docs.markdown import PACKAGES

ROOT = Path(__file__).resolve().parents[2]
LANGUAGES = ("en", "fr")
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}


class Message(NamedTuple):
    """`ids` is one text, or singular and plural."""

    context: str
    ids: tuple[str, ...]


def extracted(source):
    """The messages of a Python text. Babel gives (context, id) or (context, id, plural) where there is a context."""
    for _line, found, _comments, context in extract("python", io.BytesIO(source.encode()), KEYWORDS):
        yield Message(context or "", (found,) if isinstance(found, str) else tuple(found))


def templates():
    return sorted(path for path in (ROOT / "templates").rglob("*.*") if path.is_file())


def modules():
    """Our Python files, migrations left out: they are never shown and never change."""
    return [
        path
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
        if "migrations" not in path.parts
    ]


def messages_of_templates():
    for path in templates():
        text = templatize(path.read_text(), origin=str(path))
        # Everything but messages has become rows of X: without indentation they are valid Python.
        text = "\n".join(line.strip() for line in text.splitlines())
        for message in extracted(text):
            yield message, path


def messages_of_python():
    for path in modules():
        for message in extracted(path.read_text()):
            yield message, path


@cache
def used_messages():
    """{message: the file that uses it}. A text used alone and as the singular of a plural is one message."""
    found = {}
    for message, path in [*messages_of_python(), *messages_of_templates()]:
        found.setdefault(message, str(path.relative_to(ROOT)))
    plurals = {(message.context, message.ids[0]) for message in found if len(message.ids) == 2}
    return {
        message: path
        for message, path in found.items()
        if len(message.ids) == 2 or (message.context, message.ids[0]) not in plurals
    }


@cache
def catalog(language):
    path = ROOT / "locale" / language / "LC_MESSAGES" / "django.po"
    if not path.exists():
        pytest.fail(f"{path.relative_to(ROOT)} is missing: run make messages")
    with path.open("rb") as file:
        return read_po(file, locale=language)


def entries(language):
    """{message: its catalog entry}, without the header."""
    return {
        Message(entry.context or "", (entry.id,) if isinstance(entry.id, str) else tuple(entry.id)): entry
        for entry in catalog(language)
        if entry.id
    }


def forms(entry):
    return (entry.string,) if isinstance(entry.string, str) else tuple(entry.string)


def translated(language):
    """(message, its forms) of every entry with a translation."""
    return [(message, forms(entry)) for message, entry in entries(language).items() if any(forms(entry))]


def texts(language):
    """Every text that people read in this language: translations, and for English the messages themselves."""
    found = {text for _message, filled in translated(language) for text in filled}
    if language == "en":
        found |= {text for message in used_messages() for text in message.ids}
    return sorted(found)


# --- documentation -----------------------------------------------------------------------------------------


def pages():
    return sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])


def prose(text):
    """[(line number, text)] of Markdown, one per paragraph, list entry or table row, without code and URLs."""
    text = re.sub(r"^```.*?^```$", lambda block: "\n" * block[0].count("\n"), text, flags=re.M | re.S)
    text = re.sub(r"`[^`]*`", lambda code: "`" + "\n" * code[0].count("\n"), text)
    text = re.sub(r"\]\([^)]*\)|https?://\S+", "]", text)
    found, number = [], 1
    for block in re.split(r"(\n(?=\s*\n|\s*[-*|#] |\s*\d+\. |\|))", text):
        if block.strip():
            found.append((number + len(block) - len(block.lstrip("\n")), " ".join(block.split())))
        number += block.count("\n")
    return found


# --- Python text -------------------------------------------------------------------------------------------


def docstrings_and_comments(source):
    """[(line number, text)] of a Python text; comments on consecutive lines are one."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and (
            text := ast.get_docstring(node)
        ):
            found.append((node.body[0].lineno, " ".join(text.split())))
    last, block = 0, []
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            is_alone = token.line.lstrip().startswith("#")
            if not is_alone or token.start[0] != last + 1:
                block = [token.start[0], ""]
                found.append(block)
            block[1] = f"{block[1]} {token.string.lstrip('#: ')}".strip()
            last = token.start[0] if is_alone else 0
    return sorted((line, text) for line, text in found)
