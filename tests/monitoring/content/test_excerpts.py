"""Passages and excerpts: complete text, matches in bold, cuts between words."""

from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.content.excerpts import EXCERPT_CHARS, Passage, excerpt, one_line, passages, plain

texts = st.text(st.sampled_from("ab é\n\t"), max_size=600)
spans = st.lists(st.tuples(st.integers(-5, 700), st.integers(-5, 700)), max_size=6)


def with_single_spaces(text):
    return " ".join(text.split())


@settings(max_examples=80)
@given(texts, spans)
def test_passages_contain_the_whole_text(text, spans_of_text):
    assert plain(passages(text, spans_of_text)) == text
    assert with_single_spaces(plain(one_line(passages(text, spans_of_text)))) == with_single_spaces(text)


@settings(max_examples=80)
@given(texts, spans)
def test_excerpt_is_one_short_line_of_the_text(text, spans_of_text):
    cut = plain(excerpt(text, spans_of_text))
    assert "\n" not in cut and len(cut) <= EXCERPT_CHARS + 2
    assert with_single_spaces(cut.strip("…")) in with_single_spaces(text)


def test_passages_merge_overlapping_and_adjacent_spans():
    assert passages("the new lamp", [(4, 6), (5, 7), (0, 3), (7, 8)]) == (
        Passage("the", bold=True),
        Passage(" "),
        Passage("new ", bold=True),
        Passage("lamp"),
    )


def test_one_line_replaces_line_break_before_match():
    assert plain(one_line(passages("the\nlamp", [(4, 8)]))) == "the lamp"


def test_excerpt_starts_near_first_match():
    text = "before " * 100 + "Lumen " + "after " * 100
    cut = excerpt(text, [(700, 705)])
    assert Passage("Lumen", bold=True) in cut
    assert plain(cut).startswith("…before") and plain(cut).endswith("after…")


def test_excerpt_contains_whole_short_text():
    assert excerpt(" A lamp\nby Lumen. ", []) == (Passage("A lamp by Lumen."),)
