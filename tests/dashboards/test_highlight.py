"""Highlighted texts keep the whole text and escape its markup. How excerpts are cut: test_excerpts.py."""

import html
import re

from hypothesis import given, settings
from hypothesis import strategies as st

from dashboards.presenters.highlight import excerpt, highlight

SPANS = st.lists(st.tuples(st.integers(-5, 60), st.integers(-5, 60)), max_size=6)


def plain(marked):
    return html.unescape(re.sub("</?mark>", "", marked))


def test_highlight_marks_matching_words():
    assert highlight("a lamp by Lumen", [(10, 15)]) == "a lamp by <mark>Lumen</mark>"


def test_highlight_merges_overlapping_spans():
    assert highlight("maison lumen", [(0, 6), (3, 12)]) == "<mark>maison lumen</mark>"


def test_highlight_escapes_markup():
    assert highlight("<script>x</script>", [(1, 7)]) == "&lt;<mark>script</mark>&gt;x&lt;/script&gt;"
    assert excerpt("<b>\nLumen & co", [(4, 9)]) == "&lt;b&gt; <mark>Lumen</mark> &amp; co"


@settings(max_examples=80)
@given(st.text(max_size=50), SPANS)
def test_highlight_preserves_the_text(text, spans):
    assert plain(highlight(text, spans)) == text


def test_excerpt_shows_first_match_of_a_long_text():
    text = "word " * 300 + "Lumen " + "word " * 300
    shown = excerpt(text, [(1500, 1505)])
    assert "<mark>Lumen</mark>" in shown
    assert shown.startswith("…word") and shown.endswith("word…")
    assert len(plain(shown)) <= 210
