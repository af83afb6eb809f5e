"""Grouping: vectors around directions are found again in any language, and those around none are left out."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitoring.themes.groups import MIN_GROUP, NONE, group, unit
from tests.vectors import direction, near


def around(number, count, similarity=0.8, shift=None):
    """Return vectors around a direction; those of a language are shifted."""
    rows = np.array([near(number, similarity, other) for other in range(count)])
    return rows if shift is None else unit(rows + 0.8 * direction(shift))


def noise(count):
    return np.array([direction(5000 + number) for number in range(count)])


def test_vectors_around_directions_are_groups_the_largest_first():
    found = group(np.concatenate([around(1, 10), around(2, 30), around(3, 20)]), ["en"] * 60)
    assert found.labels.tolist() == [2] * 10 + [0] * 30 + [1] * 20
    assert np.linalg.norm(found.centers, axis=1) == pytest.approx(1, abs=1e-5)


def test_what_is_near_no_theme_is_in_no_group():
    labels = group(np.concatenate([*(around(number, 30) for number in range(6)), noise(20)]), ["en"] * 200).labels
    assert [len(set(labels[first : first + 30])) for first in range(0, 180, 30)] == [1] * 6
    assert len(set(labels[:180])) == 6 and (labels[180:] == NONE).all()


def test_a_theme_has_the_texts_of_all_languages():
    vectors = np.concatenate(
        [around(1, 30, shift=91), around(2, 30, shift=91), around(1, 30, shift=92), around(2, 30, shift=92)]
    )
    labels = group(vectors, ["en"] * 60 + ["fr-ca"] * 30 + ["fr"] * 30).labels
    assert len(set(labels)) == 2 and NONE not in labels
    assert set(labels[:30]) == set(labels[60:90]) != set(labels[30:60]) == set(labels[90:])


def test_near_duplicates_are_one_text():
    copies = np.array([near(9, 0.999, other) for other in range(50)])
    vectors = np.concatenate([around(1, 20), around(2, 20), copies])
    labels = group(vectors, ["en"] * 90, [*range(40), *["copy"] * 50]).labels
    assert (labels[40:] == NONE).all(), "a text that is copied 50 times is no theme"
    assert len(set(labels[:40])) == 2


def test_texts_beyond_those_that_shape_go_to_the_nearest_group(monkeypatch):
    monkeypatch.setattr("monitoring.themes.groups.MAX_SHAPED", 60)
    vectors = np.concatenate([around(1, 30), around(2, 30), around(1, 90)[30:], noise(5)])
    labels = group(vectors, ["en"] * 125).labels
    assert set(labels[60:120]) == {labels[0]} and (labels[120:] == NONE).all()


@pytest.mark.parametrize("count", [0, 1, 2, MIN_GROUP])
def test_few_vectors_have_no_error(count):
    found = group(noise(count).reshape(count, 256), ["en"] * count)
    assert len(found.labels) == count


def test_equal_vectors_and_zeros_have_no_error():
    assert len(group(np.zeros((10, 256), np.float32), ["en"] * 10).labels) == 10
    assert len(group(np.tile(direction(1), (10, 1)), ["fr"] * 10).labels) == 10


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 4), min_size=1, max_size=80), st.randoms(use_true_random=False))
def test_every_label_has_a_center_and_the_order_of_vectors_changes_no_count(numbers, random):
    vectors = np.array([near(number, 0.8, place) for place, number in enumerate(numbers)])
    languages = [random.choice(["fr", "en", ""]) for _ in numbers]
    found = group(vectors, languages)
    assert set(found.labels) - {NONE} == set(range(len(found.centers)))
    sizes = np.bincount(found.labels[found.labels != NONE])
    assert (np.diff(sizes) <= 0).all() and (sizes > 0).all()
    assert np.array_equal(group(vectors, languages).labels, found.labels), "the same each time"
