import numpy as np

from monitoring.relevance.features import Features
from monitoring.relevance.nearest import nearest


def test_nearest_example_shares_the_rarest_words():
    examples = Features.of(["the orchard in bloom", "the box from Orchard was late", "the orchard road"])
    items = Features.of(["Orchard box late again", "a walk when the orchard was in bloom"])

    numbers, similarities = nearest(items, examples)

    assert list(numbers) == [1, 0]
    assert ((similarities > 0) & (similarities < 1)).all()


def test_nearest_example_of_the_same_text_is_the_text():
    texts = ["apple picking at the orchard", "my meal kit was late"]

    numbers, similarities = nearest(Features.of(texts), Features.of(texts))

    assert list(numbers) == [0, 1]
    assert np.allclose(similarities, 1)


def test_nearest_example_is_by_vector_if_there_are_vectors():
    vectors = np.eye(2)
    examples = Features.of(["same words", "other"], vectors)

    numbers, similarities = nearest(Features.of(["same words"], vectors[[1]]), examples)

    assert list(numbers) == [1]
    assert np.allclose(similarities, 1)


def test_text_without_words_has_an_example():
    numbers, similarities = nearest(Features.of([""]), Features.of(["some words"]))

    assert list(numbers) == [0]
    assert list(similarities) == [0]


def test_taken_features_are_those_of_the_texts():
    features = Features.of(["one two", "three", "four five six"])

    taken = features.take(np.array([2, 0]))

    again = Features.of(["four five six", "one two"])
    assert sorted(zip(taken.owner, taken.rows, strict=True)) == sorted(zip(again.owner, again.rows, strict=True))
    assert taken.size == 2
