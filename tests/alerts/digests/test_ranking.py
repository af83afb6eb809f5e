"""The rule by which a digest of the best items ranks them."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.digests import ranking
from alerts.digests.ranking import Facts, parts, reasons, score

facts = st.builds(
    Facts,
    st.booleans(),
    st.integers(1, 9),
    st.none() | st.integers(0, 10**9),
    st.none() | st.integers(0, 10**7),
    st.none() | st.floats(0, 1),
    st.integers(0, 1000),
)
PLAIN = Facts(in_title=True, followers=1000, engagement=5, emotion=0.3)


@given(facts)
def test_every_part_and_the_score_are_between_0_and_1(one):
    assert parts(one).keys() == ranking.WEIGHTS.keys()
    assert all(0 <= value <= 1 for value in (*parts(one).values(), score(one)))
    assert sum(ranking.WEIGHTS.values()) == pytest.approx(1)


@pytest.mark.parametrize(
    "better",
    [
        {"followers": 1_000_000},
        {"engagement": 9000},
        {"emotion": 0.95},
        {"keywords": 2},
    ],
)
def test_more_of_a_fact_raises_the_score(better):
    assert score(replace(PLAIN, **better)) > score(PLAIN)


def test_repeats_and_matches_in_the_text_alone_lower_the_score():
    assert score(replace(PLAIN, earlier=3)) < score(PLAIN)
    assert score(replace(PLAIN, in_title=False)) < score(PLAIN)


def test_unknown_reach_is_in_the_middle():
    unknown = replace(PLAIN, followers=None, engagement=None)
    assert score(replace(PLAIN, followers=10, engagement=0)) < score(unknown) < score(replace(PLAIN, followers=10**6))


def test_reasons_name_what_is_known_to_be_high():
    assert reasons(Facts(in_title=True, followers=5_000_000, emotion=0.9)) == (
        "relevance", "reach", "strength", "novelty",
    )  # fmt: skip
    assert reasons(Facts(in_title=False, earlier=4)) == ()
