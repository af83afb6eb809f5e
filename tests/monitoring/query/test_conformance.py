"""Every case of conformance.txt, the table that documents the query language."""

from pathlib import Path

import pytest

from monitoring.query import Doc, Index, QueryError, compile_query

FILE = Path(__file__).with_name("conformance.txt")
FIELDS = {"lang": "language"}


def cases():
    query, number = "", 0
    for number, line in enumerate(FILE.read_text().splitlines(), start=1):
        if not line.strip() or line.startswith(("# ", "#  ", "==")):
            continue
        if line.startswith("  "):
            yield pytest.param(query, line[2], line[4:], id=f"line {number}")
        else:
            query = line


def unmark(marked):
    """Return the text without its ⟦marks⟧, and the marked spans."""
    text, spans = "", []
    for char in marked:
        if char == "⟦":
            spans.append([len(text), None])
        elif char == "⟧":
            spans[-1][1] = len(text)
        else:
            text += char
    return text, spans


def read(line):
    text, *others = line.split(" | ")
    fields = {"text": text} | {FIELDS.get(name, name): value for name, value in (o.split(": ", 1) for o in others)}
    plain, expected = {}, []
    for name, value in fields.items():
        plain[name], spans = unmark(value)
        expected += [(name, start, end) for start, end in spans]
    rating = plain.pop("rating", None)
    return Doc(**plain, rating=rating and float(rating)), sorted(expected)


ALL = list(cases())
MATCHING = [case for case in ALL if case.values[1] in "+-"]
ERRORS = [case for case in ALL if case.values[1] == "!"]


def test_conformance_table_has_at_least_300_cases():
    assert len(ALL) >= 300
    assert len(ALL) == len(MATCHING) + len(ERRORS)


@pytest.mark.parametrize(("query", "sign", "line"), MATCHING)
def test_match_finds_exactly_the_marked_spans(query, sign, line):
    doc, expected = read(line)
    match = compile_query(query).match(doc)
    assert (match is not None) == (sign == "+")
    if match:
        assert sorted(match.spans) == expected


@pytest.mark.parametrize(("query", "sign", "line"), ERRORS)
def test_compile_query_raises_error_with_code_and_position_when_malformed(query, sign, line):
    code, position = line.split()
    with pytest.raises(QueryError) as caught:
        compile_query(query)
    assert (caught.value.code, caught.value.position) == (code, int(position))
    assert "\n" not in str(caught.value) and f"character {int(position) + 1}" in str(caught.value)


def test_index_of_all_queries_agrees_with_each_query():
    index = Index()
    queries = {case.values[0] for case in MATCHING}
    for query in queries:
        index.add(query, query)
    compiled = {query: compile_query(query) for query in queries}
    for doc in {read(case.values[2])[0] for case in MATCHING}:
        alone = {query: match.spans for query, one in compiled.items() if (match := one.match(doc))}
        assert dict(index.match(doc)) == alone
        assert set(index.keys_of(doc)) == set(alone)
