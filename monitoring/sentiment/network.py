"""Small convolutional networks over tokens: Features in, log-odds of the three labels out, with numpy only.

Each network reads its own columns of one table of token vectors. Called by model.py; training/networks.py fits the
weights with torch.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from monitoring.sentiment.features import Features
from monitoring.sentiment.hashing import LANGUAGES

# In the order of the arrays in the model file; their first dimension is the network.
ARRAYS = ("convolution", "convolution_bias", "hidden", "hidden_bias", "output", "measured", "language_bias")


@dataclass(frozen=True)
class Networks:
    """Weights. `vectors`: steps (-127 to 127) of the token vectors, of all networks side by side; `unit`: the value of
    one step per network; `arrays`: those of ARRAYS, of all networks.
    """

    vectors: np.ndarray
    unit: np.ndarray
    arrays: Mapping[str, np.ndarray]

    def logits(self, features: Features) -> np.ndarray:
        """Return the mean log-odds of all networks, one row per text."""
        count, width = len(self.unit), self.vectors.shape[1] // len(self.unit)
        tokens, owner, size = features.tokens, features.owner, features.size
        summed = self.vectors[tokens[0]].astype(np.int16)
        for rows in tokens[1:]:
            summed += self.vectors[rows]
        # A row of zeros precedes every text and follows the last, so no window spans two texts.
        position = np.arange(len(owner)) + owner + 1
        firsts = np.searchsorted(owner, np.arange(size)) + np.arange(size)
        lengths = np.sqrt(np.maximum(np.bincount(owner, minlength=size), 1))[:, None].astype(np.float32)
        language_columns = np.eye(len(LANGUAGES), dtype=np.float32)[features.languages]
        total = np.zeros((size, 3))
        for number in range(count):
            array = {name: self.arrays[name][number] for name in ARRAYS}
            padded = np.zeros((len(owner) + size + 1, width), np.float32)
            padded[position] = summed[:, number * width : (number + 1) * width] * self.unit[number]
            activations = _convolved(padded, array["convolution"], array["convolution_bias"])
            activations[firsts] = 0
            maxima, sums = np.maximum.reduceat(activations, firsts), np.add.reduceat(activations, firsts) / lengths
            inputs = np.concatenate([maxima, sums, features.measures, language_columns], axis=1)
            hidden = np.maximum(inputs @ array["hidden"] + array["hidden_bias"], 0)
            total += hidden @ array["output"] + features.measures @ array["measured"]
            total += array["language_bias"][features.languages]
        return total / count


def _convolved(padded: np.ndarray, weights: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """Return the activations of the filters for each token and its two neighbors, without the last row of zeros."""
    filters = len(bias)
    parts = padded @ weights
    activations = parts[:-1, filters : 2 * filters] + bias
    activations[1:] += parts[:-2, :filters]
    activations += parts[1:, 2 * filters :]
    return np.maximum(activations, 0, out=activations)
