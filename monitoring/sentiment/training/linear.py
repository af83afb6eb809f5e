"""Fit a linear part with scikit-learn: Features of labeled texts in, the arrays of `linear.Linear` out.

Called by pipeline.py; needs requirements/train.txt.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from monitoring.sentiment.features import IDEAS, MEASURES, ROWS, Features
from monitoring.sentiment.hashing import LANGUAGES

# Selected by cross-validation on umsab_train, mean macro-F1 of seven languages: 0.3 / 0.7 / 1.5 gave 0.622 / 0.615 /
# 0.609 (the first with row weights 1.5 times as high); weighting rows by their rarity added 0.8 points.
C = 0.35
MIN_TEXTS = 3  # that must contain a row
OWN_LANGUAGE = 0.7  # how much the weights of one language may differ from those of all
MAX_ROWS = 300_000
CLIP_PERCENTILE = 99.9  # of the weights, which the largest step represents
STEPS = 127
ITERATIONS = 60


@dataclass(frozen=True)
class Matrix:
    """One line per text: a sparse matrix for the rows of the table, and one for all other features."""

    rows: sp.csr_matrix
    rest: sp.csr_matrix


def matrix(batches: Sequence[Features]) -> Matrix:
    """Return the matrix of these batches."""
    return Matrix(
        sp.vstack([_rows(features) for features in batches], format="csr"),
        sp.vstack([_rest(features) for features in batches], format="csr"),
    )


def concatenated(parts: Sequence[Matrix]) -> Matrix:
    """Return one matrix of all parts."""
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
    """Return ideas and measures for all languages, the same for the language of the text, then the language."""
    size, languages, ideas = features.size, features.languages, features.ideas
    idea_rows = features.idea_rows
    lengths = np.diff(ideas.bounds)
    values = np.repeat(1 / np.sqrt(np.maximum(lengths, 1)), lengths)
    lines = np.repeat(np.arange(size), lengths)
    own = sp.csr_matrix((values, (lines, ideas.rows)), shape=(size, len(LANGUAGES) * idea_rows))
    shared = sp.csr_matrix((values, (lines, ideas.rows % idea_rows)), shape=(size, idea_rows))
    spread = np.zeros((size, len(LANGUAGES), MEASURES))
    spread[np.arange(size), languages] = features.measures
    dense = np.concatenate(
        [features.measures, OWN_LANGUAGE * spread.reshape(size, -1), OWN_LANGUAGE * np.eye(len(LANGUAGES))[languages]],
        axis=1,
    )
    return sp.hstack([shared, own * OWN_LANGUAGE, sp.csr_matrix(dense)], format="csr").astype(np.float32)


def fit(
    texts: Matrix, labels: np.ndarray, weights: np.ndarray, sets: np.ndarray, idea_rows: int
) -> dict[str, np.ndarray]:
    """Fit the arrays of the model file. `sets`: the set of each text; the bias of each set but the first is fitted
    and dropped afterwards.
    """
    texts_of_row = np.bincount(texts.rows.indices, minlength=ROWS)
    kept = np.flatnonzero(texts_of_row >= MIN_TEXTS)
    rarity = (np.log(len(labels) / (texts_of_row[kept] + 1)) / 3.5).astype(np.float32)
    table = (texts.rows[:, kept] @ sp.diags(rarity)).tocsr()
    set_columns = sp.csr_matrix(np.eye(sets.max() + 1)[sets][:, 1:])
    columns = sp.hstack([table, texts.rest, set_columns], format="csr").astype(np.float32)
    with warnings.catch_warnings():
        # The fit stops after ITERATIONS on purpose.
        warnings.simplefilter("ignore", ConvergenceWarning)
        fitted = LogisticRegression(C=C, max_iter=ITERATIONS, tol=1e-3).fit(columns, labels, sample_weight=weights)
    coefficients = fitted.coef_.astype(np.float64)
    of_rows, rest = coefficients[:, : len(kept)] * rarity, coefficients[:, len(kept) : -set_columns.shape[1]]
    return _quantized(kept, of_rows) | _other_arrays(rest, fitted.intercept_, idea_rows)


def _quantized(kept: np.ndarray, weights: np.ndarray) -> dict[str, np.ndarray]:
    relative_to_neutral = (weights - weights[1])[[0, 2]]
    size = np.abs(relative_to_neutral).max(axis=0)
    largest = np.sort(np.argsort(-size, kind="stable")[:MAX_ROWS])
    unit = np.percentile(size, CLIP_PERCENTILE) / STEPS
    steps = np.clip(np.round(relative_to_neutral[:, largest].T / unit), -STEPS, STEPS).astype(np.int8)
    return {"rows": kept[largest].astype(np.int32), "steps": steps, "unit": np.array(unit)}


def _other_arrays(rest: np.ndarray, intercept: np.ndarray, idea_rows: int) -> dict[str, np.ndarray]:
    count = len(LANGUAGES)
    shared, own, measures, own_measures, languages = np.split(
        rest, np.cumsum([idea_rows, count * idea_rows, MEASURES, count * MEASURES]), axis=1
    )
    ideas = np.tile(shared, count) + OWN_LANGUAGE * own
    by_language = measures[:, None] + OWN_LANGUAGE * own_measures.reshape(3, count, MEASURES)
    return {
        "ideas": ideas.T.astype(np.float32),
        "measures": by_language.transpose(1, 2, 0).astype(np.float32),
        "bias": (intercept[:, None] + OWN_LANGUAGE * languages).T.astype(np.float32),
    }
