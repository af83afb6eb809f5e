"""A small layer on top of the built-in model, learned from a team's corrections of its labels.

In: corrected texts with their labels, and texts whose labels nobody disputed. Out: a `Layer` that shifts the model's
probabilities, and how well it does on corrections that it has not seen. Called by learning.py and judging.py.

A multinomial logistic regression over the model's own hashed words, with the model's log-probabilities as offset:
where a text has no word that a correction taught, nothing changes. People correct what is wrong and leave what is
right, so the undisputed texts hold it back from turning everything round.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from monitoring.sentiment.model import LABELS, SentimentModel

MIN_CORRECTIONS = 20  # below, five folds of four say nothing
FOLDS = 5
# Chosen on the own labeled posts of one industry as corrections of a model that has not seen them.
STIFFNESS = 0.02
STEPS, RATE = 150, 2.0
ANCHOR_WEIGHT = 0.3  # of a text that nobody disputed, beside one of a correction
_TINY = 1e-6


@dataclass(frozen=True)
class Words:
    """The hashed words of some texts: those of text `owner[i]` have `value[i]`, one over the root of their number."""

    rows: np.ndarray
    owner: np.ndarray
    value: np.ndarray
    size: int

    @classmethod
    def of(cls, model: SentimentModel, texts: Sequence[str]) -> "Words":
        found = model.features(texts)
        lengths = np.diff(found.bounds)
        owner = np.repeat(np.arange(len(texts)), lengths)
        return cls(found.rows, owner, 1 / np.sqrt(np.maximum(lengths, 1))[owner], len(texts))


@dataclass(frozen=True)
class Layer:
    """`weights[i]` are the shifts of the three log-odds for the hashed word `rows[i]`, sorted."""

    rows: np.ndarray
    weights: np.ndarray

    def apply(self, model: SentimentModel, texts: Sequence[str], probabilities: np.ndarray) -> np.ndarray:
        """The probabilities after the layer, in the same shape."""
        return self.shift(Words.of(model, texts), probabilities)

    def shift(self, words: Words, probabilities: np.ndarray) -> np.ndarray:
        if not len(self.rows):
            return probabilities
        place = np.minimum(np.searchsorted(self.rows, words.rows), len(self.rows) - 1)
        known = self.rows[place] == words.rows
        return _softmax(_sums(self.weights[place] * known[:, None], words) + np.log(probabilities + _TINY))

    def to_bytes(self) -> bytes:
        out = io.BytesIO()
        np.savez_compressed(out, rows=self.rows, weights=self.weights.astype(np.float16))
        return out.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> "Layer":
        with np.load(io.BytesIO(data)) as file:
            return cls(file["rows"], file["weights"].astype(np.float64))


@dataclass(frozen=True)
class Fitted:
    """`before` and `after` are accuracies (0 to 1) over the corrections, without and with a layer that has not seen
    them (five folds). `is_better`: the gain is more than chance gives, one standard error of the changed labels.
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
    """None for fewer than MIN_CORRECTIONS or corrections that all say the same. `undisputed` are texts with their
    languages and labels."""
    if len(texts) < MIN_CORRECTIONS or len(set(labels)) < 2:
        return None
    every = [*texts, *(text for text, _, _ in undisputed)]
    spoken = [*languages, *(language for _, language, _ in undisputed)]
    truth = np.array([LABELS.index(label) for label in (*labels, *(label for _, _, label in undisputed))])
    offset = model.probabilities(every, spoken)
    words = Words.of(model, every)
    weight = np.where(np.arange(len(every)) < len(texts), 1.0, ANCHOR_WEIGHT)
    corrected, truth_of_corrected = np.arange(len(texts)), truth[: len(texts)]
    # The same text corrected twice must not be learned in one fold and asked in another.
    fold = np.array([_fold_of(text) for text in texts])
    after = np.empty(len(texts), int)
    for number in range(FOLDS):
        held = corrected[fold == number]
        learned = weight.copy()
        learned[held] = 0
        layer = _fit(words, offset, truth, learned)
        after[held] = layer.shift(words, offset).argmax(axis=1)[held]
    before = offset[: len(texts)].argmax(axis=1)
    was, is_now = before == truth_of_corrected, after == truth_of_corrected
    mended, broken = int((is_now & ~was).sum()), int((was & ~is_now).sum())
    is_better = mended - broken > np.sqrt(mended + broken)
    return Fitted(_fit(words, offset, truth, weight), float(was.mean()), float(is_now.mean()), bool(is_better))


def _fold_of(text: str) -> int:
    return sum(map(ord, text[:200])) % FOLDS


def _fit(words: Words, offset: np.ndarray, truth: np.ndarray, weight: np.ndarray) -> Layer:
    """Gradient steps with momentum over the rows that a text of some weight has; deterministic."""
    counts = np.flatnonzero(weight[words.owner] > 0)
    rows, place = np.unique(words.rows[counts], return_inverse=True)
    mine = Words(place, words.owner[counts], words.value[counts], words.size)
    base, target = np.log(offset + _TINY), np.eye(len(LABELS))[truth]
    weights = np.zeros((len(rows), len(LABELS)))
    velocity = np.zeros_like(weights)
    for _ in range(STEPS):
        error = (_softmax(base + _sums(weights[mine.rows], mine)) - target) * weight[:, None] / weight.sum()
        slope = STIFFNESS / len(truth) * weights
        for column in range(len(LABELS)):
            slope[:, column] += np.bincount(mine.rows, error[mine.owner, column] * mine.value, len(rows))
        velocity = 0.9 * velocity - RATE * slope
        weights += velocity
    return Layer(rows, weights)


def _sums(parts: np.ndarray, words: Words) -> np.ndarray:
    """The sum of the parts of each text, a column a label."""
    columns = [np.bincount(words.owner, parts[:, c] * words.value, words.size) for c in range(len(LABELS))]
    return np.stack(columns, axis=1)


def _softmax(logits: np.ndarray) -> np.ndarray:
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    return odds / odds.sum(axis=1, keepdims=True)
