"""The base model: texts and languages in, probabilities out."""

import re
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.sentiment import LABELS, UNCERTAIN, label_of, load
from monitoring.sentiment.lexicon import compile_lexicon
from monitoring.sentiment.model import FILE
from monitoring.sentiment.text import HEAD, TAIL, tokenize_batch
from tests.docs.test_docs import DOCS

TRAINING = FILE.parent / "training"
CARD = (DOCS / "sentiment-model.md").read_text(encoding="utf-8")

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

UNUSUAL = {
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
def test_model_recognizes_plain_opinions(language, label, text):
    assert labels([text], [language]) == [label]


@pytest.mark.parametrize("name", UNUSUAL)
def test_probabilities_are_valid_for_unusual_texts(name):
    model = load()
    (row,) = model.probabilities([UNUSUAL[name]], [""])
    assert row.sum() == pytest.approx(1) and (row >= 0).all()
    assert len(model.features([UNUSUAL[name]]).bounds) == 2


@pytest.mark.parametrize("name", UNUSUAL)
def test_features_of_a_text_are_bounded_however_long_it_is(name):
    batch = tokenize_batch([UNUSUAL[name]])
    assert len(batch.letters) <= HEAD + TAIL + 3  # the line breaks around the text, and a space between its ends
    assert len(batch.starts) <= len(batch.letters)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=60), st.sampled_from(["", "fr", "en-GB", "ar", "nl", "?"])), max_size=6))
def test_probabilities_do_not_depend_on_other_texts(rows):
    model = load()
    texts, languages = [text for text, _ in rows], [language for _, language in rows]
    together = model.probabilities(texts, languages)
    assert together.shape == (len(rows), 3)
    for row, text, language in zip(together, texts, languages, strict=True):
        assert np.allclose(model.probabilities([text], [language])[0], row, atol=1e-5)


def test_probabilities_keep_order_of_texts_beyond_one_chunk():
    texts, languages = [row[2] for row in PLAIN] * 40, [row[0] for row in PLAIN] * 40
    rows = load().probabilities(texts, languages)
    assert np.allclose(rows[: len(PLAIN)], rows[-len(PLAIN) :], atol=1e-5)


def test_negation_reverses_sentiment():
    rows = load().probabilities(
        ["Je suis content du service", "Je ne suis pas content du service", "I am happy", "I am not happy"],
        ["fr", "fr", "en", "en"],
    )
    assert (rows[[1, 3], 0] > rows[[0, 2], 0] + 0.3).all()


def test_region_of_language_tag_is_ignored():
    text = "pas pire pantoute, on est ben contents"
    french, canadian, unknown = load().probabilities([text] * 3, ["fr", "fr-CA", ""])
    assert np.allclose(french, canadian, atol=1e-5)
    assert not np.allclose(french, unknown, atol=1e-3)


def test_label_of_returns_uncertain_below_threshold():
    assert label_of([0.2, 0.2, 0.6], 0.6) == "positive"
    assert label_of([0.2, 0.21, 0.59], 0.6) == UNCERTAIN
    assert label_of(np.array([0.7, 0.1, 0.2]), 0.5) == "negative"


def test_model_file_is_small_and_loaded_once():
    assert FILE.stat().st_size <= 12_000_000
    assert load() is load()
    assert 0.34 < load().threshold < 0.95


def test_model_card_describes_the_model_file():
    assert f"Version `{load().version}`" in CARD
    assert f"{load().threshold:.3f}" in CARD


def test_model_card_agrees_with_its_template():
    position = 0
    for text in re.split(r"\{[^{}]+\}", (TRAINING / "card_template.md").read_text(encoding="utf-8")):
        assert text in CARD[position:]
        position = CARD.index(text, position) + len(text)
    assert position == len(CARD)


def test_model_file_contains_the_current_lexicon():
    lexicon = compile_lexicon((TRAINING / "lexicon.txt").read_text(encoding="utf-8"))
    for name in ("keys", "ideas", "valences", "roles"):
        assert (getattr(lexicon, name) == getattr(load().lexicon, name)).all()


def test_model_runs_without_django_and_training_code():
    code = """
import sys
from monitoring.sentiment import load
load().probabilities(["nul"], ["fr"])
names = set(sys.modules) | {name.partition(".")[0] for name in sys.modules}
print(names & {"django", "scipy", "sklearn", "torch", "celery", "monitoring.sentiment.training"})
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (done.stdout.strip(), done.stderr) == ("set()", "")
