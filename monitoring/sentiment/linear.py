"""A linear part of the model: Features in, log-odds of the three labels out. Called by model.py.

The weights of a text's rows are summed per group and divided by the square root of the number of rows, because long
texts would get higher confidence. The lexicon and the measures have separate weights per language.
"""

from dataclasses import dataclass

import numpy as np

from monitoring.sentiment.features import ROWS, Features, Rows

# Both weights are summed in one pass: one in the low half of a 64-bit integer, one in the high half.
_HALF = 32
_OFFSET = 128


@dataclass(frozen=True)
class Linear:
    """Weights. `weights`: one 64-bit integer per row with the steps for negative and positive (neutral is 0); `unit`:
    the weight of one step; `ideas`: weights of the lexicon's rows; `measures` (language, measure, label); `bias`
    (language, label).
    """

    weights: np.ndarray
    unit: float
    ideas: np.ndarray
    measures: np.ndarray
    bias: np.ndarray

    def logits(self, features: Features) -> np.ndarray:
        """Return log-odds, one row per text."""
        size, languages = features.size, features.languages
        sums, counts = np.zeros((2, size, 2)), np.zeros((2, size))
        for piece in features.pieces:
            lengths = np.diff(piece.bounds)
            sums[piece.group] += self._sums(piece, lengths)
            counts[piece.group] += lengths
        of_pieces = (sums / np.sqrt(np.maximum(counts, 1))[:, :, None]).sum(axis=0) * self.unit
        logits = self.bias[languages] + np.einsum("nm,nml->nl", features.measures, self.measures[languages])
        logits[:, [0, 2]] += of_pieces
        sums_before = np.zeros((len(features.ideas.rows) + 1, 3))
        np.cumsum(self.ideas[features.ideas.rows], axis=0, out=sums_before[1:])
        of_ideas = np.diff(sums_before[features.ideas.bounds], axis=0)
        return logits + of_ideas / np.sqrt(np.maximum(np.diff(features.ideas.bounds), 1))[:, None]

    def _sums(self, piece: Rows, lengths: np.ndarray) -> np.ndarray:
        sums_before = np.concatenate([[0], np.cumsum(self.weights[piece.rows])])
        packed = np.diff(sums_before[piece.bounds])
        high = packed >> _HALF
        low = packed - (high << _HALF)
        return np.stack([low, high], axis=1) - _OFFSET * lengths[:, None]


def pack(rows: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """Return the table of `Linear.weights` for the rows with weights and their steps (-127 to 127)."""
    table = np.full(ROWS, _OFFSET + (_OFFSET << _HALF), np.int64)
    table[rows] += steps[:, 0] + (steps[:, 1].astype(np.int64) << _HALF)
    return table
