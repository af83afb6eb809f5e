"""The language of short and odd texts, with and without what the source says of itself."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.content.language import SPOKEN, identify
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
def test_a_sentence_is_known_whatever_its_source_calls_itself(language):
    assert identify(SENTENCES[language]) == language
    assert identify(SENTENCES[language], "en") == language
    assert identify(SENTENCES[language], "nl", {"fr", "en"}) == language


@pytest.mark.parametrize("text", ["", "12 345", "😀😀", "OK", "@kadrium https://t.co/abc", "\x00\x01", "\ud800"])
def test_a_text_without_words_stays_unknown(text):
    assert identify(text, "fr", {"fr"}) == ""


def test_gibberish_stays_unknown_even_where_french_is_watched():
    assert identify("asdf qwer zxcv poiu", "", {"fr", "en"}) == ""


def test_one_word_is_what_its_source_and_its_readers_speak():
    assert identify("Merci") == ""
    assert identify("Merci", "fr", {"fr", "en"}) == "fr"


def test_the_tag_of_the_source_keeps_its_region_where_it_is_right():
    assert identify(SENTENCES["fr"], "fr_CA") == "fr-ca"
    assert identify(SENTENCES["en"], "fr-CA") == "en"


def test_a_watched_language_that_nobody_knows_changes_nothing():
    assert identify(SENTENCES["fr"], "x-klingon", {"tlh", "fr"}) == "fr"


@settings(max_examples=100, deadline=None)
@given(text=st.text(max_size=300), hint=st.text(max_size=8))
def test_any_text_has_a_known_language_or_none(text, hint):
    found = identify(text, hint, {"fr"})
    assert found == "" or found.partition("-")[0] in SPOKEN


def test_a_very_long_text_is_not_read_to_its_end():
    assert identify(SENTENCES["fr"] + "x" * 1_000_000) == "fr"


def test_a_stored_document_has_the_language_of_its_text(project):
    source = make_source(project)
    entry = Entry(native_id="1", url="https://example.org/1", title="", body=SENTENCES["fr"])
    store([Batch(source.pk, project.pk, (entry,), language="en-us")])
    assert Document.objects.get().language == "fr"
