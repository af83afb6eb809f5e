"""Widened queries: which there are, and that each matches all that the query matches."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.query import Doc, compile_query, parse
from monitoring.query_tools.noise import exclusions, log_odds
from monitoring.query_tools.widenings import (
    condition_widenings,
    distance,
    plurals,
    spellings,
    typo_widenings,
    typos,
    with_forms,
    word_widenings,
)


def queries(widenings):
    return [(one.cause, one.part, one.query) for one in widenings]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("lumen", []),
        ("lumen panne", [("condition", "lumen", "panne"), ("condition", "panne", "lumen")]),
        ("lumen -promo", [("exclusion", "NOT promo", "lumen")]),
        ("lumen lang:fr", [("condition", "lang:fr", "lumen")]),
        ("lumen NEAR/3 panne", [("condition", "lumen NEAR/3 panne", "lumen AND panne")]),
        ("=Orange", [("exact", "=Orange", "Orange")]),
        ("title:lumen", [("condition", "title:lumen", "lumen")]),
        ("{2} lumen", [("condition", "{2} lumen", "lumen")]),
        ("MIN/2(panne, lent, cher)", [("condition", "MIN/2(panne, lent, cher)", "MIN/1(panne, lent, cher)")]),
        ("halo OR (lumen -promo)", [("exclusion", "NOT promo", "halo OR lumen")]),
    ],
)
def test_each_condition_can_be_left_out(query, expected):
    assert queries(condition_widenings(parse(query))) == expected


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("panne", ["pannes"]),
        ("cheval", ["chevals", "chevaux"]),
        ("journaux", ["journal", "journau"]),
        ("battery", ["batterys", "batteries"]),
        ("batteries", ["battery", "batterie"]),
        ("service client", ["services clients", "services client", "service clients"]),
        ("bus", []),
        ("v2", []),
    ],
)
def test_plurals_of_french_and_english(word, expected):
    assert plurals(word) == expected


def test_spellings_elide_split_and_join():
    assert spellings("loreal")[0] == "l'oreal" and "lor eal" in spellings("loreal")
    assert "air france" in spellings("airfrance") and spellings("air france") == ["airfrance"]
    assert spellings("lune") == [] and spellings("panne") == []


def test_typos_are_near_rare_words_with_the_same_first_letter():
    words = Counter({"lumière": 1, "chauffage": 40, "chaufage": 3, "chauffages": 5, "chauffgae": 1, "chaussage": 30})
    assert typos("chauffage", words) == ["chaufage", "chauffgae"]
    words = Counter({"panne": 20, "canne": 1, "pane": 2, "pannes": 9, "penne": 1, "paume": 1})
    assert typos("panne", words) == ["pane", "penne"]
    assert typos("sncf", Counter({"sncb": 1})) == []


@given(st.text("abc", max_size=6), st.text("abc", max_size=6))
def test_distance_is_symmetric_and_zero_for_equal_words(one, other):
    assert distance(one, other, 9) == distance(other, one, 9)
    assert (distance(one, other, 9) == 0) == (one == other)


WORDS = ["panne", "pannes", "pane", "lumen", "service", "services", "client", "airfrance", "air", "france", "promo"]
TEXTS = st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join)
LEAVES = st.sampled_from(
    ["panne", "=Panne", '"service client"', "lumen", "airfrance", "title:panne", "-promo", "{2} panne"]
)
QUERIES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda two: f"({two[0]} OR {two[1]})"),
        st.tuples(inner, inner).map(lambda two: f"({two[0]} {two[1]})"),
        inner.map(lambda one: f"(lumen -({one}))"),
    ),
    max_leaves=4,
)


@settings(max_examples=150, deadline=None)
@given(QUERIES, st.lists(TEXTS, min_size=1, max_size=5))
def test_each_widened_query_still_matches_all_former_items(query, texts):
    try:
        node = parse(f"lumen OR ({query})")
    except ValueError:
        return
    vocabulary = Counter(word for text in texts for word in set(text.split()))
    former = compile_query(node)
    for widening in [*word_widenings(node), *typo_widenings(node, vocabulary), *condition_widenings(node)]:
        wider = compile_query(widening.query)
        assert parse(widening.query) == widening.node != node
        for text in texts:
            doc = Doc(text.capitalize(), text)
            assert not former.match(doc) or wider.match(doc), (query, widening.query, text)


def test_widening_with_some_of_its_forms():
    node = parse("cheval OR halo")
    [widening, *_] = word_widenings(node)
    assert with_forms(widening, node, ["chevaux"]).query == "cheval OR chevaux OR halo"
    assert with_forms(widening, node, []) is None


def test_exclusions_are_words_that_tell_noise_from_kept_mentions():
    noise = [Doc("Lumen", f"le film Lumen au cinéma, par exemple cinq fois {n}") for n in range(12)]
    kept = [Doc("Lumen", f"ma lampe Lumen en panne, par exemple cinq fois {n}") for n in range(20)]
    kept.append(Doc("Lumen", "panne de Lumen au cinéma"))
    found = {one.term: one for one in exclusions("lumen", parse("lumen"), noise, kept)}
    assert set(found) == {"film", "cinéma"}
    assert (found["cinéma"].ignored, found["cinéma"].kept, found["cinéma"].query) == (12, 1, "lumen -cinéma")
    assert found["cinéma"].lost == (kept[-1],) and found["film"].lost == ()


def test_few_mentions_suggest_no_exclusion():
    noise = [Doc("Lumen", "the movie Lumen")] * 2
    assert exclusions("lumen", parse("lumen"), noise, [Doc("Lumen", "my lamp")] * 9) == ()
    assert exclusions("lumen", parse("lumen"), noise * 3, []) == ()


def test_log_odds_grow_with_the_difference_and_with_the_numbers():
    assert log_odds(5, 100, 5, 100) == pytest.approx(0)
    assert log_odds(50, 100, 5, 100) > log_odds(10, 100, 5, 100) > 0
    assert log_odds(30, 100, 5, 100) > log_odds(6, 20, 1, 20)
