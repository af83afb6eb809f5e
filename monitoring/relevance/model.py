"""The model of what a project's team ignores as noise: a logistic regression over words and vectors.

In: `Features` with what the team decided. Out: a `RelevanceModel`, which gives each text a score from 0 (kept) to 1
(noise). Called by measure.py, and by enrichment/score_relevance.py for items that await review.
"""

import io
from dataclasses import dataclass

import numpy as np

from monitoring.relevance.features import Features

# Selected by cross-validation with the labeled posts of tests/monitoring/relevance/.
REGULARIZATION = 0.3
ITERATIONS, LEARNING_RATE, MOMENTUM = 150, 1.0, 0.9
VECTOR_SCALE = 3.0  # of a vector relative to the words of a text, both of which have unit length


@dataclass(frozen=True)
class RelevanceModel:
    """`weights[i]` is the log-odds of noise of the hashed word `rows[i]`; `rows` are sorted. `direction` are those of
    the numbers of a vector, none for a model without vectors.
    """

    rows: np.ndarray
    weights: np.ndarray
    direction: np.ndarray
    intercept: float

    def scores(self, features: Features) -> np.ndarray:
        """Return the score of each text. `features` have vectors if the model has a direction."""
        odds = features.vectors @ self.direction + self.intercept
        if len(self.rows):
            position = np.minimum(np.searchsorted(self.rows, features.rows), len(self.rows) - 1)
            odds += features.sums(self.weights[position] * (self.rows[position] == features.rows))
        return _probability(odds)

    def to_bytes(self) -> bytes:
        """Return the model in the format of `RelevanceVersion.weights`."""
        out = io.BytesIO()
        np.savez_compressed(
            out,
            rows=self.rows.astype(np.int32),
            weights=self.weights.astype(np.float16),
            direction=self.direction.astype(np.float32),
            intercept=np.float64(self.intercept),
        )
        return out.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> "RelevanceModel":
        """Return the model of the result of `to_bytes`."""
        with np.load(io.BytesIO(data)) as file:
            rows, weights, direction = (file[name] for name in ("rows", "weights", "direction"))
            return cls(
                rows.astype(np.int64),
                weights.astype(np.float64),
                direction.astype(np.float64),
                float(file["intercept"]),
            )


def fit_model(features: Features, is_noise: np.ndarray) -> RelevanceModel:
    """Fit a model to decisions of both kinds, by gradient descent with momentum; deterministic.

    Both kinds weigh the same: a team that ignores most items still has its few kept ones count.
    """
    rows, position = np.unique(features.rows, return_inverse=True)
    active = Features(position, features.owner, features.value, features.vectors, features.size)
    noise = max(int(is_noise.sum()), 1)
    weight = np.where(is_noise, 0.5 / noise, 0.5 / max(features.size - noise, 1))
    decay = REGULARIZATION / features.size
    weights, direction, intercept = np.zeros(len(rows)), np.zeros(features.vectors.shape[1]), 0.0
    change, turn, step = np.zeros_like(weights), np.zeros_like(direction), 0.0
    vectors, scale = features.vectors, VECTOR_SCALE**2
    for _ in range(ITERATIONS):
        odds = vectors @ direction + intercept + active.sums(weights[active.rows])
        error = (_probability(odds) - is_noise) * weight
        gradient = np.bincount(active.rows, error[active.owner] * active.value, len(rows)) + decay * weights
        change = MOMENTUM * change - LEARNING_RATE * gradient
        # A vector that is scaled before the fit is the same as its weights with a larger step and less decay.
        turn = MOMENTUM * turn - LEARNING_RATE * (scale * (vectors.T @ error) + decay * direction)
        step = MOMENTUM * step - LEARNING_RATE * float(error.sum())
        weights, direction, intercept = weights + change, direction + turn, intercept + step
    return RelevanceModel(rows, weights, direction, intercept)


def _probability(odds: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-np.clip(odds, -30, 30)))
