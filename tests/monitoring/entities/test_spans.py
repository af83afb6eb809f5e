"""The runs of capitalized words in a text: where they begin and end, and which of them are surely names."""

import pytest

from monitoring.entities.spans import spans_of


def runs(text):
    """Return the runs of a text as it has them, each with whether it is sure."""
    return {text[run.words[0].start : run.words[-1].end]: run.is_sure for run in spans_of(text).runs}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("hier soir, Emmanuel Macron a parlé", "Emmanuel Macron"),
        ("un vol vers La Nouvelle-Orléans demain", "La Nouvelle-Orléans"),
        ("on a visité Notre-Dame de la Garde hier", "Notre-Dame de la Garde"),
        ("chez L’Oréal Paris on attend", "L’Oréal Paris"),
        ("la nouvelle version d’Angers", "Angers"),
        ("the new Ronald McDonald is here", "Ronald McDonald"),
        ("we met O’Brien there", "O’Brien"),
        ("we all met Dr. Martin Luther King there once again", "Martin Luther King"),
        ("I want an iPhone 15 now", "iPhone 15"),
        ("I want one from H&M now", "H&M"),
        ("a bag by Dolce & Gabbana please", "Dolce & Gabbana"),
        ("we love Sony's new phone", "Sony"),
        ("we are back for International Women’s Day again", "International Women’s Day"),
        ("iPhone again", "iPhone"),
        ("thanks @Marie.Dupont", "@Marie.Dupont"),
    ],
)
def test_a_name_is_found_whole(text, name):
    assert runs(text)[name]


def test_a_possessive_separates_two_names():
    assert runs("we saw Apple's Tim Cook there") == {"Apple": True, "Tim Cook": True}


@pytest.mark.parametrize(
    "text",
    [
        "Livraison en retard",
        "Fini. Livraison en retard",
        "« Livraison en retard »",
        "https://a.example/x Livraison en retard",
        "#colis Livraison en retard",
        "😀 Livraison en retard",
        "@anne Livraison en retard",
    ],
)
def test_the_start_of_a_sentence_is_not_sure(text):
    assert runs(text)["Livraison"] is False


def test_capitals_and_titles_are_not_sure():
    assert not any(runs("MERDE ENCORE UNE PANNE CHEZ ORANGE").values())
    assert not any(runs("Seven Ways Everyone Loves Their Lamps Tonight").values())
    assert runs("encore une panne chez SNCF")["SNCF"]


@pytest.mark.parametrize(
    "text",
    [
        "on se voit Lundi",
        "I'm sure that I'll come",
        "un avis de Français",
        "see you in May 2026",
        "it is Don't",
        "LOL",
    ],
)
def test_words_with_a_capital_letter_that_are_no_names(text):
    assert not runs(text)


def test_titles_and_greetings_are_no_part_of_a_name():
    assert runs("Merci Maison Lumen")["Maison Lumen"]
    assert runs("selon le Président Macron")["Macron"]


def test_a_year_is_no_part_of_a_name():
    assert "Paris 2024" not in runs("on ira à Paris 2024")


def test_hashtags_are_cut_at_their_capitals():
    (run,) = spans_of("vive #EmmanuelMacron").runs
    assert [word.norm for word in run.words] == ["emmanuel", "macron"] and not run.is_sure
