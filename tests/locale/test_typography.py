"""English and French messages follow the typography of their language."""

import re

import pytest

from tests.locale.sources import texts, translated, used_messages

FIELDS = (
    "author",
    "country",
    "kind",
    "lang",
    "platform",
    "rating",
    "site",
    "text",
    "title",
    "url",
)  # of the query language: "site:"
NARROW, WIDE = "\u202f", "\u00a0"
CODE = r"<[^>]*>|&\w+;|\w+://\S*|%\(\w+\)[sd]|\{\w*\}"
UNITS = r"(?:h|min|j|s|Mo|Ko|Go|%|€)"


def common_faults(text):
    """Typography that both languages share."""
    text = re.sub(r"<[^>]*>|&\w+;", "", text)
    faults = []
    if "'" in text:
        faults.append("a straight apostrophe")
    if "..." in text:
        faults.append("three dots instead of an ellipsis")
    if re.search(r"(?<!\S) {2,}(?=\S)|\S {2,}\S", text):
        faults.append("two spaces")
    return faults


def english_faults(text):
    faults = common_faults(text)
    if '"' in re.sub(r"<[^>]*>", "", text):
        faults.append("a straight quote")
    if re.search(r"\d\)?[sd]?[ \u00a0\u202f]%", re.sub(r"%\(\w+\)[sd]|%[sd]", "0", text)):
        faults.append("a space before %")
    if re.search(r"(?<![\d-])\d+ ?- ?\d+(?![\d-])", text):
        faults.append("a hyphen in a range")
    return faults


def french_faults(original, text):
    """Typography of a French text that translates `original`."""
    # Signs that the English text shows as signs, and not as its own punctuation, stay as they are.
    shown = set(re.findall(r"(?:^|[\s“(])([;!?])", original))
    faults = common_faults(text)
    numbers = re.sub(r"%\(\w+\)[sd]|%[sd]|\{\w*\}", "0", text)
    # "%%" is a percent sign in a message with placeholders.
    if re.search(rf"(?:\d)(?:[^\S{WIDE}{NARROW}]|(?=[%€]|min\b|[hj](?!\w))){UNITS}(?!\w)", numbers.replace("%%", "%")):
        faults.append("no no-break space before a unit")
    text = re.sub(rf"(?:\{{field\}}|\b(?:{'|'.join(FIELDS)})):(?=\W)", "x", text)
    text = re.sub(CODE, "x", text)
    for sign in set(";!?") - shown:
        if re.search(rf"(?<![{NARROW};!?]){re.escape(sign)}", text):
            faults.append(f"no narrow no-break space before {sign}")
    if re.search(rf"(?<!{WIDE}):(?=\s|$)", text):
        faults.append("no no-break space before :")
    if re.search(rf"«(?!{WIDE})|(?<!{WIDE})»", text):
        faults.append("no no-break space inside « »")
    # An example of a query keeps the quotes of the query language.
    if '"' in text or (re.search("[“”]", text) and not re.search(r"\b(AND|OR|NOT|NEAR|title:)", original)):
        faults.append("an English or straight quote")
    return faults


@pytest.mark.parametrize(
    ("original", "text", "count"),
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
        ("The project “%(name)s”", "Le projet “%(name)s”", 1),
        ("a word with ? needs three letters", "un mot avec ? demande trois lettres", 0),
        ("site: takes a domain only", "site: n’accepte qu’un domaine", 0),
        ("{field}: needs a value", "{field}: demande une valeur", 0),
        ("%(project)s: nothing new", "%(project)s: rien de neuf", 1),
        ("up by %(percent)s%%", "en hausse de %(percent)s\u00a0%%", 0),
        ("up by %(percent)s%%", "en hausse de %(percent)s %%", 1),
        ("up by %(percent)s%%", "en hausse de %(percent)s%%", 1),
        ("24 hours", "24\u00a0h", 0),
        ("24 hours", "24 h", 1),
        ("%(count)s minutes", "%(count)s min", 1),
        ("%(hours)s sources", "%(hours)s sources", 0),
        ("7 days", "7 j", 1),
        ("7 days", "7 jours", 0),
        ("Search: “a b” OR c", "Rechercher\u00a0: “a b” OR c", 0),
        ("Loading…", "Chargement…", 0),
        ("Loading…", "Chargement...", 1),
    ],
)
def test_french_faults_finds_typography_errors(original, text, count):
    assert len(french_faults(original, text)) == count


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Don’t save “%(name)s”…", 0),
        ("Don't save", 1),
        ('Save "%(name)s"', 1),
        ("Loading...", 1),
        ("up by %(percent)s%%", 0),
        ("up by %(percent)s %%", 1),
        ("from 1-5", 1),
        ("from 1–5", 0),
        ("in the format 2026-07-31", 0),
        ('See <a href="%(url)s">docs</a>', 0),
    ],
)
def test_english_faults_finds_typography_errors(text, count):
    assert len(english_faults(text)) == count


def test_french_messages_have_french_typography():
    wrong = [
        f"{text!r}: {fault}"
        for message, filled in translated("fr")
        for number, text in enumerate(filled)
        for fault in french_faults(message.ids[min(number, len(message.ids) - 1)], text)
    ]
    assert wrong == []


def test_english_messages_have_english_typography():
    assert len(used_messages()) > 500
    assert [f"{text!r}: {fault}" for text in texts("en") for fault in english_faults(text)] == []
