"""A search is split into the phrase after ~ and the boolean query; anything else is an error with its position."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.query import QueryError, parse, split_query
from monitoring.query.meaning import MAX_PHRASE_LENGTH


@pytest.mark.parametrize(
    ("text", "phrase", "words"),
    [
        ("lamp -ad", "", "lamp -ad"),
        ('~"late delivery"', "late delivery", ""),
        ("  ~«livraison en retard» ", "livraison en retard", ""),
        ("~“late  delivery”", "late delivery", ""),
        ('~"late delivery" lang:fr', "late delivery", "lang:fr"),
        ('lamp AND ~"late delivery"', "late delivery", "lamp"),
        ('~"late delivery" AND lamp', "late delivery", "lamp"),
        ('lamp ~"late delivery" AND (a OR b)', "late delivery", "lamp (a OR b)"),
        ('~"late delivery" -brand -ad', "late delivery", "-brand -ad"),
        ('~"😡"', "😡", ""),
        ('~"late OR (early"', "late OR (early", ""),
        ('"a ~ b"', "", '"a ~ b"'),
    ],
)
def test_search_is_split_into_phrase_and_words(text, phrase, words):
    found = split_query(text)
    assert (found.phrase, " ".join(found.words.split())) == (phrase, words)


def test_positions_in_words_stay_those_of_the_search():
    assert split_query('~"late delivery" lamp').words.index("lamp") == 17
    with pytest.raises(QueryError) as caught:
        split_query('~"late delivery" (lamp')
    assert (caught.value.code, caught.value.position) == ("unclosed_group", 17)


@pytest.mark.parametrize(
    ("text", "code", "position"),
    [
        ('~"late', "unclosed_quote", 1),
        ('~"!?"', "empty_phrase", 0),
        ('~""', "empty_phrase", 0),
        ('~"a" ~"b"', "meaning_twice", 5),
        ('-~"late"', "meaning_place", 1),
        ('lamp OR ~"late"', "meaning_place", 8),
        ('~"late" OR lamp', "meaning_place", 0),
        ('~"late" a OR b', "meaning_place", 0),
        ('(lamp ~"late")', "meaning_place", 6),
        ('lamp NEAR/3 ~"late"', "meaning_place", 12),
        ('title:~"late"', "meaning_place", 6),
        (f'~"{"a" * (MAX_PHRASE_LENGTH + 1)}"', "meaning_too_long", 0),
        ("-lamp", "only_exclusions", 0),
        ("", "empty", 0),
    ],
)
def test_malformed_search_is_an_error_with_its_position(text, code, position):
    with pytest.raises(QueryError) as caught:
        split_query(text)
    assert (caught.value.code, caught.value.position) == (code, position)


def test_keyword_rejects_phrase_and_suggests_the_words():
    with pytest.raises(QueryError) as caught:
        parse('lamp ~"late delivery"')
    assert caught.value.code == "meaning_in_keyword"
    assert (caught.value.position, caught.value.suggestion) == (5, '"late delivery"')


@given(st.text(alphabet='~"“”«» ()-ab,{}=:', max_size=20))
def test_any_text_is_split_or_is_a_query_error(text):
    try:
        found = split_query(text)
    except QueryError as error:
        assert 0 <= error.position <= len(text)
        return
    assert found.phrase or found.words
