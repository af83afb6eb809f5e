import re
from pathlib import Path

import numpy as np
import pytest

from monitoring.relevance.features import Features
from monitoring.relevance.measure import NEVER, Lesson, Measure, fit, is_enough
from monitoring.relevance.model import RelevanceModel
from tests.monitoring.relevance.posts import PROJECTS, measured, read_posts

DOCS = Path(__file__).parents[3] / "docs/relevance.md"


def lesson_of(texts, is_noise, vectors=None):
    return Lesson(Features.of(texts, vectors), texts, np.array(is_noise))


@pytest.mark.parametrize("name", PROJECTS)
def test_labeled_posts_are_distinct_and_of_both_kinds(name):
    posts = read_posts(name)

    assert len(set(posts.texts)) == len(posts.texts) > 130
    assert 0.4 < posts.is_noise.mean() < 0.6


def test_version_is_used_once_it_helps():
    posts = read_posts("boussole")
    order = np.random.default_rng(0).permutation(len(posts.texts))

    fitted = fit(posts.lesson(order[:120]))

    assert fitted.is_better
    assert fitted.by_text.decisions == 120
    assert 0 < fitted.by_time.decisions <= 30
    assert fitted.by_text.precision > 0.85
    assert fitted.by_time.precision >= 0.75


def test_version_is_not_used_when_decisions_have_no_pattern():
    posts = read_posts("boussole")
    order = np.random.default_rng(0).permutation(len(posts.texts))
    lesson = posts.lesson(order)

    for seed in range(3):
        by_chance = np.random.default_rng(seed).random(len(order)) < 0.5
        assert not fit(Lesson(lesson.features, lesson.texts, by_chance)).is_better


def test_version_is_not_used_when_suggesting_everything_is_as_good():
    assert not Measure(decisions=100, noise=95, suggested=100, right=95).is_helpful
    assert Measure(decisions=100, noise=50, suggested=40, right=38).is_helpful


@pytest.mark.parametrize(
    "measure",
    [Measure(100, 50), Measure(100, 50, 5, 5), Measure(100, 50, 8, 8), Measure(100, 50, 40, 28)],
    ids=["nothing suggested", "few suggestions", "little of the noise", "often wrong"],
)
def test_measure_is_not_helpful(measure):
    assert not measure.is_helpful


def test_equal_texts_are_measured_in_one_fold():
    """A text that was decided several times must not be learned from and measured on."""
    texts = [f"text number {number}" for number in range(20)] * 2
    chance = np.random.default_rng(1).random(20) < 0.5
    is_noise = np.concatenate([chance, chance])

    fitted = fit(lesson_of(texts, is_noise))

    assert fitted.by_text.suggested < 10
    assert fitted.by_time.decisions == 0


def test_threshold_is_never_below_half():
    posts = read_posts("orchard")
    order = np.random.default_rng(0).permutation(len(posts.texts))

    assert fit(posts.lesson(order)).threshold >= 0.5


def test_nothing_reaches_the_threshold_without_right_suggestions():
    texts = [f"same words {number}" for number in range(40)]

    fitted = fit(lesson_of(texts, np.arange(40) % 2 == 0))

    assert not fitted.is_better
    assert fitted.threshold == NEVER or fitted.by_text.suggested == 0 or not fitted.by_text.is_helpful


def test_few_decisions_or_those_of_one_kind_are_not_enough():
    assert is_enough([True] * 20 + [False] * 10)
    assert not is_enough([True] * 21 + [False] * 9)
    assert not is_enough([True] * 14 + [False] * 15)


def test_fit_is_the_same_twice_and_survives_storage():
    posts = read_posts("orchard")
    lesson = posts.lesson(np.arange(len(posts.texts)))
    one, two = fit(lesson), fit(lesson)

    stored = RelevanceModel.from_bytes(one.model.to_bytes())

    assert one.threshold == two.threshold
    assert np.abs(stored.scores(lesson.features) - two.model.scores(lesson.features)).max() < 0.01


def test_vectors_find_what_other_words_say():
    rng = np.random.default_rng(0)
    directions = np.linalg.qr(rng.standard_normal((256, 2)))[0].T
    is_noise = np.arange(60) % 2 == 0
    vectors = directions[is_noise.astype(int)] + 0.03 * rng.standard_normal((60, 256))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)

    fitted = fit(lesson_of([f"only{number}" for number in range(60)], is_noise, vectors))

    assert fitted.is_better
    assert fitted.by_text.recall > 0.9
    new = Features.of(["unknown", "words"], directions[[1, 0]])
    assert list(fitted.model.scores(new) >= fitted.threshold) == [True, False]


@pytest.mark.parametrize("text", ["", "\x00\x01", "🍎", "a" * 1_000_000, "العربية 漢字"])
def test_odd_texts_get_a_score(text):
    posts = read_posts("orchard")
    model = fit(posts.lesson(np.arange(len(posts.texts)))).model

    [score] = model.scores(Features.of([text]))

    assert 0 <= score <= 1


def encoded(name):
    """Return the vectors of the labeled posts; skip where the encoder isn't installed."""
    encoder = pytest.importorskip("monitoring.embedding.encoder")
    try:
        return encoder.load().encode(read_posts(name).texts).vectors
    except ImportError:
        pytest.skip("needs requirements/onnx.txt")


@pytest.mark.parametrize("name", PROJECTS)
@pytest.mark.parametrize("learned", ["words", "vectors and words"])
def test_docs_have_the_measured_figures(name, learned):
    vectors = None if learned == "words" else encoded(name)
    text = DOCS.read_text(encoding="utf-8")
    for decisions in (30, 60, 120):
        measure = measured(name, decisions, vectors)
        row = re.search(rf"\| {name} \| {learned} \| {decisions} \| (\d+)% \| (\d+)% \|", text)

        assert row
        # Sums in another order can change a decision or two on another machine.
        assert abs(int(row[1]) - 100 * measure.precision) <= 4
        assert abs(int(row[2]) - 100 * measure.recall) <= 4
