"""The terms that name a theme: those that tell it from the others, in each language, without the words of keywords."""

from monitoring.themes.names import Text, still_fits, terms_of

LATE = [
    "Le retard de livraison de ma lampe dépasse trois semaines",
    "Encore un retard de livraison, le colis n’est pas là",
    "Le colis est perdu, quel retard de livraison",
    "Toujours pas de colis, trois semaines de retard",
]
PRAISE = [
    "Cette lampe est magnifique dans mon salon",
    "Un design magnifique, la lampe éclaire tout le salon",
    "Magnifique lumière pour le salon",
    "La lampe Lumen est superbe",
]
LATE_EN = ["The parcel is late again", "My parcel never came", "Where is the parcel?", "Late parcel, as usual"]
PRAISE_EN = ["Gorgeous lamp in the kitchen", "So gorgeous, love it", "The kitchen looks gorgeous", "A gorgeous glow"]


def texts(groups, language):
    return [Text(text, language, number) for number, group in enumerate(groups) for text in group]


def test_terms_tell_a_theme_from_the_others():
    late, praise = (terms_of(texts([LATE, PRAISE], "fr"), ["fr"], ())[number]["fr"] for number in (0, 1))
    assert late[0] == "retard de livraison" and "colis" in late[:3]
    assert set(praise[:2]) == {"magnifique", "salon"}


def test_each_language_has_the_terms_of_its_own_texts():
    found = terms_of([*texts([LATE, PRAISE], "fr"), *texts([LATE_EN, PRAISE_EN], "en")], ["fr", "en"], ())
    assert found[0]["en"][0] == "parcel" and found[1]["en"][0] == "gorgeous"
    assert found[0]["fr"][0] == "retard de livraison"


def test_a_language_with_few_texts_has_the_terms_of_the_main_one():
    found = terms_of([*texts([LATE, PRAISE], "fr"), Text("late", "en", 0)], ["fr", "en"], ())
    assert found[0]["en"] == found[0]["fr"]


def test_words_of_keywords_and_stop_words_are_left_out():
    found = terms_of(texts([LATE, PRAISE], "fr"), ["fr"], {"magnifique"})
    words = " ".join(found[1]["fr"] + found[0]["fr"]).split()
    assert not {"magnifique", "cette", "est", "toujours", "le"} & set(words)


def test_no_two_terms_have_a_word_in_common():
    found = terms_of(texts([LATE, PRAISE], "fr"), ["fr"], ())
    words = [word for term in found[0]["fr"] for word in term.split() if word != "de"]
    assert len(words) == len(set(words))


def test_texts_without_words_have_no_terms():
    assert terms_of(texts([["🙂", "", "<br>", "123"], LATE], "fr"), ["fr"], ())[0] == {"fr": []}


def test_a_name_fits_while_half_of_it_is_among_the_terms():
    assert still_fits(["colis", "retard"], ["suivi", "colis"])
    assert not still_fits(["colis", "retard", "suivi"], ["suivi", "prix"])
    assert not still_fits([], ["colis"])
