"""The language of short and unusual texts, with and without the tag of the source."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.content.language import HINT_FACTOR, LANGUAGES, MIN_SHARE, TRACKED_FACTOR, identify, load
from monitoring.ingest.records import Batch
from monitoring.ingest.store import store
from monitoring.models import Document
from monitoring.records import Entry
from tests.factories import make_source

SENTENCES = {
    "fr": "Franchement déçue par la livraison, le colis est arrivé ouvert",
    "en": "Really let down by the delivery, the parcel arrived open",
    "es": "La verdad es que el pedido llegó tarde y roto, una vergüenza",
    "de": "Leider kam das Paket zu spät und völlig beschädigt bei uns an",
    "it": "Il pacco è arrivato in ritardo e nessuno risponde al telefono",
    "pt": "O pacote chegou atrasado e ninguém responde às mensagens",
    "ar": "وصلت الشحنة متأخرة ولم يرد أحد على رسائلنا",
    "hi": "पार्सल देर से आया और किसी ने फोन नहीं उठाया",
    "ja": "荷物が遅れて届きました",
}


@pytest.mark.parametrize("language", SENTENCES)
def test_identify_recognizes_sentence_regardless_of_hint(language):
    assert identify(SENTENCES[language]) == language
    assert identify(SENTENCES[language], "en") == language
    assert identify(SENTENCES[language], "nl", {"fr", "en"}) == language


@pytest.mark.parametrize("text", ["", "12 345", "😀😀", "OK", "@kadrium https://t.co/abc", "\x00\x01", "\ud800"])
def test_identify_returns_empty_for_text_without_words(text):
    assert identify(text, "fr", {"fr"}) == ""


def test_identify_returns_empty_for_gibberish_when_french_is_tracked():
    assert identify("asdf qwer zxcv poiu", "", {"fr", "en"}) == ""


def test_identify_recognizes_one_word_by_hint_and_tracked_languages():
    assert identify("Merci") == ""
    assert identify("Merci", "fr", {"fr", "en"}) == "fr"


def test_identify_keeps_region_of_hint_when_language_agrees():
    assert identify(SENTENCES["fr"], "fr_CA") == "fr-ca"
    assert identify(SENTENCES["en"], "fr-CA") == "en"


def test_identify_ignores_unknown_tracked_language():
    assert identify(SENTENCES["fr"], "x-klingon", {"tlh", "fr"}) == "fr"


@settings(max_examples=100, deadline=None)
@given(text=st.text(max_size=300), hint=st.text(max_size=8))
def test_identify_returns_supported_language_or_empty_for_any_text(text, hint):
    found = identify(text, hint, {"fr"})
    assert found == "" or found.partition("-")[0] in LANGUAGES


def test_identify_reads_only_the_start_of_a_long_text():
    assert identify(SENTENCES["fr"] + "x" * 1_000_000) == "fr"


def test_store_saves_identified_language(project):
    source = make_source(project)
    entry = Entry(native_id="1", url="https://example.org/1", title="", body=SENTENCES["fr"])
    store([Batch(source.pk, project.pk, (entry,), language="en-us")])
    assert Document.objects.get().language == "fr"


@settings(max_examples=300)
@given(
    st.lists(st.sampled_from(" ".join(SENTENCES.values()).split()), min_size=1, max_size=8),
    st.sampled_from(["", *SENTENCES, "xx"]),
    st.sets(st.sampled_from(list(SENTENCES)), max_size=2),
)
def test_identify_agrees_with_comparison_of_all_languages(words, hint, tracked):
    text = "abcd " + " ".join(words)
    likelihoods = {
        code: share * (TRACKED_FACTOR if code in tracked else 1) * (HINT_FACTOR if code == hint else 1)
        for code, share in load().rank(text[:150])
    }
    best = max(likelihoods, key=likelihoods.__getitem__)
    is_known = likelihoods[best] >= MIN_SHARE * sum(likelihoods.values())
    assert identify(text, hint, tracked) == (best if is_known else "")
