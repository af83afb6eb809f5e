"""Explanations: actual distances and counts, and hints for terms that nearly match."""

import importlib
import itertools
from types import SimpleNamespace

import pytest

from monitoring.query import Doc, explain
from monitoring.query.document import View
from monitoring.query.explain import explain_within

DOC = Doc("Panne chez Orange", "Le service, client ne répond pas. Orange orange, l’Été.", url="https://a.example/x")


@pytest.mark.parametrize(
    ("query", "met", "number", "found"),
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
def test_explain_returns_required_and_actual_number(query, met, number, found):
    condition = explain(query, DOC)
    assert (condition.met, condition.number, condition.found) == (met, number, found)


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
def test_explain_hints_why_a_term_is_not_met(query, hint):
    assert explain(query, DOC).hint == hint


def test_explain_keeps_spans_of_each_condition_when_query_does_not_match():
    condition = explain("absent (panne OR rien) -client", DOC)
    assert [child.met for child in condition.children] == [False, True, False]
    assert condition.spans == () and condition.children[1].spans == (("title", 0, 5),)
    assert condition.children[2].children[0].spans == (("text", 12, 18),)


def test_explain_within_returns_none_after_the_deadline(monkeypatch):
    calls = itertools.count()
    # `monitoring.query.explain` is the function; its module is found by its full name only.
    module = importlib.import_module("monitoring.query.explain")
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: float(next(calls))))
    view = View(Doc(text="a b"))
    query = " ".join(f"(a OR x{n})" for n in range(20))
    conditions = 1 + 20 + 2 * 20
    # The clock is read once at the start and once per condition; each reading takes one second.
    assert explain_within(query, view, conditions + 1).met
    started = next(calls)
    assert explain_within(query, view, 5) is None
    assert next(calls) - started <= 5 + 2
    assert explain_within("a", view, 0) is None
