"""Fits a linear part with scikit-learn: Features of labeled texts in, the arrays of linear.Linear out."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from monitoring.sentiment.features import IDEAS, MEASURES, ROWS, Features
from monitoring.sentiment.hashing import LANGUAGES

# Chosen by cross-validation over umsab_train, macro-F1 on the mean of seven languages: 0.3 / 0.7 / 1.5 gave 0.622 /
# 0.615 / 0.609 (the first with rows half as heavy again); weighing rows by how rare they are 0.8 points more than not.
C = 0.35
FEWEST = 3  # texts that a row must be seen in
OWN_LANGUAGE = 0.7  # how much a weight for one language may differ from that for all
KEPT = 300_000
CLIPPED = 99.9  # percentile of the weights that the largest step stands for
STEPS = 127
ITERATIONS = 60


@dataclass(frozen=True)
class Matrix:
    """Texts as lines of one sparse matrix for the table's rows, and of one for everything else."""

    rows: sp.csr_matrix
    rest: sp.csr_matrix


def matrix(batches: Sequence[Features]) -> Matrix:
    return Matrix(
        sp.vstack([_rows(features) for features in batches], format="csr"),
        sp.vstack([_rest(features) for features in batches], format="csr"),
    )


def stacked(parts: Sequence[Matrix]) -> Matrix:
    return Matrix(
        sp.vstack([part.rows for part in parts], format="csr"), sp.vstack([part.rest for part in parts], format="csr")
    )


def _rows(features: Features) -> sp.csr_matrix:
    counts = np.zeros((IDEAS, features.size))
    for piece in features.pieces:
        counts[piece.group] += np.diff(piece.bounds)
    scale = (1 / np.sqrt(np.maximum(counts, 1))).astype(np.float32)
    total = sp.csr_matrix((features.size, ROWS), dtype=np.float32)
    for piece in features.pieces:
        values = np.repeat(scale[piece.group], np.diff(piece.bounds))
        bounds = piece.bounds.astype(np.int32)
        total = total + sp.csr_matrix((values, piece.rows, bounds), shape=total.shape)
    total.sum_duplicates()
    return total


def _rest(features: Features) -> sp.csr_matrix:
    """Ideas and measures for all languages, then for the text's own, then the language."""
    size, languages, ideas = features.size, features.languages, features.ideas
    kinds = features.kinds
    lengths = np.diff(ideas.bounds)
    values = np.repeat(1 / np.sqrt(np.maximum(lengths, 1)), lengths)
    lines = np.repeat(np.arange(size), lengths)
    own = sp.csr_matrix((values, (lines, ideas.rows)), shape=(size, len(LANGUAGES) * kinds))
    shared = sp.csr_matrix((values, (lines, ideas.rows % kinds)), shape=(size, kinds))
    spread = np.zeros((size, len(LANGUAGES), MEASURES))
    spread[np.arange(size), languages] = features.measures
    dense = np.concatenate(
        [features.measures, OWN_LANGUAGE * spread.reshape(size, -1), OWN_LANGUAGE * np.eye(len(LANGUAGES))[languages]],
        axis=1,
    )
    return sp.hstack([shared, own * OWN_LANGUAGE, sp.csr_matrix(dense)], format="csr").astype(np.float32)


def fit(texts: Matrix, labels: np.ndarray, weights: np.ndarray, sets: np.ndarray, kinds: int) -> dict[str, np.ndarray]:
    """The arrays of the model file. `sets`: the set of each text; how the labels of a set lean is learned and, but for
    those of the first, left out afterwards."""
    seen = np.bincount(texts.rows.indices, minlength=ROWS)
    kept = np.flatnonzero(seen >= FEWEST)
    rarity = (np.log(len(labels) / (seen[kept] + 1)) / 3.5).astype(np.float32)
    table = (texts.rows[:, kept] @ sp.diags(rarity)).tocsr()
    leaning = sp.csr_matrix(np.eye(sets.max() + 1)[sets][:, 1:])
    everything = sp.hstack([table, texts.rest, leaning], format="csr").astype(np.float32)
    with warnings.catch_warnings():
        # ITERATIONS end it on purpose.
        warnings.simplefilter("ignore", ConvergenceWarning)
        fitted = LogisticRegression(C=C, max_iter=ITERATIONS, tol=1e-3).fit(everything, labels, sample_weight=weights)
    coefficients = fitted.coef_.astype(np.float64)
    of_rows, rest = coefficients[:, : len(kept)] * rarity, coefficients[:, len(kept) : -leaning.shape[1]]
    return _stepped(kept, of_rows) | _of_rest(rest, fitted.intercept_, kinds)


def _stepped(kept: np.ndarray, weights: np.ndarray) -> dict[str, np.ndarray]:
    beside_neutral = (weights - weights[1])[[0, 2]]
    size = np.abs(beside_neutral).max(axis=0)
    largest = np.sort(np.argsort(-size, kind="stable")[:KEPT])
    unit = np.percentile(size, CLIPPED) / STEPS
    steps = np.clip(np.round(beside_neutral[:, largest].T / unit), -STEPS, STEPS).astype(np.int8)
    return {"rows": kept[largest].astype(np.int32), "steps": steps, "unit": np.array(unit)}


def _of_rest(rest: np.ndarray, intercept: np.ndarray, kinds: int) -> dict[str, np.ndarray]:
    count = len(LANGUAGES)
    shared, own, measures, own_measures, languages = np.split(
        rest, np.cumsum([kinds, count * kinds, MEASURES, count * MEASURES]), axis=1
    )
    ideas = np.tile(shared, count) + OWN_LANGUAGE * own
    by_language = measures[:, None] + OWN_LANGUAGE * own_measures.reshape(3, count, MEASURES)
    return {
        "ideas": ideas.T.astype(np.float32),
        "measures": by_language.transpose(1, 2, 0).astype(np.float32),
        "bias": (intercept[:, None] + OWN_LANGUAGE * languages).T.astype(np.float32),
    }
