"""The compiled catalogs match their sources: they are in the repository, so running Vigie does not need gettext."""

from pathlib import Path

import pytest
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

LOCALE = Path(__file__).resolve().parents[2] / "locale"


def forms(text):
    """Return the text, or the plural forms, as a tuple."""
    return (text,) if isinstance(text, str) else tuple(text)


def context(message):
    """Return the context as text; Babel returns that of a compiled catalog as bytes."""
    return message.context.decode() if isinstance(message.context, bytes) else message.context


def translations(catalog):
    return {
        (context(message), forms(message.id)): forms(message.string)
        for message in catalog
        if message.id and not message.fuzzy and all(forms(message.string))
    }


@pytest.mark.parametrize("language", ["en", "fr"])
def test_compiled_catalog_matches_source(language):
    source = LOCALE / language / "LC_MESSAGES" / "django.po"
    with source.open("rb") as po, source.with_suffix(".mo").open("rb") as mo:
        assert translations(read_mo(mo)) == translations(read_po(po)), "run make messages to update it"
