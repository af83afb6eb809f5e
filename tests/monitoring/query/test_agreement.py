"""The matcher, the index and the full-text search agree with a reference implementation that is slow and simple."""

from itertools import pairwise

import hypothesis.strategies as st
import pytest
from django.db import connection
from hypothesis import HealthCheck, assume, given, settings

from monitoring.query import (
    And,
    AtLeast,
    Count,
    Doc,
    Index,
    Near,
    Not,
    Or,
    Query,
    QueryError,
    Term,
    compile_query,
    explain,
    parse,
    search_text,
    terms,
    to_text,
    to_tsquery,
)
from monitoring.query.tree import join_and, join_or
from tests.monitoring.query import reference

WORDS = [
    "a",
    "b",
    "ab",
    "abc",
    "abcd",
    "été",
    "Ete",
    "l'eau",
    "leau",
    "eau",
    "L’EAU",
    "e-mail",
    "email",
    "aujourd'hui",
    "c",
    "c++",
    "c#",
    "a&b",
]
texts = st.lists(st.tuples(st.sampled_from(WORDS), st.sampled_from([" ", " ", ", ", ". ", "\n"])), max_size=12).map(
    lambda parts: "".join(word + gap for word, gap in parts)
)
docs = st.builds(Doc, title=st.one_of(st.just(""), texts), text=texts, language=st.sampled_from(["", "fr", "en"]))
fields = st.sampled_from(["", "", "", "title", "text"])
leaves = st.one_of(
    st.builds(Term, st.sampled_from(WORDS), field=fields),
    st.builds(
        Term, st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join), st.just(True), field=fields
    ),
    st.builds(Term, st.sampled_from(["abc*", "a?c", "?bcd*", "l'ea?", "ab?d"]), field=fields),
    st.builds(Term, st.sampled_from(WORDS), exact=st.just(True), field=fields),
)


def near(pair, distance, ordered):
    return Near(*pair, distance, ordered)


operands = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(join_or),
        st.builds(near, st.tuples(inner, inner), st.integers(1, 4), st.booleans()),
    ),
    max_leaves=3,
)
trees = st.recursive(
    st.one_of(
        leaves, leaves, operands, st.builds(Count, st.integers(1, 3), operands), st.just(Term("fr", field="lang"))
    ),
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(join_and),
        st.lists(inner, min_size=2, max_size=3).map(join_or),
        inner.filter(lambda node: not isinstance(node, Not)).map(Not),
        st.lists(inner, min_size=2, max_size=3, unique=True).map(
            lambda nodes: AtLeast(min(2, len(nodes)), tuple(nodes))
        ),
    ),
    max_leaves=6,
)
often = settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))


def parsed(tree):
    """Return the tree as parsed from its text; skip trees that the language rejects."""
    try:
        return parse(to_text(tree))
    except QueryError as error:
        assert error.code in ("only_exclusions", "branch_only_exclusions", "near_fields", "near_operand")
        assume(False)


@often
@given(trees)
def test_to_text_parses_back_to_the_same_tree(tree):
    assert parsed(tree) == tree


@often
@given(trees, docs)
def test_match_agrees_with_reference(tree, doc):
    parsed(tree)
    match = compile_query(tree).match(doc)
    assert (match is not None) == reference.matches(tree, doc)
    if match:
        marked = {(field, position) for field, start, end in match.spans for position in range(start, end)}
        assert marked == reference.covered(tree, doc)
        by_field = [[span for span in match.spans if span[0] == field] for field in ("title", "text")]
        assert [span for spans in by_field for span in spans] == list(match.spans)
        for spans in by_field:
            assert all(before[2] <= after[1] for before, after in pairwise(spans))


@often
@given(st.lists(trees, min_size=1, max_size=8), st.lists(docs, min_size=1, max_size=4), st.data())
def test_index_agrees_with_single_queries_through_changes(wanted, some, data):
    queries = {}
    for number, tree in enumerate(wanted):
        try:
            parse(to_text(tree))
            queries[number] = compile_query(tree)
        except QueryError:
            continue
    index = Index()
    for number, query in queries.items():
        index.add(number, query)
    for doc in some:
        alone = {number: match.spans for number, query in queries.items() if (match := query.match(doc))}
        assert index.match(doc) == list(alone.items())
        assert index.keys_of(doc) == list(alone)
        if queries:
            gone = data.draw(st.sampled_from(sorted(queries)))
            index.remove(gone)
            changed = data.draw(st.sampled_from(sorted(queries)))
            queries.pop(gone)
            if changed in queries:
                queries[changed] = queries.pop(changed)
                queries[changed] = compile_query("abc* OR été")
                index.add(changed, queries[changed])
    assert len(index) == len(queries)


@often
@given(trees, docs)
def test_explain_agrees_with_match_for_each_condition(tree, doc):
    parsed(tree)

    def check(node, condition):
        assert condition.text == to_text(node)
        assert condition.met == reference.matches(node, doc)
        if isinstance(node, And | Or | AtLeast):
            assert len(condition.children) == len(node.children)
            for child, part in zip(node.children, condition.children, strict=True):
                check(child, part)
        elif isinstance(node, Not):
            check(node.child, condition.children[0])

    condition = explain(tree, doc)
    check(tree, condition)
    match = compile_query(tree).match(doc)
    assert condition.spans == (match.spans if match else ())


SIGNS = [
    "(",
    ")",
    '"',
    "«",
    "»",
    "-",
    "=",
    "#",
    "@",
    "$",
    "{2}",
    "{",
    ",",
    "*",
    "?",
    ":",
    "/",
    " ",
    " AND ",
    " OR ",
    "NOT ",
]
OPERATORS = [
    " NEAR/3 ",
    " ONEAR/1 ",
    "MIN/2(",
    "title:",
    "site:",
    "lang:",
    "url:",
    "http://",
    "東京",
    "😡",
    "\u200d",
    "é",
    "l'",
]
odd = st.lists(st.one_of(st.sampled_from(SIGNS + OPERATORS + WORDS), st.text(max_size=4)), max_size=14).map("".join)


@settings(max_examples=600, deadline=None)
@given(odd, odd, odd)
def test_parse_returns_query_or_documented_error_for_any_text(query, text, title):
    doc = Doc(title, text, url=text, author=title, language=title, platform=text)
    try:
        node = parse(query)
    except QueryError as error:
        assert 0 <= error.position <= len(query)
        assert "\n" not in str(error)
        return
    assert parse(to_text(node)) == node
    match = compile_query(node).match(doc)
    for field, start, end in match.spans if match else ():
        assert 0 <= start < end <= len(getattr(doc, field))
    index = Index()
    index.add(1, node)
    assert index.match(doc) == ([(1, match.spans)] if match else [])
    assert explain(node, doc).met == bool(match)
    to_tsquery(node)
    terms(node)


def postgres(sql, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchone()[0]


@pytest.mark.django_db
@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(trees, docs)
def test_tsquery_finds_every_match_and_only_matches_when_exact(tree, doc):
    parsed(tree)
    query, exact = to_tsquery(tree)
    assume(query)
    words = search_text(f"{doc.title}\n{doc.text}")
    found = postgres("SELECT array_to_tsvector(string_to_array(%s, ' ')) @@ %s::tsquery", words, query)
    matched = compile_query(tree).match(doc) is not None
    assert found == matched if exact else found or not matched


@pytest.mark.django_db
@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(odd)
def test_tsquery_finds_every_word_of_a_text(text):
    text = text.replace("\0", "")
    assume(text.encode(errors="replace").decode() == text)
    words = search_text(text)
    kept = postgres("SELECT tsvector_to_array(array_to_tsvector(string_to_array(%s, ' ')))", words)
    assert sorted(kept) == sorted(set(words.split()))
    for word in text.split():
        try:
            node = parse(word)
        except QueryError:
            continue
        query, _ = to_tsquery(node)
        if query and isinstance(compile_query(node), Query) and compile_query(node).match(Doc(text=text)):
            assert postgres("SELECT array_to_tsvector(string_to_array(%s, ' ')) @@ %s::tsquery", words, query)
