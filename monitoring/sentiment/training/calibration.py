"""Fit the weights of the parts per language and the threshold of uncertain labels, and measure calibration.

In: log-odds of all parts for texts that they were not trained on, and the labels. Out: a Blend and a threshold.
Called by pipeline.py and evaluate.py.
"""

import numpy as np
from scipy.optimize import minimize

from monitoring.sentiment.hashing import LANGUAGES
from monitoring.sentiment.model import Blend

# How strongly the weights of a language are kept near those of all languages: 1,800 tweets determine six numbers well.
REGULARIZATION = 20.0
TARGET_ACCURACY = 0.8  # of the shown labels
MIN_SHOWN = 0.25
BINS = 15


def fit_blend(of_parts: np.ndarray, languages: np.ndarray, labels: np.ndarray, weights: np.ndarray) -> Blend:
    """Return the weight of each part and the bias, by language."""
    start = np.concatenate([np.full(len(of_parts), 0.5), np.zeros(3)])
    all_languages = _fit(of_parts, labels, weights, start, 1e-3)
    by_language = np.tile(all_languages, (len(LANGUAGES), 1))
    for number in np.unique(languages):
        in_language = languages == number
        by_language[number] = _fit(
            of_parts[:, in_language], labels[in_language], weights[in_language], all_languages, REGULARIZATION
        )
    return Blend(by_language[:, : len(of_parts)], by_language[:, len(of_parts) :])


def _fit(
    of_parts: np.ndarray, labels: np.ndarray, weights: np.ndarray, start: np.ndarray, regularization: float
) -> np.ndarray:
    def loss(values: np.ndarray) -> float:
        logits = np.tensordot(values[: len(of_parts)], of_parts, 1) + values[len(of_parts) :]
        logits = logits - logits.max(axis=1, keepdims=True)
        correct = logits[np.arange(len(labels)), labels] - np.log(np.exp(logits).sum(axis=1))
        return float(regularization * ((values - start) ** 2).sum() - (weights * correct).sum())

    return np.round(minimize(loss, start, method="L-BFGS-B").x, 4)


def threshold(probabilities: np.ndarray, labels: np.ndarray, weights: np.ndarray) -> float:
    """Return the lowest probability above which labels have TARGET_ACCURACY on texts outside the training data."""
    confidence = probabilities.max(axis=1)
    order = np.argsort(-confidence, kind="stable")
    correct = (probabilities.argmax(axis=1) == labels)[order] * weights[order]
    shown = np.cumsum(weights[order])
    accurate_enough = np.flatnonzero((np.cumsum(correct) / shown >= TARGET_ACCURACY) & (shown >= 0.02 * shown[-1]))
    last = accurate_enough[-1] if len(accurate_enough) else int(MIN_SHOWN * len(order))
    return round(float(confidence[order][last]), 3)


def calibration_error(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """Return the expected calibration error of the most likely label, over BINS of equal width."""
    confidence, correct = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    bin_of_text = np.minimum((confidence * BINS).astype(int), BINS - 1)
    gaps = np.bincount(bin_of_text, confidence, BINS) - np.bincount(bin_of_text, correct, BINS)
    return float(np.abs(gaps).sum() / len(labels))
