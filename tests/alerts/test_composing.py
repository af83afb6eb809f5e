"""Titles and snippets: every word of the text, the right ones bold, cut between words."""

from hypothesis import given
from hypothesis import strategies as st

from alerts.composing import SNIPPET, Passage, passages, plain, snippet

texts = st.text(st.sampled_from("ab é\n\t"), max_size=600)
spans = st.lists(st.tuples(st.integers(0, 700), st.integers(0, 700)), max_size=6)


def squeezed(text):
    return " ".join(text.split())


@given(texts, spans)
def test_passages_lose_and_add_no_word(text, places):
    assert squeezed(plain(passages(text, places))) == squeezed(text)


@given(texts, spans)
def test_snippets_are_a_piece_of_the_text_on_one_line_and_not_long(text, places):
    cut = plain(snippet(text, places))
    assert "\n" not in cut
    assert squeezed(cut.strip("… ")) in squeezed(text)


def test_overlapping_places_are_bold_once():
    assert passages("the new lamp", [(4, 7), (4, 12), (0, 3)]) == (
        Passage("the", bold=True),
        Passage(" "),
        Passage("new", bold=True),
        Passage(" lamp", bold=True),
    )


def test_a_line_break_before_a_match_is_a_space():
    assert plain(passages("the\nlamp", [(4, 8)])) == "the lamp"


def test_a_snippet_begins_near_its_first_match():
    text = "before " * 100 + "Lumen " + "after " * 100
    cut = snippet(text, [(700, 705)])
    assert Passage("Lumen", bold=True) in cut
    assert plain(cut).startswith("… before") and plain(cut).endswith(" …")
    assert len(plain(cut)) < SNIPPET + 80


def test_a_short_text_is_given_whole():
    assert snippet("A lamp by Lumen.", []) == (Passage("A lamp by Lumen."),)
