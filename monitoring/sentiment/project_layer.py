"""A project layer on top of the base model, fitted on the corrections of a project.

In: corrected texts with their labels, and texts whose labels nobody disputed. Out: a `Layer` that shifts the model's
probabilities, and its cross-validated accuracy on the corrections. Called by enrichment/fit_layers.py and analyzer.py.

A multinomial logistic regression over the model's hashed words, with its log-probabilities as offset: a text without
words from corrections stays unchanged. People correct wrong labels only, so the undisputed texts keep the layer from
changing correct ones.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from monitoring.sentiment.model import LABELS, SentimentModel

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
    def of(cls, model: SentimentModel, texts: Sequence[str]) -> "Words":
        """Return the words of these texts."""
        found = model.features(texts)
        lengths = np.diff(found.bounds)
        owner = np.repeat(np.arange(len(texts)), lengths)
        return cls(found.rows, owner, 1 / np.sqrt(np.maximum(lengths, 1))[owner], len(texts))


@dataclass(frozen=True)
class Layer:
    """`weights[i]` are the shifts of the three log-odds for the hashed word `rows[i]`; `rows` are sorted."""

    rows: np.ndarray
    weights: np.ndarray

    def apply(self, model: SentimentModel, texts: Sequence[str], probabilities: np.ndarray) -> np.ndarray:
        """Return the probabilities of these texts shifted by the layer, in the same shape."""
        return self.shift(Words.of(model, texts), probabilities)

    def shift(self, words: Words, probabilities: np.ndarray) -> np.ndarray:
        """Return the probabilities of texts with these words shifted by the layer."""
        if not len(self.rows):
            return probabilities
        position = np.minimum(np.searchsorted(self.rows, words.rows), len(self.rows) - 1)
        known = self.rows[position] == words.rows
        return _softmax(_sums(self.weights[position] * known[:, None], words) + np.log(probabilities + _EPSILON))

    def to_bytes(self) -> bytes:
        """Return the layer in the format of `SentimentLayer.weights`."""
        out = io.BytesIO()
        np.savez_compressed(out, rows=self.rows, weights=self.weights.astype(np.float16))
        return out.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> "Layer":
        """Return the layer of the result of `to_bytes`."""
        with np.load(io.BytesIO(data)) as file:
            return cls(file["rows"], file["weights"].astype(np.float64))


@dataclass(frozen=True)
class Fitted:
    """A fitted layer. `before` and `after` are accuracies (0 to 1) on the corrections, without a layer and with one
    that was not fitted on them (five folds). `is_better`: the gain exceeds one standard error of the changed labels.
    """

    layer: Layer
    before: float
    after: float
    is_better: bool


def fit_layer(
    model: SentimentModel,
    texts: Sequence[str],
    languages: Sequence[str],
    labels: Sequence[str],
    undisputed: Sequence[tuple[str, str, str]] = (),
) -> Fitted | None:
    """Fit a layer; None for fewer than MIN_CORRECTIONS, or if all corrections have one label. `undisputed` are texts
    with their languages and labels."""
    if len(texts) < MIN_CORRECTIONS or len(set(labels)) < 2:
        return None
    all_texts = [*texts, *(text for text, _, _ in undisputed)]
    all_languages = [*languages, *(language for _, language, _ in undisputed)]
    truth = np.array([LABELS.index(label) for label in (*labels, *(label for _, _, label in undisputed))])
    offset = model.probabilities(all_texts, all_languages)
    words = Words.of(model, all_texts)
    weight = np.where(np.arange(len(all_texts)) < len(texts), 1.0, UNDISPUTED_WEIGHT)
    corrected, truth_of_corrected = np.arange(len(texts)), truth[: len(texts)]
    # By text: one that was corrected twice must not be in the training and in the test part of a fold.
    fold = np.array([_fold_of(text) for text in texts])
    after = np.empty(len(texts), int)
    for number in range(FOLDS):
        held_out = corrected[fold == number]
        fold_weight = weight.copy()
        fold_weight[held_out] = 0
        layer = _fit(words, offset, truth, fold_weight)
        after[held_out] = layer.shift(words, offset).argmax(axis=1)[held_out]
    before = offset[: len(texts)].argmax(axis=1)
    was_right, is_right = before == truth_of_corrected, after == truth_of_corrected
    fixed, broken = int((is_right & ~was_right).sum()), int((was_right & ~is_right).sum())
    is_better = fixed - broken > np.sqrt(fixed + broken)
    return Fitted(_fit(words, offset, truth, weight), float(was_right.mean()), float(is_right.mean()), bool(is_better))


def _fold_of(text: str) -> int:
    return sum(map(ord, text[:200])) % FOLDS


def _fit(words: Words, offset: np.ndarray, truth: np.ndarray, weight: np.ndarray) -> Layer:
    """Run gradient descent with momentum over the rows of texts with a weight; deterministic."""
    with_weight = np.flatnonzero(weight[words.owner] > 0)
    rows, position = np.unique(words.rows[with_weight], return_inverse=True)
    active = Words(position, words.owner[with_weight], words.value[with_weight], words.size)
    base, target = np.log(offset + _EPSILON), np.eye(len(LABELS))[truth]
    weights = np.zeros((len(rows), len(LABELS)))
    velocity = np.zeros_like(weights)
    for _ in range(ITERATIONS):
        error = (_softmax(base + _sums(weights[active.rows], active)) - target) * weight[:, None] / weight.sum()
        gradient = REGULARIZATION / len(truth) * weights
        for column in range(len(LABELS)):
            gradient[:, column] += np.bincount(active.rows, error[active.owner, column] * active.value, len(rows))
        velocity = 0.9 * velocity - LEARNING_RATE * gradient
        weights += velocity
    return Layer(rows, weights)


def _sums(parts: np.ndarray, words: Words) -> np.ndarray:
    """Return the sum of the parts of each text, one column per label."""
    columns = [np.bincount(words.owner, parts[:, c] * words.value, words.size) for c in range(len(LABELS))]
    return np.stack(columns, axis=1)


def _softmax(logits: np.ndarray) -> np.ndarray:
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    return odds / odds.sum(axis=1, keepdims=True)
