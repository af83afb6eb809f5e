"""Filters by the item type, the rating and the country of posts and reviews: facets and chips."""

import pytest

from tests.factories import make_keyword, make_mention

ITEMS = [
    {"kind": "review", "rating": 1.0, "country": "FR"},
    {"kind": "review", "rating": 1.6, "country": "FR"},
    {"kind": "review", "rating": 5.0, "country": "CA"},
    {"kind": "comment"},
    {},
]


@pytest.fixture
def mentions(project):
    keyword = make_keyword(project, "Lumen", "lumen")
    return [make_mention(keyword, title=f"Lumen {number}", **fields) for number, fields in enumerate(ITEMS)]


def facets(client, url):
    shown = client.get(f"{url}{'&' if '?' in url else '?'}counts=1").context["facets"]
    return {facet.name: [(choice.label, choice.count) for choice in facet.choices] for facet in shown}


def test_facets_count_types_ratings_and_countries(as_person, viewer, at, mentions):
    shown = facets(as_person(viewer), at("mentions"))
    assert shown["Item type"] == [("Review", 3), ("Comment", 1), ("Unknown", 1)]
    assert shown["Rating"] == [("1 star", 1), ("2 stars", 1), ("5 stars", 1)]
    assert shown["Country"] == [("France", 2), ("Canada", 1)]


def test_facets_are_in_the_persons_language(as_person, viewer, at, mentions):
    viewer.language = "fr"
    viewer.save()
    shown = facets(as_person(viewer), at("mentions"))
    assert shown["Type de publication"] == [("Avis", 3), ("Commentaire", 1), ("Inconnu", 1)]
    assert shown["Note"] == [("1 étoile", 1), ("2 étoiles", 1), ("5 étoiles", 1)]
    assert shown["Pays"] == [("France", 2), ("Canada", 1)]


def test_facet_of_types_is_hidden_where_no_type_is_known(as_person, viewer, at, project):
    make_mention(make_keyword(project))
    shown = facets(as_person(viewer), at("mentions"))
    assert "Item type" not in shown
    assert (shown["Rating"], shown["Country"]) == ([], [])
    assert facets(as_person(viewer), at("mentions") + "?kind=unknown")["Item type"] == [("Unknown", 1)]


@pytest.mark.parametrize(
    ("query", "found", "chips"),
    [
        ("kind=review", {0, 1, 2}, ["Review"]),
        ("kind=unknown&kind=comment", {3, 4}, ["Comment", "Unknown"]),
        ("rating=1-2", {0, 1}, ["1 star", "2 stars"]),
        ("rating=5", {2}, ["5 stars"]),
        ("country=fr", {0, 1}, ["France"]),
        ("kind=review&rating=1-3&country=FR", {0, 1}, ["Review", "1 star", "2 stars", "3 stars", "France"]),
        ("q=kind%3Areview+rating%3A%3E%3D2", {1, 2}, ["kind:review rating:>=2"]),
    ],
)
def test_filter_shows_matching_mentions_and_chips(as_person, viewer, at, mentions, query, found, chips):
    context = as_person(viewer).get(f"{at('mentions')}?{query}").context
    assert {row.id for row in context["rows"]} == {mentions[number].pk for number in found}
    assert [chip.value for chip in context["bar"].chips] == chips


@pytest.mark.parametrize("query", ["kind=news", "rating=0", "rating=6", "rating=3-2", "rating=1-", "country=France"])
def test_unknown_value_is_a_problem(as_person, viewer, at, mentions, query):
    context = as_person(viewer).get(f"{at('mentions')}?{query}").context
    assert len(context["rows"]) == len(ITEMS)
    assert [problem.parameter for problem in context["bar"].problems] == [query.partition("=")[0]]
