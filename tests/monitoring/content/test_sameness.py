"""The rule by which entries of several sources with one address are the same item."""

import pytest

from monitoring.content.sameness import Texts, is_same_item

ARTICLE = (
    "Lumora ouvre une boutique à Lyon, rue de la République. La marque de lampes y présente sa collection d’hiver,"
    " dessinée à Nantes et fabriquée dans le Jura. Le magasin emploie douze personnes."
)
SUMMARY = ARTICLE.split(". La", maxsplit=1)[0]
TITLE = "Lumora ouvre une boutique"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((TITLE, ARTICLE), (TITLE, ARTICLE)),
        ((TITLE, ARTICLE), ("LUMORA OUVRE UNE BOUTIQUE !", "lumora ouvre une  boutique")),
        ((TITLE, SUMMARY), (TITLE, ARTICLE)),
        ((TITLE, ARTICLE[:90] + "…"), ("Autre titre", ARTICLE)),
        ((TITLE, ARTICLE + " Lire la suite"), (TITLE, ARTICLE)),
        ((TITLE, ARTICLE.replace("douze", "treize")), (TITLE, ARTICLE)),
        ((TITLE, ""), (TITLE, ARTICLE)),
        ((TITLE, TITLE), (TITLE, ARTICLE)),
        ((TITLE, ""), (f"{TITLE} - Le Phare", "")),
        (("", ARTICLE), ("Un titre", ARTICLE)),
        (("", "Panne générale"), ("Panne générale", "")),
        (("", "Court"), ("", "court")),
        ((TITLE, "Une brève"), (TITLE, "Une brève, puis la suite du texte")),
    ],
)
def test_items_are_the_same_when_texts_agree(one, other):
    assert is_same_item(Texts(*one), Texts(*other))
    assert is_same_item(Texts(*other), Texts(*one))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((TITLE, ARTICLE), (TITLE, "Mon avis : la boutique arrive trop tard, et elle est trop chère pour moi.")),
        ((TITLE, ARTICLE), ("Mon avis", "Une boutique à Lyon")),
        ((TITLE, ARTICLE), ("À lire ailleurs", "")),
        ((TITLE, ""), ("Lumora ferme une boutique", "")),
        (("Lumora - 1.0", ""), ("Lumora - 2.0", "")),
        (("Incident", "Numéro 1"), ("Incident", "Numéro 2")),
        (("", "Bonjour"), ("", "La panne dure depuis midi")),
        (("", ""), ("", "")),
        (("Un", ""), ("", "Bonjour tout le monde")),
    ],
)
def test_items_differ_when_texts_or_titles_disagree(one, other):
    assert not is_same_item(Texts(*one), Texts(*other))
    assert not is_same_item(Texts(*other), Texts(*one))


def test_comparison_of_long_texts_takes_linear_time():
    from tests.monitoring.steps import count_steps

    def compare(words):
        text = " ".join(f"mot{number}" for number in range(words))
        return is_same_item(Texts("", text), Texts("", text.replace("mot7", "x") + " fin"))

    assert count_steps(compare, 20_000) < 15 * count_steps(compare, 2_000)
