"""Docstrings, comments and documentation use plain words: none of the wordings that tone.tsv rules out.

tone.tsv has one rule per line: a regular expression of what is ruled out (any case), and what to use instead. Names in
code and `code spans` are not read.
"""

import re
from pathlib import Path

import pytest

from tests.locale.sources import ROOT, docstrings_and_comments, modules, pages, prose

TESTS = sorted(
    path
    for path in (ROOT / "tests").rglob("*.py")
    if "locale" not in path.parts and not path.name.startswith("fill_")  # which name what they rule out, or replace
)


def read_rules():
    header, *lines = (Path(__file__).parent / "tone.tsv").read_text().splitlines()
    assert header.split("\t") == ["forbidden", "use instead"]
    return [
        (re.compile(forbidden, re.IGNORECASE), instead) for forbidden, instead in (line.split("\t") for line in lines)
    ]


RULES = read_rules()


def faults(found):
    """Return what these texts, (line number, text), say against the rules."""
    wrong = []
    for number, text in found:
        plain = re.sub(r"`[^`]*`", "`", text)
        wrong += [
            f"line {number}: “{match[0]}” in “{text[:200]}”: use {instead}"
            for forbidden, instead in RULES
            if (match := forbidden.search(plain))
        ]
    return wrong


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Return the sources anew.", 1),
        ("What a member may do.", 1),
        ("Return what a member may do.", 0),
        ("It stands for a character.", 0),
        ("It stands here, heard by nobody's ears.", 3),
        ("The port on which the server listens.", 0),
        ("Prints documents a second.", 1),
        ("Prints documents per second.", 0),
        ("`judge` analyzes texts.", 0),
    ],
)
def test_rules_find_ruled_out_wordings(text, count):
    assert len(faults([(1, text)])) == count


def test_docstrings_and_comments_are_read_with_their_lines():
    source = '"""First."""\n\n# One\n# comment.\nx = 1  # Another.\n\n\ndef f():\n    """Last."""\n'
    assert docstrings_and_comments(source) == [(1, "First."), (3, "One comment."), (5, "Another."), (9, "Last.")]


@pytest.mark.parametrize(
    "path",
    [*modules(), *TESTS],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_docstrings_and_comments_use_plain_words(path):
    assert faults(docstrings_and_comments(path.read_text())) == []


@pytest.mark.parametrize("page", pages(), ids=lambda path: path.name)
def test_documentation_uses_plain_words(page):
    assert faults(prose(page.read_text())) == []
