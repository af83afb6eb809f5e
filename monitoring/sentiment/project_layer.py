"""A project layer on top of the base model, fitted on the corrections of a project.

In: corrected texts with their labels, and texts whose labels nobody disputed. Out: a `Layer` that shifts the model's
probabilities, and its cross-validated accuracy on the corrections. Called by enrichment/fit_layers.py and analyzer.py.

A multinomial logistic regression over the model's hashed words and, with the encoder, over the vector of the text,
with the model's log-probabilities as offset. Without the encoder a text without words from corrections stays
unchanged; with it, a text that says the same in other words, or in another language, is corrected too. People correct
wrong labels only, so the undisputed texts keep the layer from changing correct ones.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from monitoring.sentiment.features import Rows
from monitoring.sentiment.model import LABELS, softmax

MIN_CORRECTIONS = 20  # with fewer, five folds of less than four say nothing
FOLDS = 5
# Selected with labeled posts of one industry as corrections of a model that was not trained on them.
REGULARIZATION = 0.02
ITERATIONS, LEARNING_RATE = 150, 2.0
UNDISPUTED_WEIGHT = 0.3  # of an undisputed text, relative to a correction
_EPSILON = 1e-6


@dataclass(frozen=True)
class Words:
    """The hashed words of `size` texts: `rows[i]` is in text `owner[i]`, `value[i]` is 1 / sqrt(words of the text)."""

    rows: np.ndarray
    owner: np.ndarray
    value: np.ndarray
    size: int

    @classmethod
    def of(cls, found: Rows) -> "Words":
        """Return the words of the result of `SentimentModel.features`."""
        lengths = np.diff(found.bounds)
        owner = np.repeat(np.arange(len(lengths)), lengths)
        return cls(found.rows, owner, 1 / np.sqrt(np.maximum(lengths, 1))[owner], len(lengths))


@dataclass(frozen=True)
class Layer:
    """`weights[i]` are the shifts of the three log-odds for the hashed word `rows[i]`; `rows` are sorted. `directions`
    (numbers of a vector, 3) are those for the vector of a text, without rows if the model has no vectors.
    """

    rows: np.ndarray
    weights: np.ndarray
    directions: np.ndarray

    def shift(self, words: Words, vectors: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
        """Return the probabilities of texts with these words and vectors shifted by the layer."""
        shifts = vectors @ self.directions
        if len(self.rows):
            position = np.minimum(np.searchsorted(self.rows, words.rows), len(self.rows) - 1)
            known = self.rows[position] == words.rows
            shifts += _sums(self.weights[position] * known[:, None], words)
        return softmax(shifts + np.log(probabilities + _EPSILON))

    def to_bytes(self) -> bytes:
        """Return the layer in the format of `SentimentLayer.weights`."""
        out = io.BytesIO()
        weights, directions = self.weights.astype(np.float16), self.directions.astype(np.float32)
        np.savez_compressed(out, rows=self.rows, weights=weights, directions=directions)
        return out.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> "Layer":
        """Return the layer of the result of `to_bytes`."""
        with np.load(io.BytesIO(data)) as file:
            weights, directions = (file[name].astype(np.float64) for name in ("weights", "directions"))
            return cls(file["rows"], weights, directions)


@dataclass(frozen=True)
class Fitted:
    """A fitted layer. `before` and `after` are accuracies (0 to 1) on the corrections, without a layer and with one
    that was not fitted on them (five folds). `is_better`: the gain exceeds one standard error of the changed labels.
    """

    layer: Layer
    before: float
    after: float
    is_better: bool


@dataclass(frozen=True)
class Lesson:
    """The texts to learn from with their labels, what a model makes of them, and how many, from the first, were
    corrected; the others are undisputed.
    """

    texts: Sequence[str]
    labels: Sequence[str]
    corrections: int
    probabilities: np.ndarray
    words: Words
    vectors: np.ndarray


def is_enough(labels: Sequence[str]) -> bool:
    """Return whether a layer can be fitted to corrections to these labels."""
    return len(labels) >= MIN_CORRECTIONS and len(set(labels)) > 1


def fit_layer(lesson: Lesson) -> Fitted:
    """Fit a layer to corrections for which `is_enough`."""
    truth = np.array([LABELS.index(label) for label in lesson.labels])
    weight = np.where(np.arange(len(truth)) < lesson.corrections, 1.0, UNDISPUTED_WEIGHT)
    corrected, truth_of_corrected = np.arange(lesson.corrections), truth[: lesson.corrections]
    # By text: one that was corrected twice must not be in the training and in the test part of a fold.
    fold = np.array([_fold_of(text) for text in lesson.texts[: lesson.corrections]])
    after = np.empty(lesson.corrections, int)
    for number in range(FOLDS):
        held_out = corrected[fold == number]
        fold_weight = weight.copy()
        fold_weight[held_out] = 0
        layer = _fit(lesson, truth, fold_weight)
        shifted = layer.shift(lesson.words, lesson.vectors, lesson.probabilities)
        after[held_out] = shifted.argmax(axis=1)[held_out]
    before = lesson.probabilities[: lesson.corrections].argmax(axis=1)
    was_right, is_right = before == truth_of_corrected, after == truth_of_corrected
    fixed, broken = int((is_right & ~was_right).sum()), int((was_right & ~is_right).sum())
    is_better = fixed - broken > np.sqrt(fixed + broken)
    return Fitted(_fit(lesson, truth, weight), float(was_right.mean()), float(is_right.mean()), bool(is_better))


def _fold_of(text: str) -> int:
    return sum(map(ord, text[:200])) % FOLDS


def _fit(lesson: Lesson, truth: np.ndarray, weight: np.ndarray) -> Layer:
    """Run gradient descent with momentum over the rows of texts with a weight; deterministic."""
    words, vectors = lesson.words, lesson.vectors
    with_weight = np.flatnonzero(weight[words.owner] > 0)
    rows, position = np.unique(words.rows[with_weight], return_inverse=True)
    active = Words(position, words.owner[with_weight], words.value[with_weight], words.size)
    base, target = np.log(lesson.probabilities + _EPSILON), np.eye(len(LABELS))[truth]
    weights, directions = np.zeros((len(rows), len(LABELS))), np.zeros((vectors.shape[1], len(LABELS)))
    velocity, turn = np.zeros_like(weights), np.zeros_like(directions)
    for _ in range(ITERATIONS):
        shifts = _sums(weights[active.rows], active) + vectors @ directions
        error = (softmax(base + shifts) - target) * weight[:, None] / weight.sum()
        gradient = REGULARIZATION / len(truth) * weights
        for column in range(len(LABELS)):
            gradient[:, column] += np.bincount(active.rows, error[active.owner, column] * active.value, len(rows))
        velocity = 0.9 * velocity - LEARNING_RATE * gradient
        weights += velocity
        turn = 0.9 * turn - LEARNING_RATE * (vectors.T @ error + REGULARIZATION / len(truth) * directions)
        directions += turn
    return Layer(rows, weights, directions)


def _sums(parts: np.ndarray, words: Words) -> np.ndarray:
    """Return the sum of the parts of each text, one column per label."""
    columns = [np.bincount(words.owner, parts[:, c] * words.value, words.size) for c in range(len(LABELS))]
    return np.stack(columns, axis=1)
