"""docs/query-language.md has a heading for every operator and field, its limits and its table of forms are right."""

import re
from pathlib import Path

import pytest

from monitoring.query import compile_query, parse
from monitoring.query.lexer import FIELDS
from monitoring.query.parser import MAX_DEPTH, MAX_LENGTH, MAX_NEAR, MAX_TERMS
from monitoring.query.terms import MAX_PHRASE
from monitoring.query.tree import TEXT_FIELDS, VALUE_FIELDS

ROOT = Path(__file__).parents[3]
MANUAL = (ROOT / "docs/query-language.md").read_text()
HEADINGS = re.findall(r"^### (.+)$", MANUAL, re.MULTILINE)


@pytest.mark.parametrize("field", TEXT_FIELDS + VALUE_FIELDS)
def test_docs_have_a_heading_per_field(field):
    assert f"{field}:" in HEADINGS
    assert field in FIELDS


@pytest.mark.parametrize(
    "operator",
    [
        *('"exact phrase"', "AND", "OR", "NOT", "Parentheses", "brand*", "br?nd", "NEAR/n", "ONEAR/n", "=Exact"),
        *("#hashtag", "@handle", "$CASHTAG", "{n} word", "MIN/n(…)"),
    ],
)
def test_docs_have_a_heading_and_a_valid_example_per_operator(operator):
    section = MANUAL.split(f"### {operator}\n")[1].split("\n##")[0]
    examples = re.findall(r"`([^`]+)`", section)
    assert sum(_is_query(example) for example in examples) >= 1


def _is_query(text):
    try:
        parse(text)
    except ValueError:
        return False
    return True


def test_docs_table_contains_valid_queries_only():
    table = MANUAL.split("## Overview")[1].split("## Grammar")[0]
    forms = [
        form
        for row in table.splitlines()
        if row.startswith("| `")
        for form in re.findall(r"`([^`]+)`", row.split("|")[1])
    ]
    assert len(forms) > 15
    for form in forms:
        compile_query(form)


def test_docs_limits_equal_those_of_the_code():
    limits = MANUAL.split("## Limits")[1]
    for limit in (MAX_LENGTH, MAX_TERMS, MAX_PHRASE, MAX_DEPTH, MAX_NEAR):
        assert f"{limit:,}" in limits
