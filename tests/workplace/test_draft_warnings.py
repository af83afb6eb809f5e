"""Warnings about drafts: angry, long, forbidden."""

import pytest

from monitoring.platforms.reply_texts import MAX_LENGTH
from workplace.draft_warnings import DraftWarning, forbidden_in, is_angry, warnings_of


@pytest.mark.parametrize(
    "text",
    [
        "READ THE MANUAL before you complain",
        "Vous avez TOUT FAUX, LISEZ la notice",
        "Non !!",
        "Vraiment ? ! Vous plaisantez",
        "No! Never! Not us!",
    ],
)
def test_shouting_is_angry(text):
    assert is_angry(text, 0.1)


@pytest.mark.parametrize(
    ("text", "negative", "angry"),
    [
        ("You are wrong and you lie about us.", 0.9, True),
        ("You are wrong and you lie about us.", 0.5, False),
        ("We’re sorry that your lamp broke.", 0.95, False),
        ("Nous sommes désolés, votre lampe est cassée.", 0.95, False),
        ("Merci de nous l’avoir signalé !", 0.2, False),
        ("La SNCF et la RATP ont confirmé le retard de livraison.", 0.2, False),
        ("", 0.0, False),
    ],
)
def test_negative_text_is_angry_unless_it_regrets_or_thanks(text, negative, angry):
    assert is_angry(text, negative) == angry


def test_text_is_long_from_the_limit_of_its_platform():
    assert warnings_of("é" * 300, "bluesky", (), 0) == []
    assert warnings_of("é" * 301, "bluesky", (), 0) == [DraftWarning("long", length=301, limit=300)]
    assert "discourse" not in MAX_LENGTH and warnings_of("é" * 30_000, "discourse", (), 0) == []


def test_forbidden_words_are_found_whole_ignoring_case_and_accents():
    forbidden = ("défaut", "never again", "C++", "art")
    assert forbidden_in("Ce DEFAUT… Never again!", forbidden) == ("défaut", "never again")
    assert forbidden_in("Notre artisan parle de C++", forbidden) == ("C++",)
    assert warnings_of("un défaut", "", forbidden, 0) == [DraftWarning("forbidden", words=("défaut",))]
