"""Subjects of themes: right where they are given, kept from run to run, each given once, with a name for each."""

import csv
from pathlib import Path

import numpy as np
import pytest
from django.utils import translation

from monitoring.embedding import encoder
from monitoring.models.theme_subjects import NAMES
from monitoring.themes.groups import Groups
from monitoring.themes.subjects import LEAST, LEAST_TO_KEEP, MARGIN, Scores, encode_subjects, score

POSTS = Path(__file__).parent / "posts.tsv"
# Of the themes of these posts, those that get a subject.
EXPECTED = {
    "design_praise": "design_praised",
    "factory_strike": "strike",
    "job_offers": "job_offers",
    "price_increase": "price_increase",
    "recycling_packaging": "packaging",
    "sponsorship_festival": "sponsorship",
}
IDS = ("first", "second", "third")


@pytest.fixture(scope="module")
def subjects():
    return encode_subjects(lambda texts: encoder.load().encode(texts).vectors)


def choose(*similarities, earlier=()):
    """Return the subjects of groups with these similarities to the first two subjects."""
    matrix = np.array([(*row, 0.0) for row in similarities], np.float32).reshape(-1, 3)
    return Scores(IDS, matrix).choose(dict(earlier))


def test_each_subject_has_a_name_in_both_languages(subjects):
    assert set(subjects.ids) == set(NAMES) and len(set(subjects.ids)) == len(subjects.ids)
    for language in ("en", "fr"):
        with translation.override(language):
            assert len({translation.gettext(name) for name in NAMES.values()}) == len(NAMES)


def test_themes_of_labeled_posts_get_the_right_subjects(subjects):
    with POSTS.open(encoding="utf-8", newline="") as lines:
        posts = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    vectors = encoder.load().encode([post["text"] for post in posts]).vectors
    themes, labels = np.unique([post["theme"] for post in posts], return_inverse=True)
    groups = Groups(labels, np.zeros((len(themes), vectors.shape[1]), np.float32))
    found = score(subjects, vectors, [post["language"] for post in posts], groups).choose({})
    assert {str(themes[number]): subject for number, subject in found.items()} == EXPECTED


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (LEAST + 0.01, 0.1, {0: "first"}),
        (LEAST - 0.01, 0.1, {}),
        (0.7, 0.7 - MARGIN - 0.01, {0: "first"}),
        (0.7, 0.7 - MARGIN + 0.01, {}),
    ],
)
def test_subject_is_given_where_it_is_clear(first, second, expected):
    assert choose((first, second)) == expected


def test_closest_of_two_groups_gets_the_subject():
    assert choose((0.6, 0), (0.8, 0)) == {1: "first"}


def test_theme_keeps_its_subject_while_it_is_similar_enough():
    close, far, best = (LEAST_TO_KEEP + 0.01, 0.1), (LEAST_TO_KEEP - 0.01, 0.1), (0.9, 0)
    assert choose(close, best, earlier={0: "first"}) == {0: "first"}
    assert choose(far, best, earlier={0: "first"}) == {1: "first"}
    assert choose(close, earlier={0: "one that is not known any more"}) == {}


def test_no_groups_have_no_subjects(subjects):
    nothing = np.empty((0, subjects.vectors.shape[1]), np.float32)
    assert choose() == {}
    assert (
        score(subjects, np.ones((3, nothing.shape[1])), ["fr"] * 3, Groups(np.full(3, -1), nothing)).choose({}) == {}
    )
