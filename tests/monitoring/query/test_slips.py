"""Queries that are valid but hardly mean what they say: the suggestion, what stays valid, and saved queries."""

import pytest

from monitoring.query import Doc, QueryError, compile_query, parse, to_text
from monitoring.query.known_values import LANGUAGES, PLATFORMS


@pytest.mark.parametrize(
    ("query", "suggestion"),
    [
        ("a NEAR/x b", "NEAR/5"),
        ("a NEAR/3x b", "NEAR/3"),
        ("a NEAR7 b", "NEAR/7"),
        ("a near/5 b", "NEAR/5"),
        ("a NEAR:4 b", "NEAR/4"),
        ("a NEAR-4 b", "NEAR/4"),
        ("a NEAR/-3 b", "NEAR/3"),
        ("a NEAR/99999 b", "NEAR/5"),
        ("a ONEAR3 b", "ONEAR/3"),
        ("a w/5 b", "NEAR/5"),
        ('"a b"~4', "NEAR/4"),
        ("a and/or b", "OR"),
        ("a || b", "OR"),
        ("a && b", "AND"),
        ("Dolce & Gabbana", "AND"),
        ("a !b", "-b"),
        ("MIN2 (a b)", "MIN/2(a, b, c)"),
        ("panne^2", "panne"),
        ("lang:french", "lang:fr"),
        ("lang:Français", "lang:fr"),
        ("lang:fre", "lang:fr"),
        ("lang:anglais", "lang:en"),
        ("lang:fr*", "lang:fr"),
        ("lang:zz9", ""),
        ("platform:masto", "platform:mastodon"),
        ("platform:Twitter", "platform:x"),
        ("country:France", "country:fr"),
        ("country:uk", "country:gb"),
        ("kind:reviews", "kind:review"),
        ("type:avis", "kind:review"),
        ("kind:com", "kind:comment"),
        ("rating:1-2", "rating:<=2"),
        ("rating:4-5", "rating:>=4"),
        ("rating:2-3", ""),
        ("rating:<1", ""),
        ("rating:(1 2) a", "rating:(1 OR 2)"),
        ("site:lemonde", "url:lemonde"),
        ("site:*.lemonde.fr", "site:lemonde.fr"),
        ("lang:(fr en) a", "lang:(fr OR en)"),
        ("a lang:fr (b OR c) lang:en", "lang:(fr OR en)"),
        ("platform:feed platform:reddit a", "platform:(feed OR reddit)"),
        ("a ANDNOT b", "NOT"),
        ("a NON b", "SAUF"),
        ("a AROUND(3) b", "NEAR/3"),
        ("title=panne", "title:panne"),
        ("langue=fr", "lang:fr"),
        ("title :panne", "title:panne"),
        ("'service client'", '"service client"'),
        ("‘service client’", '"service client"'),
        ('"service * client"', '"service" ONEAR/2 "client"'),
        ("{x} a", "{2} a"),
        ("{ } a", "{2} a"),
        ("{x a", "{2} a"),
        ("{2,5} a", "{2} a"),
        ("= Orange", "=Orange"),
        ('= "La Poste"', '="La Poste"'),
    ],
)
def test_parse_suggests_what_was_probably_meant(query, suggestion):
    with pytest.raises(QueryError) as caught:
        parse(query)
    assert caught.value.suggestion == suggestion


@pytest.mark.parametrize(
    "query",
    [
        *("near-field", "nearby", "nearshore OR nears", "min", "minute", "w3c", "24/7", "AC/DC", "c++", "tcp/ip"),
        *("l'oréal aujourd'hui", "rock 'n' roll", "'tis the season", "les '80s", "O'Brien d'Orange"),
        *("lang:fr", "lang:FR_ca", "lang:gsw", "lang:(fr OR en)", "site:fr", "site:.fr", "site:paris", "site:co.uk"),
        *(
            "site:xyz",
            'site:"intranet"',
            "lang:fr lang:fr-ca",
            "lang:fr -lang:fr-ca",
            "lang:fr a OR lang:en b",
            "NON",
            "around (3)",
        ),
        *(
            "country:FR",
            "platform:feed",
            "rating:<=2",
            "note:>3",
            "kind:Review",
            "platform:Mastodon",
            '"service client*"',
            "url:page?id",
            "E=mc2",
        ),
        *("author:'jane", '"qui? quoi"', "10~20", "#near5"),
    ],
)
def test_parse_accepts_words_that_resemble_operators(query):
    parse(query)


@pytest.mark.parametrize(
    "query", ["a NEAR5 b", "a lang:french", "platform:masto", "'service client'", '"service * client"', "title=a"]
)
def test_saved_query_with_a_slip_still_compiles(query):
    assert to_text(parse(query, saved=True))
    compile_query(query, saved=True).match(Doc(text="a b"))


def test_suggestions_are_valid_values():
    assert {"fr", "en", "de"} <= LANGUAGES
    assert {"feed", "mastodon"} <= set(PLATFORMS)
