"""The passage of a text about one of its keywords."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.sentiment.target_passage import PASSAGE_CHARS, passage
from tests.monitoring.steps import count_steps


def spans_of(text, word):
    return [found.span() for found in re.finditer(re.escape(word), text, re.IGNORECASE)]


def passage_about(word, text, *others, title=""):
    def spans(words):
        return {
            "title": [span for one in words for span in spans_of(title, one)],
            "text": [span for one in words for span in spans_of(text, one)],
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
def test_passage_contains_the_clauses_about_the_keyword(text, bivoltel, kadrium):
    assert passage_about("Bivoltel", text, "Kadrium") == bivoltel
    assert passage_about("Kadrium", text, "Bivoltel") == kadrium


def test_passage_is_whole_short_text_without_other_keywords():
    assert passage_about("Lumen", "Jolie lampe. Chez Lumen, bien sûr. Bravo !", title="Vu hier") == (
        "Vu hier\nJolie lampe. Chez Lumen, bien sûr. Bravo !"
    )


def test_passage_of_long_text_is_title_and_sentences_around_keyword():
    filler = "Rien à voir avec la marque. " * 60
    found = passage_about("Lumen", filler + "Lumen a tout cassé. Personne n'a répondu. " + filler, title="La journée")
    assert found == "La journée\nLumen a tout cassé.\nPersonne n'a répondu."


def test_passage_contains_spans_that_two_keywords_share():
    assert passage_about("Lumen Pro", "La Lumen Pro est superbe", "Lumen") == "La Lumen Pro est superbe"


def test_passage_is_whole_text_when_keyword_has_no_span():
    assert passage_about("Lumen", "Tout va bien") == "Tout va bien"


@given(
    text=st.text(alphabet="ab .,;!?\n-éX Y", max_size=200),
    title=st.text(alphabet="ab .XY", max_size=30),
)
def test_passage_consists_of_words_of_any_text(text, title):
    found = passage_about("X", text, "Y", title=title)
    assert len(found) <= PASSAGE_CHARS
    words = re.compile(r"[abéXY]+")
    assert set(words.findall(found)) <= set(words.findall(f"{title}\n{text}"))
    if "X" in text or "X" in title:
        assert "X" in found


REPEATED = ["X est bien, Y non. ", "X, Y, ", "X Y", "X et "]


@pytest.mark.parametrize("piece", REPEATED)
def test_passage_is_bounded_when_text_is_very_long(piece):
    assert 0 < len(passage_about("X", piece * 50_000, "Y")) <= PASSAGE_CHARS


@pytest.mark.parametrize("piece", REPEATED)
def test_passage_work_grows_linearly_with_text_length(piece):
    once = count_steps(passage_about, "X", piece * 500, "Y")
    # Linear work grows fourfold, quadratic work sixteenfold.
    count_steps(passage_about, "X", piece * 2_000, "Y", limit=7 * once)
