"""Fits how much each part of the model counts, by language, and the threshold of doubt; and measures calibration.

In: log-odds of all parts for texts that none had seen, and the labels. Out: a Blend and a threshold.
"""

import numpy as np
from scipy.optimize import minimize

from monitoring.sentiment.hashing import LANGUAGES
from monitoring.sentiment.model import Blend

# How strongly a language is held to what all languages say: 1,800 tweets each leave six numbers well known.
HELD = 20.0
RIGHT = 0.8  # of the shown labels
LEAST_SHOWN = 0.25
BINS = 15


def fit(of_parts: np.ndarray, languages: np.ndarray, labels: np.ndarray, weights: np.ndarray) -> Blend:
    start = np.concatenate([np.full(len(of_parts), 0.5), np.zeros(3)])
    everywhere = _fit(of_parts, labels, weights, start, 1e-3)
    by_language = np.tile(everywhere, (len(LANGUAGES), 1))
    for number in np.unique(languages):
        of = languages == number
        by_language[number] = _fit(of_parts[:, of], labels[of], weights[of], everywhere, HELD)
    return Blend(by_language[:, : len(of_parts)], by_language[:, len(of_parts) :])


def _fit(of_parts: np.ndarray, labels: np.ndarray, weights: np.ndarray, start: np.ndarray, held: float) -> np.ndarray:
    def loss(values: np.ndarray) -> float:
        logits = np.tensordot(values[: len(of_parts)], of_parts, 1) + values[len(of_parts) :]
        logits = logits - logits.max(axis=1, keepdims=True)
        right = logits[np.arange(len(labels)), labels] - np.log(np.exp(logits).sum(axis=1))
        return float(held * ((values - start) ** 2).sum() - (weights * right).sum())

    return np.round(minimize(loss, start, method="L-BFGS-B").x, 4)


def threshold(probabilities: np.ndarray, labels: np.ndarray, weights: np.ndarray) -> float:
    """The lowest probability from which shown labels are right so often as RIGHT says, on texts not seen."""
    sure = probabilities.max(axis=1)
    order = np.argsort(-sure, kind="stable")
    right = (probabilities.argmax(axis=1) == labels)[order] * weights[order]
    shown = np.cumsum(weights[order])
    good = np.flatnonzero((np.cumsum(right) / shown >= RIGHT) & (shown >= 0.02 * shown[-1]))
    last = good[-1] if len(good) else int(LEAST_SHOWN * len(order))
    return round(float(sure[order][last]), 3)


def calibration_error(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """Expected calibration error of the likeliest label, over BINS of equal width."""
    sure, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    place = np.minimum((sure * BINS).astype(int), BINS - 1)
    gaps = np.bincount(place, sure, BINS) - np.bincount(place, right, BINS)
    return float(np.abs(gaps).sum() / len(labels))
