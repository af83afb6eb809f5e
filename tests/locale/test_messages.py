"""Every message of the code is in both catalogs, translated to French, with its placeholders, tags and plurals."""

import re

import pytest

from monitoring.query.errors import MESSAGES
from tests.locale.sources import (
    LANGUAGES,
    Message,
    catalog,
    entries,
    forms,
    templates,
    translated,
    used_messages,
)

# "%(name)s", "%s", "%%", "{name}", "{{ name }}"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd%]|\{\w*\}")
TAG = re.compile(r"</?[a-z]+")


# --- reading the code --------------------------------------------------------------------------------------


def test_messages_are_read_from_python_and_templates_with_plurals_and_contexts():
    assert Message("", ("Mentions",)) in used_messages()
    assert Message("", ("Sign in",)) in used_messages()
    assert (
        Message("", ("%(project)s: %(count)s new mention", "%(project)s: %(count)s new mentions")) in used_messages()
    )
    assert any(message.context for message in used_messages())
    assert any(len(message.ids) == 2 and path.startswith("templates/") for message, path in used_messages().items())


def test_messages_include_every_translate_tag():
    known = {message.ids[0] for message in used_messages()}
    tags = set()
    for path in templates():
        tags |= set(re.findall(r'\{% (?:translate|trans) "([^"]+)"', path.read_text()))
    assert len(tags) > 100
    assert tags <= known


def test_messages_include_every_query_error():
    assert set(MESSAGES.values()) <= {message.ids[0] for message in used_messages()}


# --- the catalogs ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_catalog_contains_every_used_message(language):
    known = entries(language)
    assert [f"{path}: {message.ids[0]}" for message, path in used_messages().items() if message not in known] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_catalog_contains_no_unused_message(language):
    assert [message.ids[0] for message in entries(language) if message not in used_messages()] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_catalog_contains_no_fuzzy_entry(language):
    assert [message.ids[0] for message, entry in entries(language).items() if entry.fuzzy] == []


def test_english_catalog_changes_no_message():
    """A translation that lands in the wrong catalog would show French to English readers."""
    changed = [
        message.ids[0]
        for message, entry in entries("en").items()
        if len(message.ids) == 1 and forms(entry)[0] not in ("", message.ids[0])
    ]
    assert changed == []


def test_french_catalog_translates_every_message_in_all_plural_forms():
    known = entries("fr")
    missing = [
        message.ids[0]
        for message in used_messages()
        if message not in known or not all(forms(known[message])) or len(forms(known[message])) != len(message.ids)
    ]
    assert missing == []


def test_french_catalog_has_french_plural_rule():
    rule = catalog("fr").plural_forms.replace(" ", "")
    assert rule.startswith("nplurals=2") and re.search(r"plural=\(?n>1\)?", rule), "in French zero is singular"


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_keep_placeholders(language):
    wrong = []
    for message, filled in translated(language):
        wanted = [set(PLACEHOLDER.findall(text)) for text in message.ids]
        for number, text in enumerate(filled):
            found = set(PLACEHOLDER.findall(text))
            # The first form of a plural may name the number or leave it out.
            exact = number == len(message.ids) - 1
            if found != wanted[number] if exact else not wanted[number] <= found <= wanted[-1]:
                wrong.append(f"{text!r} for {message.ids[number]!r}")
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_keep_tags_and_surrounding_line_breaks(language):
    wrong = []
    for message, filled in translated(language):
        for original, text in zip(message.ids, filled, strict=False):
            ends = [(one.startswith("\n"), one.endswith("\n")) for one in (original, text)]
            if ends[0] != ends[1] or sorted(TAG.findall(original)) != sorted(TAG.findall(text)):
                wrong.append(f"{text!r} for {original!r}")
    assert wrong == []
