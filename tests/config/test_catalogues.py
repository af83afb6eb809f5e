"""The compiled catalogues are kept in the repository, so that whoever runs Vigie needs no gettext."""

from pathlib import Path

import pytest
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

LOCALE = Path(__file__).resolve().parents[2] / "locale"


def translations(catalogue):
    return {
        (message.context, message.id): message.string
        for message in catalogue
        if message.id and message.string and not message.fuzzy and any(message.string)
    }


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_compiled_catalogue_says_what_its_source_says(language):
    source = LOCALE / language / "LC_MESSAGES" / "django.po"
    with source.open("rb") as po, source.with_suffix(".mo").open("rb") as mo:
        assert translations(read_mo(mo)) == translations(read_po(po)), "make messages brings it up to date"
