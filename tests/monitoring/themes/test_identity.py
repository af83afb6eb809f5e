"""Which groups continue a theme: by common members or near centers, one to one."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from monitoring.themes.identity import Known, continued
from tests.vectors import direction, near


def known(pk, members, number=None):
    return Known(pk, frozenset(members), None if number is None else direction(number))


def test_a_theme_continues_where_its_members_are():
    found = continued([known(7, range(10), 1)], [frozenset(range(3, 14))], np.array([direction(2)]))
    assert found == {0: 7}


def test_a_theme_continues_where_its_center_is_near():
    assert continued([known(7, (), 1)], [frozenset([1])], np.array([near(1, 0.9)])) == {0: 7}
    assert continued([known(7, (), 1)], [frozenset([1])], np.array([near(1, 0.5)])) == {}


def test_centers_of_another_encoder_are_not_compared():
    assert continued([known(7, ())], [frozenset([1])], np.array([direction(1)])) == {}


def test_of_the_halves_of_a_theme_the_larger_one_continues_it():
    halves = [frozenset(range(4)), frozenset(range(4, 10))]
    assert continued([known(7, range(10), 1)], halves, np.array([near(1, 0.99), near(1, 0.8)])) == {1: 7}


def test_common_members_count_for_more_than_near_centers():
    found = continued(
        [known(1, range(10), 1), known(2, (), 2)], [frozenset(range(10))], np.array([near(2, 0.99)], np.float32)
    )
    assert found == {0: 1}


@given(
    st.lists(st.frozensets(st.integers(0, 12), max_size=6), max_size=6),
    st.lists(st.frozensets(st.integers(0, 12), max_size=6), max_size=6),
)
def test_each_theme_continues_once_and_equal_members_always_do(before, now):
    themes = [known(pk, members, pk % 3) for pk, members in enumerate(before)]
    centers = np.array([direction(number % 4) for number in range(len(now))], np.float32).reshape(len(now), 256)
    found = continued(themes, now, centers)
    assert len(set(found.values())) == len(found)
    free = {pk for pk, members in enumerate(before) if members} - set(found.values())
    assert not any(now[group] == before[pk] for group in range(len(now)) if group not in found for pk in free)
