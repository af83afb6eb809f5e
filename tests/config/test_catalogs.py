"""The compiled catalogues are kept in the repository, so that whoever runs Vigie needs no gettext."""

from pathlib import Path

import pytest
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

LOCALE = Path(__file__).resolve().parents[2] / "locale"


def forms(text):
    """One or several, where a plural belongs."""
    return (text,) if isinstance(text, str) else tuple(text)


def context(message):
    """Babel gives that of a compiled catalogue as bytes."""
    return message.context.decode() if isinstance(message.context, bytes) else message.context


def translations(catalogue):
    return {
        (context(message), forms(message.id)): forms(message.string)
        for message in catalogue
        if message.id and not message.fuzzy and all(forms(message.string))
    }


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_compiled_catalogue_says_what_its_source_says(language):
    source = LOCALE / language / "LC_MESSAGES" / "django.po"
    with source.open("rb") as po, source.with_suffix(".mo").open("rb") as mo:
        assert translations(read_mo(mo)) == translations(read_po(po)), "make messages brings it up to date"
