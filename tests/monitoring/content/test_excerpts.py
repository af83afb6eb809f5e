"""Texts cut into passages: every word of the text, the right ones bold, cut between words."""

from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.content.excerpts import EXCERPT_CHARS, Passage, excerpt, one_line, passages, plain

texts = st.text(st.sampled_from("ab é\n\t"), max_size=600)
spans = st.lists(st.tuples(st.integers(-5, 700), st.integers(-5, 700)), max_size=6)


def squeezed(text):
    return " ".join(text.split())


@settings(max_examples=80)
@given(texts, spans)
def test_passages_are_the_text(text, places):
    assert plain(passages(text, places)) == text
    assert squeezed(plain(one_line(passages(text, places)))) == squeezed(text)


@settings(max_examples=80)
@given(texts, spans)
def test_excerpts_are_a_piece_of_the_text_on_one_line_and_not_long(text, places):
    cut = plain(excerpt(text, places))
    assert "\n" not in cut and len(cut) <= EXCERPT_CHARS + 2
    assert squeezed(cut.strip("…")) in squeezed(text)


def test_overlapping_and_touching_places_are_bold_once():
    assert passages("the new lamp", [(4, 6), (5, 7), (0, 3), (7, 8)]) == (
        Passage("the", bold=True),
        Passage(" "),
        Passage("new ", bold=True),
        Passage("lamp"),
    )


def test_a_line_break_before_a_match_is_a_space():
    assert plain(one_line(passages("the\nlamp", [(4, 8)]))) == "the lamp"


def test_an_excerpt_begins_near_its_first_match():
    text = "before " * 100 + "Lumen " + "after " * 100
    cut = excerpt(text, [(700, 705)])
    assert Passage("Lumen", bold=True) in cut
    assert plain(cut).startswith("…before") and plain(cut).endswith("after…")


def test_a_short_text_is_given_whole():
    assert excerpt(" A lamp\nby Lumen. ", []) == (Passage("A lamp by Lumen."),)
