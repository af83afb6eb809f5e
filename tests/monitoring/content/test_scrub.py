"""Characters that Postgres cannot store are found and removed."""

import json

import pytest

from monitoring.content.scrub import is_storable, read_json, scrub


@pytest.mark.parametrize("text", ["", "Été 😡\n\ttab", "\x01 a control character", "\ufffe"])
def test_is_storable_accepts_text_that_postgres_can_store(text):
    assert is_storable(text)


@pytest.mark.parametrize("text", ["a\0b", "\ud83d", "a\udfffb"])
def test_is_storable_rejects_nul_and_surrogates(text):
    assert not is_storable(text)
    assert is_storable(scrub(text))


def test_scrub_removes_control_characters_and_keeps_line_breaks():
    assert scrub("a\x00b\x0bc\ud800\n\td") == "abc\n\td"


@pytest.mark.parametrize("ensure_ascii", [True, False])
def test_read_json_scrubs_texts_at_every_depth(ensure_ascii):
    value = {"a\x00": ["b\ud800", {"c": "\x01😡\n", "d": None, "e": 1}]}
    body = json.dumps(value, ensure_ascii=ensure_ascii).encode("utf-8", "surrogatepass")
    assert read_json(body) == {"a": ["b", {"c": "😡\n", "d": None, "e": 1}]}


def test_read_json_scrubs_control_characters_that_are_not_escaped():
    with pytest.raises(ValueError):
        read_json(b'["a\x00b"]')
    assert read_json(b'["a\x00b"]', strict=False) == ["ab"]
