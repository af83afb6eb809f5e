"""Characters that Postgres cannot store are found and removed."""

import pytest

from monitoring.content.scrub import is_storable, scrub


@pytest.mark.parametrize("text", ["", "Été 😡\n\ttab", "\x01 a control character", "\ufffe"])
def test_is_storable_accepts_text_that_postgres_can_store(text):
    assert is_storable(text)


@pytest.mark.parametrize("text", ["a\0b", "\ud83d", "a\udfffb"])
def test_is_storable_rejects_nul_and_surrogates(text):
    assert not is_storable(text)
    assert is_storable(scrub(text))


def test_scrub_removes_control_characters_and_keeps_line_breaks():
    assert scrub("a\x00b\x0bc\ud800\n\td") == "abc\n\td"
