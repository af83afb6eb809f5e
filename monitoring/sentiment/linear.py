"""A linear part of the model: Features in, log-odds of the three labels out. model.py calls it.

A text's rows are weighed and summed by kind; each sum counts in proportion to one over the root of the number of rows,
so that a long text is no surer than a short one. The lexicon and the measures have weights of their own by language.
"""

from dataclasses import dataclass

import numpy as np

from monitoring.sentiment.features import ROWS, Features, Rows

# The sums of both weights are taken in one pass: one in the low half of a 64-bit integer, one in the high half.
_HALF = 32
_OFFSET = 128


@dataclass(frozen=True)
class Linear:
    """`weights`: of each row, one 64-bit integer that packs the steps for negative and for positive (neutral is 0);
    `unit`: what a step is worth. `ideas`: weights of the lexicon's rows; `measures` (language, measure, label) and
    `bias` (language, label).
    """

    weights: np.ndarray
    unit: float
    ideas: np.ndarray
    measures: np.ndarray
    bias: np.ndarray

    def logits(self, features: Features) -> np.ndarray:
        size, languages = features.size, features.languages
        sums, counts = np.zeros((2, size, 2)), np.zeros((2, size))
        for piece in features.pieces:
            lengths = np.diff(piece.bounds)
            sums[piece.group] += self._sums(piece, lengths)
            counts[piece.group] += lengths
        both = (sums / np.sqrt(np.maximum(counts, 1))[:, :, None]).sum(axis=0) * self.unit
        logits = self.bias[languages] + np.einsum("nm,nml->nl", features.measures, self.measures[languages])
        logits[:, [0, 2]] += both
        running = np.zeros((len(features.ideas.rows) + 1, 3))
        np.cumsum(self.ideas[features.ideas.rows], axis=0, out=running[1:])
        said = np.diff(running[features.ideas.bounds], axis=0)
        return logits + said / np.sqrt(np.maximum(np.diff(features.ideas.bounds), 1))[:, None]

    def _sums(self, piece: Rows, lengths: np.ndarray) -> np.ndarray:
        running = np.concatenate([[0], np.cumsum(self.weights[piece.rows])])
        packed = np.diff(running[piece.bounds])
        high = packed >> _HALF
        low = packed - (high << _HALF)
        return np.stack([low, high], axis=1) - _OFFSET * lengths[:, None]


def pack(rows: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """The table of `Linear.weights` from the rows that have weights and their steps (-127 to 127)."""
    table = np.full(ROWS, _OFFSET + (_OFFSET << _HALF), np.int64)
    table[rows] += steps[:, 0] + (steps[:, 1].astype(np.int64) << _HALF)
    return table
