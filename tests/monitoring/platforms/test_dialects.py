"""Translations find at least what a query matches: random queries and documents, and exact texts for each dialect.

With spaces, OR and `-` (or AND and NOT), a dialect is a part of our own query language, so our matcher evaluates its
texts.
"""

from dataclasses import replace

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, assume, given, settings

from monitoring.platforms.dialects import MAX_SEARCHES, Dialect, Translation, translate
from monitoring.query import (
    And,
    AtLeast,
    Count,
    Doc,
    Near,
    Node,
    Not,
    Or,
    QueryError,
    Term,
    compile_query,
    parse,
    to_text,
)
from monitoring.query.tree import join_and, join_or

OURS = Dialect(and_=" ", or_="OR", not_="-", has_groups=True)
PLAIN = Dialect()
WORDS = ["aa", "bb", "ccc", "dddd", "l'eau", "e-mail", "été"]

words = st.sampled_from(WORDS)
leaves = st.one_of(
    st.builds(Term, words),
    st.builds(Term, st.lists(words, min_size=2, max_size=3).map(" ".join), st.just(True)),
    st.builds(Term, st.sampled_from(["aa", "Bb", "été"]), exact=st.just(True)),
    st.builds(Term, words, field=st.sampled_from(["title", "text"])),
    st.sampled_from([Term("ccc*"), Term("c?c"), Term("fr", field="lang"), Term("Ada", field="author")]),
)
exclusions = st.builds(lambda wanted, unwanted: And((wanted, Not(unwanted))), leaves, leaves)
operands = st.one_of(leaves, st.lists(leaves, min_size=2, max_size=2).map(join_or))
nodes = st.recursive(
    st.one_of(
        leaves,
        exclusions,
        st.builds(Near, operands, operands, st.integers(1, 3), st.booleans()),
        st.builds(Count, st.integers(1, 2), operands),
    ),
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(join_and),
        st.lists(inner, min_size=2, max_size=4).map(join_or),
        inner.filter(lambda node: not isinstance(node, Not)).map(Not),
        st.lists(inner, min_size=2, max_size=3, unique=True).map(lambda some: AtLeast(2, tuple(some))),
    ),
    max_leaves=9,
)
texts = st.lists(st.sampled_from([*WORDS, "ccce", "cdc", "AA", "Bb"]), max_size=9).map(" ".join)
docs = st.builds(Doc, title=texts, text=texts, author=st.sampled_from(["Ada", "Bo"]), language=st.just("fr"))
dialects = st.builds(
    Dialect,
    and_=st.sampled_from([" ", " AND "]),
    or_=st.sampled_from([None, "OR"]),
    not_=st.sampled_from([None, "-", "NOT "]),
    has_groups=st.booleans(),
    max_chars=st.sampled_from([12, 20, 40, 500]),
    max_operators=st.sampled_from([None, 0, 1, 2, 5]),
    signs=st.sampled_from(["#@", ""]),
    min_chars=st.sampled_from([1, 3]),
)
often = settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))


def valid(node: Node) -> str:
    """Return the text of a query; skip trees that the language rejects."""
    text = to_text(node)
    try:
        parse(text, saved=True)
    except QueryError:
        assume(False)
    return text


def size(node: Node) -> int:
    if isinstance(node, And | Or):
        return sum(map(size, node.children))
    return size(node.child) if isinstance(node, Not) else 1


@often
@given(nodes, dialects, st.lists(docs, min_size=1, max_size=6))
def test_translation_finds_every_match_and_nothing_else_unless_it_is_wider(node, dialect, some):
    query = valid(node)
    translation = translate(query, dialect)
    assume(translation.texts)
    searches = [compile_query(parse(text, saved=True)) for text in translation.texts]
    wanted = compile_query(parse(query, saved=True))
    for doc in some:
        is_found, is_match = any(search.match(doc) for search in searches), wanted.match(doc) is not None
        assert is_found or not is_match
        assert translation.is_wider or is_match or not is_found


@often
@given(nodes, dialects)
def test_texts_are_within_the_limits_and_always_the_same(node, dialect):
    query = valid(node)
    translation = translate(query, dialect)
    assert translation == translate(query, dialect)
    assert len(set(translation.texts)) == len(translation.texts)
    for text in translation.texts:
        assert len(text) <= dialect.max_chars
        if dialect.max_operators is not None:
            assert size(parse(text, saved=True)) - 1 <= dialect.max_operators
        assert "(" not in text or dialect.has_groups


@often
@given(nodes, dialects)
def test_only_wanted_words_make_a_query_searchable(node, dialect):
    """Without phrases, wider words or fields, a search is made wherever our own dialect makes one."""
    query = valid(node)
    roomy = replace(dialect, max_chars=500, min_chars=1)
    assert bool(translate(query, roomy).texts) == bool(translate(query, OURS).texts)


@pytest.mark.parametrize(
    ("query", "dialect", "expected"),
    [
        # Without OR, one search for each alternative.
        ("lumen OR lampe", PLAIN, ["lumen", "lampe"]),
        ("(lumen OR lampe) soleil", PLAIN, ["soleil lumen", "soleil lampe"]),
        ("lumen OR lumen", PLAIN, ["lumen"]),
        # With OR, one search, with groups around what has several words.
        ("lumen OR lampe", OURS, ["lumen OR lampe"]),
        ("lumen OR (lampe soleil)", OURS, ["lumen OR (lampe soleil)"]),
        ("lumen OR (lampe -soleil)", OURS, ["lumen OR (lampe -soleil)"]),
        # Without groups, only single words are joined.
        ("lumen OR lampe OR (a1 b1)", replace(OURS, has_groups=False), ["lumen OR lampe", "a1 b1"]),
        ("(a1 b1) OR lumen OR lampe", replace(OURS, has_groups=False), ["a1 b1", "lumen OR lampe"]),
        # Phrases, signs, words that are operators.
        ('"ville lumière"', PLAIN, ['"ville lumière"']),
        ("#lumen OR @ada OR $LUM", PLAIN, ["#lumen", "@ada", '"$LUM"']),
        ("#lumen", replace(PLAIN, signs=""), ['"#lumen"']),
        ('"OR" lumen', PLAIN, ['"OR" lumen']),
        ("e-mail", PLAIN, ["e-mail"]),
        ("l'eau", PLAIN, ['"l\'eau"']),
        # Exclusions.
        ("lumen -soleil", OURS, ["lumen -soleil"]),
        ("lumen -(soleil OR jour)", OURS, ["lumen -soleil -jour"]),
        ("lumen NOT soleil", replace(OURS, and_=" AND ", not_="NOT "), ["lumen AND NOT soleil"]),
        # Long lists are split.
        ("aaaa OR bbbb OR cccc OR dddd", replace(OURS, max_chars=13), ["aaaa OR bbbb", "cccc OR dddd"]),
        ("a1 OR b1 OR c1 OR d1", replace(OURS, max_operators=1), ["a1 OR b1", "c1 OR d1"]),
    ],
)
def test_translation_is_exact_where_the_dialect_has_a_form(query, dialect, expected):
    assert translate(query, dialect) == Translation(tuple(expected))


@pytest.mark.parametrize(
    ("query", "dialect", "expected"),
    [
        ("lumen NEAR/5 lampe", OURS, ["lumen lampe"]),
        ("lumen ONEAR/2 (lampe OR feu)", OURS, ["(lumen lampe) OR (lumen feu)"]),
        ("{3} lumen", OURS, ["lumen"]),
        ("MIN/2(lumen, lampe, feu)", OURS, ["lumen OR lampe OR feu"]),
        ("=Lumen", OURS, ["Lumen"]),
        ("title:lumen", OURS, ["lumen"]),
        ("lumen lang:fr", OURS, ["lumen"]),
        ("lumen author:Ada site:example.org", OURS, ["lumen"]),
        ("lumen lamp*", OURS, ["lumen"]),
        ("lumen -lamp*", OURS, ["lumen"]),
        ("lumen -title:lampe", OURS, ["lumen"]),
        ("lumen -=Lampe", OURS, ["lumen"]),
        ("lumen -(lampe feu)", OURS, ["lumen"]),
        ("lumen -soleil", PLAIN, ["lumen"]),
        ("lumen -ab", replace(OURS, min_chars=3), ["lumen"]),
        ("lumen ab", replace(OURS, min_chars=3), ["lumen"]),
        ('"ville lumière"', replace(PLAIN, has_phrases=False), ["ville lumière"]),
        ('lumen -"ville lumière"', replace(OURS, has_phrases=False), ["lumen"]),
        ("feu lumen or", replace(PLAIN, max_operators=0), ["lumen"]),
        ("soleil lumen -jour", replace(OURS, max_chars=14), ["soleil lumen"]),
    ],
)
def test_translation_is_wider_where_the_dialect_has_no_form(query, dialect, expected):
    assert translate(query, dialect) == Translation(tuple(expected), is_wider=True)


@pytest.mark.parametrize(
    ("query", "dialect"),
    [
        ("lamp*", OURS),
        ("lumen OR lamp*", OURS),
        ("lang:fr", OURS),
        ("site:example.org", OURS),
        ("ab", replace(OURS, min_chars=3)),
        ("a" * 60, replace(OURS, max_chars=50)),
        ("(lumen", OURS),
        ("", OURS),
    ],
)
def test_query_that_no_search_covers_has_none(query, dialect):
    assert translate(query, dialect) == Translation()


def test_phrase_of_a_dialect_without_phrases_is_no_single_word_next_to_or():
    dialect = replace(OURS, has_phrases=False)
    assert translate('lumen OR "ville lumière"', dialect).texts == ("lumen OR (ville lumière)",)
    assert translate('lumen OR "ville lumière"', replace(dialect, has_groups=False)).texts == (
        "lumen",
        "ville lumière",
    )


def test_many_combinations_leave_out_the_longest_list():
    lists = [" OR ".join(f"{letter}{number}" for number in range(4)) for letter in "abc"]
    query = " ".join(f"({one})" for one in [*lists, "x1 OR x2 OR x3 OR x4 OR x5"])
    translation = translate(query, PLAIN)
    assert len(translation.texts) <= MAX_SEARCHES
    assert translation.is_wider
    assert "x1" not in " ".join(translation.texts)


def test_too_many_combinations_for_groups_are_wider():
    query = " ".join(f"({' OR '.join(f'{letter}{number}' for number in range(15))})" for letter in "ab")
    translation = translate(query, replace(OURS, max_chars=4000))
    assert translation.is_wider
    assert translation.texts == (" OR ".join(f"a{number}" for number in range(15)),)
