"""Limits: long or malformed queries are parsed or rejected, and the work of a match grows linearly with the text."""

import random
import threading

import pytest

from monitoring.query import Doc, Index, QueryError, compile_query, parse, search_text, to_text, tokenize
from monitoring.query.tokens import KEYS, MAX_CACHED_CHUNKS
from tests.monitoring.steps import count_steps

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
        ("site:a.fr =b", None),
        ("site:=a", "field_operand"),
    ],
)
def test_parse_rejects_query_above_limit_with_its_code(query, code):
    if code is None:
        parse(query)
        return
    with pytest.raises(QueryError) as caught:
        parse(query)
    assert caught.value.code == code
    assert len(str(caught.value)) < 400


def test_query_nested_to_the_limit_parses_prints_and_matches():
    query = "(a -" * 24 + "b" + ")" * 24
    node = parse(query)
    assert parse(to_text(node)) == node
    assert compile_query(node).match(Doc(text="a b"))


def many_words(size):
    return " ".join(random.Random(1).choices(WORDS, k=size // 7))


def letters(number):
    return lambda size: " ".join(random.Random(2).choices("abcdefghijklmnopqrstuvwxyz"[:number], k=size // 2))


def repeated(piece, before=""):
    return lambda size: before + piece * (size // len(piece))


# Name, query, text of a given size, and whether half a million characters of it match.
LONG_TEXTS = [
    ("five thousand words", " OR ".join(WORDS[:5000]), many_words, True),
    ("five thousand words that must all occur", " ".join(WORDS[:5000]), many_words, True),
    ("five thousand exclusions", "a -" + " -".join(WORDS[:5000]), repeated("a "), True),
    (
        "two thousand phrases",
        " OR ".join(f'"{a} {b}"' for a, b in zip(WORDS, WORDS[2000:4000], strict=False)),
        many_words,
        True,
    ),
    ("five thousand wildcards", " OR ".join(f"{word[:5]}*" for word in WORDS[:5000]), many_words, True),
    ("a long phrase of one word", '"' + "a " * 100 + '"', repeated("a "), True),
    ("one endless word", "a", repeated("b"), False),
    ("endless apostrophes", "a", repeated("bb'"), False),
    ("an endless hashtag", "a", repeated("Ab", before="#"), False),
    ("hashtags in a row", "a", repeated("#Ab"), False),
    ("an endless acronym", "a", repeated("a."), False),
    ("tags that never end", "a", repeated("<a "), True),
    ("handles in a row", "@a", repeated("@a."), True),
    ("no spaces at all", "東京", repeated("東京"), True),
    ("joined emoji", "😡", repeated("😡\u200d"), False),
]
# Name, query and text of a given size, in which every word of the query occurs everywhere.
DENSE_TEXTS = [
    ("a chain of NEAR", " NEAR/1000 ".join("abcdefghij"), letters(10)),
    ("a chain of ONEAR", " ONEAR/1000 ".join("abcdefghij"), letters(10)),
    ("a chain of one word", " NEAR/5 ".join("a" * 11), repeated("a ")),
    ("a chain of two words", " NEAR/5 ".join("ab" * 5), repeated("a b ")),
    ("many NEAR", " ".join(f"a NEAR/{d} b" for d in range(1, 200)), repeated("a b ")),
    ("phrases of one word", " OR ".join(f'"{"a " * n}"' for n in range(2, 101)), repeated("a ")),
    ("phrases of two words", " OR ".join(f'"{"a b " * n}"' for n in range(1, 50)), repeated("a b ")),
    ("counts", " OR ".join(f'{{{n}}} (a OR b OR "a b")' for n in range(2, 100)), repeated("a b ")),
    ("at least some", f"MIN/9({', '.join(f'a NEAR/{d} b' for d in range(1, 99))})", letters(5)),
    ("exact words", " OR ".join(f'="{a} {b}"' for a in "abcde" for b in "abcde"), letters(5)),
    ("wildcards", " OR ".join(f"aaa{'?' * n}*" for n in range(50)), repeated("aaaaaaaaaaaaa ")),
]
HOSTILE_TEXTS = [case[:3] for case in LONG_TEXTS] + DENSE_TEXTS


@pytest.mark.parametrize(("name", "query", "text"), HOSTILE_TEXTS, ids=[case[0] for case in HOSTILE_TEXTS])
def test_match_work_grows_linearly_with_text_length(name, query, text, monkeypatch):
    # Both texts are long, but short enough that a quadratic match fails within seconds.
    monkeypatch.setattr("monitoring.query.field_words._LONG_TEXT", 500)
    compiled = compile_query(query)
    compiled.match(Doc(text=text(2_000)))
    once = count_steps(compiled.match, Doc(text=text(2_000)))
    # Linear work grows fourfold, quadratic work sixteenfold.
    count_steps(compiled.match, Doc(text=text(8_000)), limit=7 * once)


@pytest.mark.parametrize(("name", "query", "text", "found"), LONG_TEXTS, ids=[case[0] for case in LONG_TEXTS])
def test_match_finds_the_same_in_very_long_texts(name, query, text, found):
    """Match half a million characters. Work inside one pattern or string method cannot be counted as calls: a
    quadratic one runs into the timeout of the test run here."""
    assert bool(compile_query(query).match(Doc(text=text(500_000)))) == found


def test_token_cache_size_is_bounded():
    for start in range(0, MAX_CACHED_CHUNKS + 2000, 1000):
        search_text(" ".join(f"w{number}" for number in range(start, start + 1000)))
    assert len(KEYS) <= MAX_CACHED_CHUNKS
    assert compile_query("w5").match(Doc(text="w4 w5")).spans == (("text", 3, 5),)


def test_tokenize_returns_folded_words_with_their_spans():
    text = "Aujourd’hui, l’ÉQUIPE  #JOParis2024\n@a.b 👍🏽 東京"
    norms = ["aujourdhui", "l", "equipe", "jo", "paris", "2024", "@a.b", "👍", "東", "京"]
    assert [token.norm for token in tokenize(text)] == norms
    assert [text[t.start : t.end] for t in tokenize(text)][:3] == ["Aujourd’hui", "l", "ÉQUIPE"]


def test_index_replaces_and_removes_queries():
    index = Index()
    index.add("x", "panne")
    index.add("x", "coupure OR bran*")
    assert (index.keys_of(Doc(text="panne")), index.keys_of(Doc(text="branding"))) == ([], ["x"])
    index.remove("x")
    index.remove("x")
    assert index.keys_of(Doc(text="coupure brand")) == []
    assert len(index) == 0 and "x" not in index


def test_index_matches_correctly_while_another_thread_changes_it():
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
