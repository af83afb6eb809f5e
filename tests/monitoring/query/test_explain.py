"""What an explanation tells beyond whether each clause holds: how near, how often, and what nearly held."""

import time

import pytest

from monitoring.query import Doc, explain
from monitoring.query.document import View
from monitoring.query.explain import explain_within

DOC = Doc("Panne chez Orange", "Le service, client ne répond pas. Orange orange, l’Été.", url="https://a.example/x")


@pytest.mark.parametrize(
    ("query", "held", "number", "found"),
    [
        ("orange", True, 0, 3),
        ("absent", False, 0, 0),
        ("service NEAR/2 pas", False, 2, 4),
        ("service NEAR/9 pas", True, 9, 4),
        ("pas ONEAR/9 service", False, 9, 0),
        ("panne NEAR/9 client", False, 9, 0),
        ("{2} orange", True, 2, 3),
        ("{4} orange", False, 4, 3),
        ("MIN/2(panne, absent, rien)", False, 2, 1),
        ("MIN/2(panne, client, rien)", True, 2, 2),
    ],
)
def test_a_clause_says_what_there_is_beside_what_is_asked(query, held, number, found):
    clause = explain(query, DOC)
    assert (clause.held, clause.number, clause.found) == (held, number, found)


@pytest.mark.parametrize(
    ("query", "hint"),
    [
        ("=ORANGE", "other_form"),
        ("=été", "other_form"),
        ("title:client", "elsewhere"),
        ("text:panne", "elsewhere"),
        ('"client service"', "apart"),
        ('"client absent"', ""),
        ("absent", ""),
        ("=absent", ""),
        ("site:b.example", ""),
        ("author:orange", ""),
        ("orange", ""),
    ],
)
def test_a_term_that_fails_says_what_would_have_been_found(query, hint):
    assert explain(query, DOC).hint == hint


def test_every_clause_of_a_failing_query_keeps_what_it_found():
    clause = explain("absent (panne OR rien) -client", DOC)
    assert [child.held for child in clause.children] == [False, True, False]
    assert clause.spans == () and clause.children[1].spans == (("title", 0, 5),)
    assert clause.children[2].children[0].spans == (("text", 12, 18),)


def test_what_would_take_too_long_is_given_up():
    text = "a b " * 25_000
    wide = " ".join(f"(a OR x{n})" for n in range(800))
    started = time.monotonic()
    assert explain_within(wide, View(Doc(text=text)), 0.2) is None
    assert time.monotonic() - started < 5
    assert explain_within("a", View(Doc(text=text)), 0) is None
