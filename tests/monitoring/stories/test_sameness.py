"""Near-identical items are distinguished from items of one template, on the labeled pairs and in single cases."""

import pytest

from monitoring.stories.keys import keys_of
from monitoring.stories.sameness import similarity
from monitoring.stories.words import StoryText
from tests.monitoring.stories.evaluate import HALVES, evaluate, read

ARTICLE = (
    "Le fabricant Lumen rappelle 12 000 lampes vendues depuis mars. Le transformateur peut surchauffer, a précisé la"
    " marque. Trois clients ont constaté un début de fonte du socle. Ils seront remboursés sans ticket de caisse."
)


def same(one, other, *, is_review=False):
    return similarity(StoryText("", one, is_review), StoryText("", other, is_review)) > 0


def test_labeled_set_is_large_and_has_both_languages_and_labels():
    pairs, items = read("pairs.jsonl"), {item["id"]: item for item in read("items.jsonl")}
    assert len(pairs) >= 300 and len({(pair["a"], pair["b"]) for pair in pairs}) == len(pairs)
    for half in HALVES:
        labels = [pair["same"] for pair in pairs if pair["half"] == half]
        languages = {items[pair["a"]]["language"] for pair in pairs if pair["half"] == half}
        assert min(labels.count(True), labels.count(False)) >= 60 and languages == {"fr", "en"}
    halves = {name: {pair["half"] for pair in pairs if name in (pair["a"], pair["b"])} for name in items}
    assert all(len(found) == 1 for found in halves.values())


@pytest.mark.parametrize("half", HALVES)
def test_labeled_pairs_reach_precision_and_recall(half):
    result = evaluate(half)
    assert result.precision >= 0.98, result.mistakes
    assert result.recall >= 0.9, result.mistakes


def test_typography_agency_and_boilerplate_make_no_difference():
    other = "PARIS, 12 mars (AFP) - " + ARTICLE.replace("12 000", "12\u202f000").upper().lower() + " Lire la suite"
    assert same(ARTICLE, other)
    assert StoryText("", other).words == StoryText("", ARTICLE).words


def test_one_corrected_number_is_tolerated_in_a_long_text_only():
    long = " ".join(f"Phrase numéro {word} de ce très long texte sans autre chiffre." for word in "abcdefghijklmno")
    assert same(f"Il y a 12 blessés. {long}", f"Il y a 13 blessés. {long}")
    assert not same(ARTICLE, ARTICLE.replace("12 000", "9 000"))


def test_short_text_and_short_review_are_no_story_even_if_equal():
    assert not same("Merci beaucoup pour tout", "Merci beaucoup pour tout")
    review = "Très bon produit, livraison rapide et soignée, je recommande vivement ce site à tous."
    assert same(review, review) and not same(review, review, is_review=True)


def test_item_without_text_is_compared_by_its_title():
    title = "Le pont suspendu de Tonnay rouvrira samedi"
    assert similarity(StoryText(title, ""), StoryText(f"{title} - Sud Ouest", ARTICLE)) > 0
    assert similarity(StoryText("Info du jour", ""), StoryText("Info du jour", ARTICLE)) == 0


def test_hostile_texts_are_compared_in_bounded_work():
    assert not same("a " * 200_000, "b " * 200_000)
    assert same("lampe rouge bleue " * 60_000, "lampe rouge bleue " * 60_000)
    for text in ("", "\n\n", "©" * 1000, "(" * 5000, "12 000 " * 5000, "\u0301" * 100, "你好世界" * 50):
        assert isinstance(keys_of(StoryText(text, text), 1), list)


def test_keys_of_two_projects_have_nothing_in_common():
    text = StoryText("Lumen rappelle 12 000 lampes de bureau", ARTICLE)
    assert keys_of(text, 1) == keys_of(text, 1)
    assert not set(keys_of(text, 1)) & set(keys_of(text, 2))
    assert all(-(2**63) <= key < 2**63 for key in keys_of(text, 1))
