"""Suggested queries: variants of a name, risks, and queries that always parse and match the name itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.query import Doc, compile_query, parse, tokenize
from monitoring.query_tools.suggest_query import suggest_query


def matches(query, text):
    return compile_query(query).match(Doc(title="", text=text)) is not None


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("Lumen", "Lumen"),
        ("Maison Lumen", '"Maison Lumen" OR maisonlumen OR @maisonlumen'),
        ("Maison Lumen SAS", '"Maison Lumen" OR maisonlumen OR @maisonlumen'),
        ("Halo, Inc.", "Halo"),
        ("L’Oréal", '"L’Oréal"'),
        ("H&M", '"H&M"'),
        ("PayPal", 'PayPal OR "Pay Pal"'),
        ("or", '"or"'),
        ("OR", '"OR"'),
        ("  ", ""),
        ("!!!", ""),
    ],
)
def test_suggested_query_has_variants_of_name(name, query):
    assert suggest_query(name).query == query


@pytest.mark.parametrize("text", ["chez Maison-Lumen", "#MaisonLumen", "@maisonlumen répond", "MAISON LUMEN"])
def test_suggested_query_matches_hashtags_handles_and_hyphens(text):
    assert matches(suggest_query("Maison Lumen").query, text)


def test_suggested_query_requires_context_and_excludes_words():
    query = suggest_query("Orange", ("Orange SA",), ("opérateur", "fibre"), ("jus", "la couleur")).query
    assert query == 'Orange AND (opérateur OR fibre) NOT (jus OR "la couleur")'
    assert matches(query, "La fibre Orange en panne")
    assert not matches(query, "Un jus d’orange")
    assert not matches(query, "fibre orange, jus compris")


def test_suggested_query_groups_variants_before_other_conditions():
    query = suggest_query("Maison Lumen", excluded=("recrutement",)).query
    assert query == '("Maison Lumen" OR maisonlumen OR @maisonlumen) NOT recrutement'
    assert not matches(query, "maisonlumen recrutement")


@pytest.mark.parametrize(
    ("name", "risks"), [("HP", ("short",)), ("Monde", ()), ("Suite", ("common",)), ("Maison Lumen", ())]
)
def test_suggestion_names_risks_of_short_and_common_names(name, risks):
    assert suggest_query(name).risks == risks
    assert suggest_query(name, context=("lampe",)).risks == ()


@pytest.mark.parametrize("word", ["AND", "ou", "SAUF", "NOT", "ETNON", "NON", "PAS", "ANDNOT"])
def test_suggested_query_quotes_words_that_look_like_operators(word):
    query = suggest_query("Lumen", ("Lumo",), excluded=(word,)).query
    assert query == f'(Lumen OR Lumo) NOT "{word}"'
    assert not matches(query, f"Lumen {word}")


NAMES = st.text(min_size=1, max_size=60)


@given(NAMES, st.lists(NAMES, max_size=3), st.lists(NAMES, max_size=3), st.lists(NAMES, max_size=3))
def test_suggested_query_always_parses(name, spellings, context, excluded):
    query = suggest_query(name, tuple(spellings), tuple(context), tuple(excluded)).query
    if query:
        parse(query)


@given(st.text(alphabet=st.characters(codec="utf-8", categories=("L", "Nd", "Zs")), min_size=1, max_size=40))
def test_suggested_query_matches_its_own_name(name):
    query = suggest_query(name).query
    assert bool(query) == bool(tokenize(name))
    if query:
        assert matches(query, f"On parle de {name} ici")
