"""The charter of a brand in the text of a post."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workplace.calendar.charter import Charter, Findings, check, read_hashtags

CHARTER = Charter(("Cheap", "pas cher"), ("#Lumen", "#été"), "L’équipe Lumen")


@pytest.mark.parametrize(
    ("text", "findings"),
    [
        ("", Findings()),
        ("A lamp #lumen, (#Ete) — l’équipe LUMEN", Findings()),
        ("CHEAP lamps, pas   cher", Findings(("Cheap",), ("#Lumen", "#été"), True)),
        ("Cheaper lamps #lumens #été L’équipe Lumen", Findings((), ("#Lumen",), False)),
    ],
)
def test_check_finds_what_does_not_follow_the_charter(text, findings):
    assert check(text, CHARTER) == findings


@given(text=st.text())
def test_check_of_an_empty_charter_finds_nothing(text):
    assert check(text, Charter()) == Findings()


def test_hashtags_are_read_once_each():
    assert read_hashtags(" #Lumen lumen, été;  # ") == ["#lumen", "#été"]
