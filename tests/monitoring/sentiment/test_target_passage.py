"""Which part of a text is judged for which of the brands that it names."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.sentiment.target_passage import PASSAGE_CHARS, passage


def where(text, word):
    return [found.span() for found in re.finditer(re.escape(word), text, re.IGNORECASE)]


def said_of(word, text, *others, title=""):
    def spans(words):
        return {
            "title": [span for one in words for span in where(title, one)],
            "text": [span for one in words for span in where(text, one)],
        }

    return passage(title, text, spans([word]), spans(others))


CASES = [
    ("Bivoltel est nul, heureusement Kadrium est là", "Bivoltel est nul", "heureusement Kadrium est là"),
    ("I love Kadrium but Bivoltel is a joke", "but Bivoltel is a joke", "I love Kadrium"),
    (
        "Marre de Bivoltel. Le SAV ne répond jamais. Je passe chez Kadrium, ils sont top !",
        "Marre de Bivoltel. Le SAV ne répond jamais.",
        "Je passe chez Kadrium, ils sont top !",
    ),
    (
        "Kadrium and Bivoltel are both great",
        "Kadrium and Bivoltel are both great",
        "Kadrium and Bivoltel are both great",
    ),
    ("Kadrium est meilleur que Bivoltel", "Kadrium est meilleur que Bivoltel", "Kadrium est meilleur que Bivoltel"),
    ("Bivoltel : trois heures de panne ; Kadrium : rien", "Bivoltel : trois heures de panne", "Kadrium : rien"),
    ("Bivoltel augmente ses prix\nKadrium les baisse", "Bivoltel augmente ses prix", "Kadrium les baisse"),
]


@pytest.mark.parametrize(("text", "bivoltel", "kadrium"), CASES, ids=range(len(CASES)))
def test_each_brand_is_judged_on_its_own_clause(text, bivoltel, kadrium):
    assert said_of("Bivoltel", text, "Kadrium") == bivoltel
    assert said_of("Kadrium", text, "Bivoltel") == kadrium


def test_a_short_text_that_names_nobody_else_is_judged_whole():
    assert said_of("Lumen", "Jolie lampe. Chez Lumen, bien sûr. Bravo !", title="Vu hier") == (
        "Vu hier\nJolie lampe. Chez Lumen, bien sûr. Bravo !"
    )


def test_a_long_text_is_judged_by_its_title_and_the_sentences_around_the_brand():
    filler = "Rien à voir avec la marque. " * 60
    found = said_of("Lumen", filler + "Lumen a tout cassé. Personne n'a répondu. " + filler, title="La journée")
    assert found == "La journée\nLumen a tout cassé.\nPersonne n'a répondu."


def test_what_two_keywords_both_find_belongs_to_each():
    assert said_of("Lumen Pro", "La Lumen Pro est superbe", "Lumen") == "La Lumen Pro est superbe"


def test_a_brand_found_elsewhere_than_in_the_words_is_judged_by_the_whole():
    assert said_of("Lumen", "Tout va bien") == "Tout va bien"


@given(
    text=st.text(alphabet="ab .,;!?\n-éX Y", max_size=200),
    title=st.text(alphabet="ab .XY", max_size=30),
)
def test_any_text_gives_a_passage_of_its_own_words(text, title):
    found = said_of("X", text, "Y", title=title)
    assert len(found) <= PASSAGE_CHARS
    words = re.compile(r"[abéXY]+")
    assert set(words.findall(found)) <= set(words.findall(f"{title}\n{text}"))
    if "X" in text or "X" in title:
        assert "X" in found


@pytest.mark.parametrize("piece", ["X est bien, Y non. ", "X, Y, ", "X Y", "X et "])
@pytest.mark.timeout(20)
def test_a_huge_text_does_not_stall_a_batch(piece):
    assert 0 < len(said_of("X", piece * 50_000, "Y")) <= PASSAGE_CHARS
