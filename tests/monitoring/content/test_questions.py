"""Which texts ask a question, measured on labeled lines, and which questions are the same."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.content.questions import group_questions, public_words, question_in

LINES = [line.split("\t") for line in (Path(__file__).parent / "questions.tsv").read_text().splitlines()]
# The lines of the half "rules" were read while the rules were written; no rule was written for those of "check".
MEASURED = {"rules": (40, 40, 40), "check": (41, 41, 39)}


@pytest.mark.parametrize("half", MEASURED)
def test_questions_are_found_with_the_measured_precision_and_recall(half):
    """As docs/calendar.md states: questions in the half, texts found, and questions among them."""
    lines = [(label == "1", bool(question_in(text))) for part, label, _language, text in LINES if part == half]
    asked, found = sum(is_question for is_question, _ in lines), sum(is_found for _, is_found in lines)
    assert (asked, found, lines.count((True, True))) == MEASURED[half]


def test_labeled_lines_are_enough_and_in_one_half_each():
    assert len(LINES) >= 120 and {language for _, _, language, _ in LINES} == {"fr", "en"}
    assert len({text for *_, text in LINES}) == len(LINES)


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("I like it. @lumen, do you ship to Canada? Thanks!", "do you ship to Canada?"),
        ("Voici https://lumen.example/?a=1 Vous livrez en Belgique ? Merci", "Voici Vous livrez en Belgique\u202f?"),
        ("how long does the battery last", "how long does the battery last"),
        ("Pourquoi ?", ""),
        ("https://lumen.example/?q=how do i", ""),
        ("", ""),
    ],
)
def test_question_is_the_sentence_that_asks(text, question):
    assert question_in(text) == question


@pytest.mark.parametrize(
    "filler", ["https://lumen.example/a ", "   ", " \n \n", "a.b", "....a", "?!x", "@a@a", "a b, "]
)
def test_long_text_is_read_in_one_go(filler):
    """Spaces and marks of which a sentence could have each number are tried once."""
    asked = "do you ship to Canada?"
    assert question_in(f"{filler * 5000}x\n\n{asked} Thanks.") == asked


@given(st.text(max_size=300))
def test_any_text_has_a_question_of_one_line_or_none(text):
    found = question_in(text)
    assert "\n" not in found and (found == "" or found.strip() == found)
    public_words(found)


@given(st.lists(st.text(max_size=40), max_size=20))
def test_each_question_is_in_one_group(questions):
    groups = group_questions(questions)
    assert sorted(place for group in groups for place in group) == list(range(len(questions)))
    assert [group[0] for group in groups] == sorted(group[0] for group in groups)


def test_wordings_of_one_question_are_one_group():
    questions = [
        "Vous livrez en Belgique ?",
        "do you ship Lumen lamps to Canada?",
        "Bonjour Lumen, livrez-vous bientôt en Belgique ?",
        "Do you guys ship lamps to Canada yet?",
        "Vous livrez au Luxembourg ?",
    ]
    assert group_questions(questions, {"lumen"}) == [[0, 2], [1, 3], [4]]


def test_public_words_leave_out_addresses_accounts_and_long_numbers():
    text = "Où est ma commande 123 456 de jean@a.fr, @lea@mastodon.social, en 2026 ?"
    assert public_words(text) == "Où est ma commande … de … … en 2026 ?"
    assert public_words("Vous livrez\u202f?") == "Vous livrez\u202f?"
