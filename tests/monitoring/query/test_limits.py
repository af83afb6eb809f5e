"""However long or odd, a query is read or refused, and a document is matched in time that grows with its length."""

import random
import sys
import threading
import time

import pytest

from monitoring.query import Doc, Index, QueryError, compile_query, parse, search_text, to_text, tokenise
from monitoring.query.tokens import KEYS, MOST_KEPT

WORDS = [f"mot{a}{b}{c}" for a in "abcdefghijklmnopqrstuvwxyz" for b in "abcdefghij" for c in "abcdefghijklmnopqrst"]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("a" * 200_001, "too_long"),
        ("a " * 10_001, "too_many_terms"),
        ('"' + "a " * 101 + '"', "phrase_too_long"),
        ("(" * 51 + "a" + ")" * 51, "too_deep"),
        ("a " + "-" * 60 + "b", "too_deep"),
        ("(" * 100_000, "too_deep"),
        ("a" + " NEAR/2 a" * 11, "near_chain"),
        ("   ", "empty"),
        ("", "empty"),
        ("panne {1001} a", "count_number"),
        ("a NEAR/1001 b", "near_distance"),
        ("a NEAR/" + "9" * 5000 + " b", "near_distance"),
        ("MIN/" + "9" * 5000 + "(a, b)", "min_number"),
        ("site:a =b", None),
        ("site:=a", "field_operand"),
    ],
)
def test_what_is_too_much_is_refused_with_its_code(query, code):
    if code is None:
        parse(query)
        return
    with pytest.raises(QueryError) as caught:
        parse(query)
    assert caught.value.code == code
    assert len(str(caught.value)) < 400


def test_a_nest_at_the_limit_is_read_printed_and_matched():
    query = "(a -" * 24 + "b" + ")" * 24
    node = parse(query)
    assert parse(to_text(node)) == node
    assert compile_query(node).match(Doc(text="a b"))


def many_words():
    rng = random.Random(1)
    return " ".join(rng.choices(WORDS, k=150_000))


HUGE = [
    ("five thousand words", " OR ".join(WORDS[:5000]), many_words),
    ("five thousand words that must all occur", " ".join(WORDS[:5000]), many_words),
    ("five thousand exclusions", "a -" + " -".join(WORDS[:5000]), lambda: "a " * 500_000),
    (
        "two thousand phrases",
        " OR ".join(f'"{a} {b}"' for a, b in zip(WORDS, WORDS[2000:4000], strict=False)),
        many_words,
    ),
    ("five thousand wildcards", " OR ".join(f"{word[:5]}*" for word in WORDS[:5000]), many_words),
    ("a long phrase of one word", '"' + "a " * 100 + '"', lambda: "a " * 125_000),
    ("one endless word", "a", lambda: "b" * 1_000_000),
    ("endless apostrophes", "a", lambda: "bb'" * 80_000),
    ("an endless hashtag", "a", lambda: "#" + "Ab" * 125_000),
    ("hashtags in a row", "a", lambda: "#Ab" * 80_000),
    ("an endless acronym", "a", lambda: "a." * 125_000),
    ("tags that never end", "a", lambda: "<a " * 80_000),
    ("handles in a row", "@a", lambda: "@a." * 60_000),
    ("no spaces at all", "東京", lambda: "東京" * 40_000),
    ("joined emoji", "😡", lambda: "😡\u200d" * 60_000),
]


@pytest.mark.parametrize(("name", "query", "text"), HUGE, ids=[name for name, _, _ in HUGE])
def test_the_longest_texts_take_seconds_at_most(name, query, text):
    doc = Doc(text=text())
    compiled = compile_query(query)
    began = time.process_time()
    compiled.match(doc)
    # Each takes 0 to 3 s on one slow core (texts of 100 KB to 1 MB); anything quadratic takes hours.
    assert time.process_time() - began < 20


def letters(number, size):
    return " ".join(random.Random(2).choices("abcdefghijklmnopqrstuvwxyz"[:number], k=size // 2))


def alternating(size):
    return "a b " * (size // 4)


DENSE = [
    ("a chain of NEAR", " NEAR/1000 ".join("abcdefghij"), lambda size: letters(10, size)),
    ("a chain of ONEAR", " ONEAR/1000 ".join("abcdefghij"), lambda size: letters(10, size)),
    ("a chain of one word", " NEAR/5 ".join("a" * 11), lambda size: "a " * (size // 2)),
    ("a chain of two words", " NEAR/5 ".join("ab" * 5), alternating),
    ("many NEAR", " ".join(f"a NEAR/{d} b" for d in range(1, 200)), alternating),
    ("phrases of one word", " OR ".join(f'"{"a " * n}"' for n in range(2, 101)), lambda size: "a " * (size // 2)),
    ("phrases of two words", " OR ".join(f'"{"a b " * n}"' for n in range(1, 50)), alternating),
    ("counts", " OR ".join(f'{{{n}}} (a OR b OR "a b")' for n in range(2, 100)), alternating),
    ("at least some", f"MIN/9({', '.join(f'a NEAR/{d} b' for d in range(1, 99))})", lambda size: letters(5, size)),
    ("exact words", " OR ".join(f'="{a} {b}"' for a in "abcde" for b in "abcde"), lambda size: letters(5, size)),
    ("wildcards", " OR ".join(f"aaa{'?' * n}*" for n in range(50)), lambda size: "aaaaaaaaaaaaa " * (size // 14)),
]


def calls(query, text):
    """How many functions a match calls: the work without the noise of a clock."""
    count = 0

    def count_one(frame, event, argument):
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(count_one)
    try:
        query.match(Doc(text=text))
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize(("name", "query", "text"), DENSE, ids=[name for name, _, _ in DENSE])
def test_words_that_stand_everywhere_cost_no_more_than_their_share(name, query, text):
    compiled = compile_query(query)
    calls(compiled, text(20_000))
    once, fourfold = calls(compiled, text(20_000)), calls(compiled, text(80_000))
    # Four times is what it should be; what grows with the square does sixteen times as much.
    assert fourfold < 7 * once


def test_what_is_remembered_of_words_is_bounded():
    for start in range(0, MOST_KEPT + 2000, 1000):
        search_text(" ".join(f"w{number}" for number in range(start, start + 1000)))
    assert len(KEYS) <= MOST_KEPT
    assert compile_query("w5").match(Doc(text="w4 w5")).spans == (("text", 3, 5),)


def test_words_stand_where_the_tokeniser_says():
    text = "Aujourd’hui, l’ÉQUIPE  #JOParis2024\n@a.b 👍🏽 東京"
    norms = ["aujourdhui", "l", "equipe", "jo", "paris", "2024", "@a.b", "👍", "東", "京"]
    assert [token.norm for token in tokenise(text)] == norms
    assert [text[t.start : t.end] for t in tokenise(text)][:3] == ["Aujourd’hui", "l", "ÉQUIPE"]


def test_an_index_replaces_and_forgets_queries():
    index = Index()
    index.add("x", "panne")
    index.add("x", "coupure OR bran*")
    assert (index.keys_of(Doc(text="panne")), index.keys_of(Doc(text="branding"))) == ([], ["x"])
    index.remove("x")
    index.remove("x")
    assert index.keys_of(Doc(text="coupure brand")) == []
    assert len(index) == 0 and "x" not in index


def test_threads_match_while_another_changes_the_index():
    index = Index()
    index.add("stays", "panne (réseau OR bran*)")
    doc = Doc(text="panne de réseau, branche coupée")
    failures, stop = [], threading.Event()

    def match():
        while not stop.is_set():
            found = index.keys_of(doc)
            if "stays" not in found or set(found) - {"stays", "comes", "goes"}:
                failures.append(found)

    threads = [threading.Thread(target=match) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(300):
        index.add("comes", "bran* OR coupée" if number % 2 else "cou*")
        index.add("goes", "réseau -panne" if number % 2 else '"panne de"')
        index.remove("goes")
    stop.set()
    for thread in threads:
        thread.join()
    assert failures == []
    assert index.keys_of(doc) == ["stays", "comes"]
