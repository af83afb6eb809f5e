"""The built-in model as the rest of Vigie sees it: texts and languages in, probabilities out."""

import subprocess
import sys
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.sentiment import LABELS, UNCERTAIN, label_of, load
from monitoring.sentiment.model import FILE
from tests.docs.test_docs import DOCS

PLAIN = [
    ("fr", "positive", "Service client au top, merci beaucoup, je recommande !"),
    ("fr", "positive", "J'adore cette nouvelle boutique, les vendeurs sont adorables 😍"),
    ("fr", "negative", "Encore une panne ce matin, c'est scandaleux, j'en ai marre"),
    ("fr", "negative", "Trois semaines que j'attends mon colis, service client injoignable. Honteux."),
    ("fr", "neutral", "À quelle heure ouvre la boutique de Lyon le samedi ?"),
    ("fr", "neutral", "Conférence de presse mardi à 10h au siège de l'entreprise"),
    ("en", "positive", "Absolutely love this phone, best purchase I've made this year"),
    ("en", "positive", "Great service, friendly staff, thank you so much!"),
    ("en", "negative", "Worst airline ever, my flight was cancelled and nobody helped"),
    ("en", "negative", "The app keeps crashing and support is useless"),
    ("en", "neutral", "What time does the store open on Sunday?"),
    ("es", "positive", "Me encanta este restaurante, la comida es increíble"),
    ("es", "negative", "Qué vergüenza de servicio, pésima atención"),
    ("de", "positive", "Super Service, vielen Dank, ich bin begeistert!"),
    ("de", "negative", "Schrecklicher Service, ich bin total enttäuscht"),
    ("it", "positive", "Fantastico, grazie mille, servizio eccellente!"),
    ("pt", "negative", "Péssimo atendimento, que vergonha, nunca mais"),
    ("ar", "positive", "شكرا جزيلا، خدمة رائعة وممتازة"),
]

ODD = {
    "empty": "",
    "spaces": " \n\t\r ",
    "one emoji": "😍",
    "only a mark": "?",
    "controls": "\x00\x01\x02 bad \x1f\x7f\x85",
    "a lone surrogate": "nul \ud800 nul \udfff",
    "mixed scripts": "سيء very bad плохо 悪い बुरा 나쁜 nul",
    "joiners and accents alone": "\u0301\u0301\u200d\ufe0f\u0640",
    "beyond the tables": "\U000e0001\U0010ffff\U00030000",
    "one long word": "a" * 1_000_000,
    "a megabyte of words": "panne nul " * 100_000,
    "a megabyte of accents": "e" + "\u0301" * 1_000_000,
    "a megabyte of lines": "\n" * 1_000_000,
    "a megabyte of addresses": "@" * 500_000 + "http://" * 70_000,
}


def labels(texts, languages):
    return [LABELS[place] for place in load().probabilities(texts, languages).argmax(axis=1)]


@pytest.mark.parametrize(("language", "label", "text"), PLAIN, ids=[f"{row[0]}-{n}" for n, row in enumerate(PLAIN)])
def test_a_plain_opinion_is_read_as_anyone_would_read_it(language, label, text):
    assert labels([text], [language]) == [label]


@pytest.mark.parametrize("name", ODD)
def test_an_odd_text_gets_probabilities_without_delay(name):
    model = load()
    begun = time.perf_counter()
    (row,) = model.probabilities([ODD[name]], [""])
    assert time.perf_counter() - begun < 1
    assert row.sum() == pytest.approx(1) and (row >= 0).all()
    assert len(model.features([ODD[name]]).bounds) == 2


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=60), st.sampled_from(["", "fr", "en-GB", "ar", "nl", "?"])), max_size=6))
def test_a_text_is_judged_alike_alone_and_among_others(rows):
    model = load()
    texts, languages = [text for text, _ in rows], [language for _, language in rows]
    together = model.probabilities(texts, languages)
    assert together.shape == (len(rows), 3)
    for row, text, language in zip(together, texts, languages, strict=True):
        assert np.allclose(model.probabilities([text], [language])[0], row, atol=1e-5)


def test_more_texts_than_a_chunk_stay_in_their_order():
    texts, languages = [row[2] for row in PLAIN] * 40, [row[0] for row in PLAIN] * 40
    rows = load().probabilities(texts, languages)
    assert np.allclose(rows[: len(PLAIN)], rows[-len(PLAIN) :], atol=1e-5)


def test_a_negation_turns_a_word_round():
    rows = load().probabilities(
        ["Je suis content du service", "Je ne suis pas content du service", "I am happy", "I am not happy"],
        ["fr", "fr", "en", "en"],
    )
    assert (rows[[1, 3], 0] > rows[[0, 2], 0] + 0.3).all()


def test_a_region_of_a_language_counts_as_the_language():
    text = "pas pire pantoute, on est ben contents"
    french, canadian, unknown = load().probabilities([text] * 3, ["fr", "fr-CA", ""])
    assert np.allclose(french, canadian, atol=1e-5)
    assert not np.allclose(french, unknown, atol=1e-3)


def test_a_label_below_the_threshold_is_unsure():
    assert label_of([0.2, 0.2, 0.6], 0.6) == "positive"
    assert label_of([0.2, 0.21, 0.59], 0.6) == UNCERTAIN
    assert label_of(np.array([0.7, 0.1, 0.2]), 0.5) == "negative"


def test_the_model_is_small_known_by_its_version_and_loaded_once():
    assert FILE.stat().st_size <= 12_000_000
    assert load() is load()
    assert 0.34 < load().threshold < 0.95


def test_the_card_is_that_of_the_kept_model():
    assert load().version in (DOCS / "sentiment-model.md").read_text()


def test_the_kept_model_knows_the_lexicon_as_it_is_written():
    from monitoring.sentiment.lexicon import compiled

    written = compiled((FILE.parent / "training" / "lexicon.txt").read_text(encoding="utf-8"))
    assert (written.keys == load().lexicon.keys).all()
    assert (written.ideas == load().lexicon.ideas).all()


def test_judging_needs_neither_django_nor_what_trains():
    code = """
import sys
from monitoring.sentiment import load
load().probabilities(["nul"], ["fr"])
print({name.partition(".")[0] for name in sys.modules} & {"django", "scipy", "sklearn", "torch", "celery"})
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (done.stdout.strip(), done.stderr) == ("set()", "")
