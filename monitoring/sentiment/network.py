"""Small convolutional networks over tokens: Features in, log-odds of the three labels out, in numpy alone.

Each network reads its own columns of one table of token vectors. model.py calls it; networks_training.py learns the
weights with torch.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from monitoring.sentiment.features import Features
from monitoring.sentiment.hashing import LANGUAGES

# In the order of the arrays in the model file; the shape begins with the number of networks.
ARRAYS = ("convolution", "convolution_bias", "hidden", "hidden_bias", "output", "measured", "language_bias")


@dataclass(frozen=True)
class Networks:
    """`vectors`: steps (-127 to 127) of token vectors, the networks' side by side; `unit`: what a step is worth, by
    network. The other arrays are those of ARRAYS, of all networks.
    """

    vectors: np.ndarray
    unit: np.ndarray
    arrays: Mapping[str, np.ndarray]

    def logits(self, features: Features) -> np.ndarray:
        """The mean of all networks; one row a text."""
        count, width = len(self.unit), self.vectors.shape[1] // len(self.unit)
        tokens, owner, size = features.tokens, features.owner, features.size
        summed = self.vectors[tokens[0]].astype(np.int16)
        for rows in tokens[1:]:
            summed += self.vectors[rows]
        # A row of zeros begins every text and ends the last, so that no window looks into its neighbor.
        place = np.arange(len(owner)) + owner + 1
        firsts = np.searchsorted(owner, np.arange(size)) + np.arange(size)
        lengths = np.sqrt(np.maximum(np.bincount(owner, minlength=size), 1))[:, None].astype(np.float32)
        spoken = np.eye(len(LANGUAGES), dtype=np.float32)[features.languages]
        total = np.zeros((size, 3))
        for number in range(count):
            array = {name: self.arrays[name][number] for name in ARRAYS}
            padded = np.zeros((len(owner) + size + 1, width), np.float32)
            padded[place] = summed[:, number * width : (number + 1) * width] * self.unit[number]
            seen = _windows(padded, array["convolution"], array["convolution_bias"])
            seen[firsts] = 0
            most, all_ = np.maximum.reduceat(seen, firsts), np.add.reduceat(seen, firsts) / lengths
            inputs = np.concatenate([most, all_, features.measures, spoken], axis=1)
            hidden = np.maximum(inputs @ array["hidden"] + array["hidden_bias"], 0)
            total += hidden @ array["output"] + features.measures @ array["measured"]
            total += array["language_bias"][features.languages]
        return total / count


def _windows(padded: np.ndarray, weights: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """What the filters see in three tokens around each, but for the last row of zeros."""
    filters = len(bias)
    parts = padded @ weights
    seen = parts[:-1, filters : 2 * filters] + bias
    seen[1:] += parts[:-2, :filters]
    seen += parts[1:, 2 * filters :]
    return np.maximum(seen, 0, out=seen)
