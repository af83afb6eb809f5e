"""One term per concept: no message and no page of the documentation uses a wording that terms.tsv rules out.

terms.tsv has one rule per line: concept, language, where it applies ("ui": messages; "all": messages and
documentation), a regular expression of what is ruled out (any case), and what to use instead.
"""

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.locale.sources import LANGUAGES, pages, prose, texts

HEADER = ["concept", "language", "where", "forbidden", "use instead"]


class Rule(NamedTuple):
    concept: str
    language: str
    where: str
    forbidden: re.Pattern
    instead: str


def read_rules():
    lines = (Path(__file__).parent / "terms.tsv").read_text().splitlines()
    assert lines[0].split("\t") == HEADER
    rules = []
    for line in lines[1:]:
        concept, language, where, forbidden, instead = line.split("\t")
        assert language in LANGUAGES and where in ("ui", "all"), line
        rules.append(Rule(concept, language, where, re.compile(forbidden, re.IGNORECASE), instead))
    return rules


RULES = read_rules()


def faults(language, found, where=("ui", "all")):
    """What these texts, (place, text), say against the rules."""
    return [
        f"{place}: “{match[0]}” in “{text}”: use {rule.instead}"
        for rule in RULES
        if rule.language == language and rule.where in where
        for place, text in found
        if (match := rule.forbidden.search(text))
    ]


@pytest.mark.parametrize(
    ("language", "text", "count"),
    [
        ("en", "New topic", 1),
        ("en", "A keyword is your brand, a competitor, or a topic.", 0),
        ("en", "Judging mentions…", 1),
        ("en", "Analyzing mentions…", 0),
        ("en", "Behaviour", 1),
        ("fr", "Thème surveillé", 2),
        ("fr", "Mot-clé suivi", 0),
        ("fr", "Nouvelle revue", 1),
        ("fr", "Nouveau récapitulatif", 0),
    ],
)
def test_rules_find_ruled_out_terms(language, text, count):
    assert len(faults(language, [("here", text)])) == count


@pytest.mark.parametrize("language", LANGUAGES)
def test_messages_use_one_term_per_concept(language):
    assert faults(language, [("message", text) for text in texts(language)]) == []


@pytest.mark.parametrize("page", pages(), ids=lambda path: path.name)
def test_documentation_uses_one_term_per_concept(page):
    found = [(f"line {number}", text) for number, text in prose(page.read_text())]
    assert len(found) > 5
    assert faults("en", found, where=("all",)) == []
