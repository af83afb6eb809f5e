"""Everything that Vigie says is in both catalogues; the French one says it all, in French typography.

What is said is read from the code itself (Python and templates), so a new sentence is missed by itself.
"""

import io
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("accounts", "alerts", "api", "config", "dashboards", "delivery", "monitoring", "provisioning")
LANGUAGES = ("en", "fr")
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
FIELDS = ("author", "country", "lang", "platform", "site", "text", "title", "url")  # of the query language: "site:"

# "%(name)s", "%s", "%%", "{name}", "{{ name }}"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd%]|\{\w*\}")
TAG = re.compile(r"</?[a-z]+")
NARROW, WIDE = "\u202f", "\u00a0"


class Message(NamedTuple):
    """`ids` are one text, or singular and plural."""

    context: str
    ids: tuple[str, ...]


def extracted(source):
    """The messages of a Python text. Babel gives (context, id) or (context, id, plural) where there is a context."""
    for _line, found, _comments, context in extract("python", io.BytesIO(source.encode()), KEYWORDS):
        yield Message(context or "", (found,) if isinstance(found, str) else tuple(found))


def of_templates():
    for path in sorted((ROOT / "templates").rglob("*.*")):
        text = templatize(path.read_text(), origin=str(path))
        # What is no message has become rows of X: without indentation they are Python that can be read.
        text = "\n".join(line.strip() for line in text.splitlines())
        for message in extracted(text):
            yield message, path


def of_python():
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            for message in extracted(path.read_text()):
                yield message, path


@cache
def said():
    """{message: where it is said}. A text that is once alone and once the singular of a plural is one message."""
    found = {}
    for message, path in [*of_python(), *of_templates()]:
        found.setdefault(message, str(path.relative_to(ROOT)))
    plurals = {(message.context, message.ids[0]) for message in found if len(message.ids) == 2}
    return {
        message: path
        for message, path in found.items()
        if len(message.ids) == 2 or (message.context, message.ids[0]) not in plurals
    }


@cache
def catalogue(language):
    path = ROOT / "locale" / language / "LC_MESSAGES" / "django.po"
    if not path.exists():
        pytest.fail(f"{path.relative_to(ROOT)} is not there: make messages makes it")
    with path.open("rb") as file:
        return read_po(file, locale=language)


def entries(language):
    """{message: its entry}, the header left out."""
    return {
        Message(entry.context or "", (entry.id,) if isinstance(entry.id, str) else tuple(entry.id)): entry
        for entry in catalogue(language)
        if entry.id
    }


def forms(entry):
    return (entry.string,) if isinstance(entry.string, str) else tuple(entry.string)


def translated(language):
    """(message, its filled forms) of every entry that says anything."""
    return [(message, forms(entry)) for message, entry in entries(language).items() if any(forms(entry))]


# --- the reading of the code -------------------------------------------------------------------------------


def test_sentences_are_found_in_python_and_in_templates_with_plurals_and_contexts():
    assert Message("", ("Mentions",)) in said()
    assert Message("", ("Sign in",)) in said()
    assert Message("", ("%(project)s: %(count)s new mention", "%(project)s: %(count)s new mentions")) in said()
    assert any(message.context for message in said())
    assert any(len(message.ids) == 2 and where.startswith("templates/") for message, where in said().items())


def test_every_translate_tag_with_a_plain_text_is_found():
    texts = {message.ids[0] for message in said()}
    tags = set()
    for path in (ROOT / "templates").rglob("*.*"):
        tags |= set(re.findall(r'\{% (?:translate|trans) "([^"]+)"', path.read_text()))
    assert len(tags) > 100
    assert tags <= texts


def test_every_mistake_in_a_query_has_a_sentence_that_can_be_translated():
    from monitoring.query.errors import MESSAGES

    assert set(MESSAGES.values()) <= {message.ids[0] for message in said()}


# --- the catalogues ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_that_is_said_is_in_the_catalogue(language):
    known = entries(language)
    assert [f"{where}: {message.ids[0]}" for message, where in said().items() if message not in known] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_catalogue_holds_nothing_that_is_no_longer_said(language):
    assert [message.ids[0] for message in entries(language) if message not in said()] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_left_as_a_guess(language):
    assert [message.ids[0] for message, entry in entries(language).items() if entry.fuzzy] == []


def test_everything_is_said_in_french_with_both_plural_forms():
    known = entries("fr")
    missing = [
        message.ids[0]
        for message in said()
        if message not in known or not all(forms(known[message])) or len(forms(known[message])) != len(message.ids)
    ]
    assert missing == []


def test_french_has_its_own_plural():
    rule = catalogue("fr").plural_forms.replace(" ", "")
    assert rule.startswith("nplurals=2") and re.search(r"plural=\(?n>1\)?", rule), "in French zero is singular"


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_keep_the_placeholders(language):
    wrong = []
    for message, texts in translated(language):
        wanted = [set(PLACEHOLDER.findall(text)) for text in message.ids]
        for number, text in enumerate(texts):
            held = set(PLACEHOLDER.findall(text))
            # Of a plural's forms the first may leave the number out or name it, as it likes.
            exact = number == len(message.ids) - 1
            if held != wanted[number] if exact else not wanted[number] <= held <= wanted[-1]:
                wrong.append(f"{text!r} for {message.ids[number]!r}")
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_keep_the_tags_and_the_line_breaks_around(language):
    wrong = []
    for message, texts in translated(language):
        for original, text in zip(message.ids, texts, strict=False):
            ends = [(t.startswith("\n"), t.endswith("\n")) for t in (original, text)]
            if ends[0] != ends[1] or sorted(TAG.findall(original)) != sorted(TAG.findall(text)):
                wrong.append(f"{text!r} for {original!r}")
    assert wrong == []


# --- French typography -------------------------------------------------------------------------------------


def french_faults(original, text):
    """What is wrong with the typography of a French text that translates `original`."""
    # Signs that the English text shows as signs, and not as its own punctuation, stand as they are.
    shown = set(re.findall(r"(?:^|[\s“(])([;!?])", original))
    text = re.sub(rf"(?:\{{field\}}|\b(?:{'|'.join(FIELDS)})):(?=\W)", "x", text)
    text = re.sub(r"<[^>]*>|&\w+;|\w+://\S*|%\(\w+\)[sd]|\{\w*\}", "x", text)
    faults = []
    if re.search(r"\w'\w", text):
        faults.append("a straight apostrophe")
    for sign in set(";!?") - shown:
        if re.search(rf"(?<![{NARROW};!?]){re.escape(sign)}", text):
            faults.append(f"no narrow no-break space before {sign}")
    if re.search(rf"(?<!{WIDE}):(?=\s|$)", text):
        faults.append("no no-break space before :")
    if re.search(rf"«(?!{WIDE})|(?<!{WIDE})»", text):
        faults.append("no no-break space inside « »")
    return faults


@pytest.mark.parametrize(
    ("original", "text", "faults"),
    [
        ("It is here.", "C’est ici.", 0),
        ("It is here.", "C'est ici.", 1),
        ("Really?", "Vraiment\u202f?", 0),
        ("Really?", "Vraiment ?", 1),
        ("Really?!", "Vraiment\u202f?!", 0),
        ("Careful; stop!", "Attention\u202f; arrêtez !", 1),
        ("Try: %(word)s", "Essayez\u00a0: %(word)s", 0),
        ("Try: %(word)s", "Essayez : %(word)s", 1),
        ("At 10:30, see https://x.example", "À 10:30, voir https://x.example", 0),
        ("The project “%(name)s”", "Le projet «\u00a0%(name)s\u00a0»", 0),
        ("The project “%(name)s”", "Le projet « %(name)s »", 1),
        ("a word with ? needs three letters", "un mot avec ? demande trois lettres", 0),
        ("site: takes a domain only", "site: n’accepte qu’un domaine", 0),
        ("{field}: needs a value", "{field}: demande une valeur", 0),
        ("%(project)s: nothing new", "%(project)s: rien de neuf", 1),
    ],
)
def test_faults_of_french_typography_are_seen(original, text, faults):
    assert len(french_faults(original, text)) == faults


def test_french_is_written_with_french_typography():
    wrong = [
        f"{text!r}: {fault}"
        for message, texts in translated("fr")
        for number, text in enumerate(texts)
        for fault in french_faults(message.ids[min(number, len(message.ids) - 1)], text)
    ]
    assert wrong == []
