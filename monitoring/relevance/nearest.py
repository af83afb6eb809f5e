"""The examples that explain a score: for each item, the most similar one of those that the team has decided.

In: `Features` of items and of examples. Out: the number of the nearest example of each item, and its similarity.
Called by enrichment/score_relevance.py, once for the ignored examples and once for the kept ones.
"""

import numpy as np

from monitoring.relevance.features import Features


def nearest(items: Features, examples: Features) -> tuple[np.ndarray, np.ndarray]:
    """Return the number of the nearest example of each item and its similarity, at most 1. There is an example.

    Vectors are compared if there are any, otherwise words: the rarer among the examples, the more they say.
    """
    has_vectors = items.vectors.shape[1] > 0
    similarities = items.vectors @ examples.vectors.T if has_vectors else _shared_words(items, examples)
    numbers = similarities.argmax(axis=1)
    return numbers, similarities[np.arange(items.size), numbers]


def _shared_words(items: Features, examples: Features) -> np.ndarray:
    """Return the cosine of the weighted words of each item and example."""
    words, word, frequency = np.unique(examples.rows, return_inverse=True, return_counts=True)
    square = (np.log((1 + examples.size) / (1 + frequency)) + 0.1) ** 2
    unknown = (np.log(1 + examples.size) + 0.1) ** 2
    lengths = np.sqrt(np.bincount(examples.owner, square[word], examples.size))
    similarities = np.zeros((items.size, examples.size))
    bounds = np.searchsorted(items.owner, np.arange(items.size + 1))
    for number in range(items.size):
        rows = items.rows[bounds[number] : bounds[number + 1]]
        known = np.flatnonzero(np.isin(words, rows, assume_unique=True))
        of_item = np.zeros(len(words))
        of_item[known] = square[known]
        length = np.sqrt(of_item.sum() + unknown * (len(rows) - len(known)))
        shared = np.bincount(examples.owner, of_item[word], examples.size)
        similarities[number] = shared / np.maximum(lengths * length, 1e-9)
    return similarities
