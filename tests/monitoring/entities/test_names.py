"""Names by the evidence of several texts: what is one, and which spellings are one name."""

from hypothesis import given
from hypothesis import strategies as st

from monitoring.entities.names import find_names
from monitoring.insights.names import search_for
from monitoring.query import Doc, compile_query


def found(*texts):
    return [sorted(names) for names in find_names(texts).names]


def test_a_word_at_the_start_of_a_sentence_is_a_name_if_other_texts_say_so():
    texts = ("Halovia ne répond pas", "j’ai écrit à Halovia hier", "Livraison lente", "une livraison lente")
    assert found(*texts) == [["halovia"], ["halovia"], [], []]


def test_a_word_that_is_mostly_in_lower_case_is_no_name():
    texts = ("la Lampe est belle", "une lampe", "ma lampe", "cette lampe")
    assert found(*texts) == [[], [], [], []]


def test_spellings_of_a_name_are_one():
    texts = ("vu à Orléans hier", "vu à ORLEANS hier", "Orléans’s best", "#orléans", "vu à Orléans")
    assert found(*texts) == [["orleans"]] * 5
    tagged = ("avec Emmanuel Macron hier", "avec #EmmanuelMacron", "avec @EmmanuelMacron", "pour Emmanuel Macron ici")
    assert found(*tagged) == [["emmanuelmacron"]] * 4


def test_an_article_and_a_plural_make_no_other_name():
    assert found("on lit Le Monde ici", "on lit le Monde ici", "la une du Monde") == [["monde"]] * 3
    assert found("a Tesla here", "two Teslas here", "my Tesla") == [["tesla"]] * 3


def test_a_common_word_before_a_name_is_left_out():
    texts = ("Commande Halovia annulée", "ma commande", "ta commande", "chez Halovia hier")
    assert found(*texts)[0] == ["halovia"]


def test_two_names_with_a_small_word_between_them_are_two():
    texts = ("la boutique Rivacom de Périgueux ferme", "on aime Rivacom ici", "merci à Rivacom ici")
    assert found(*texts)[0] == ["perigueux", "rivacom"]


def test_nouns_are_names_only_with_other_words():
    assert found("le Conseil a voté", "la Banque Valmorin a dit") == [[], ["banquevalmorin"]]


def test_a_phrase_that_others_write_in_lower_case_is_no_name():
    texts = ("un Colis Perdu encore", "un colis perdu", "mon colis perdu", "leur colis perdu")
    assert found(*texts)[0] == []


@given(st.lists(st.text() | st.text(alphabet="Aa'’ .#@&-É1\n\"Éñ+*?~()", max_size=40), max_size=4))
def test_any_text_gives_names_that_a_search_finds(texts):
    result = find_names(texts)
    for spellings in result.spellings.values():
        for spelling in spellings:
            query = compile_query(search_for(spelling))
            assert any(query.match(Doc(text=text)) for text in texts), (spelling, texts)
