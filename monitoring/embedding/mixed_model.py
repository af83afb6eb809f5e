"""The small sentiment model and the encoder together: more accurate than either, and less often sure of a wrong label.

In: texts and their languages. Out: calibrated probabilities, with the interface of the small model, and the vectors of
the texts. The weights of both parts were fitted per language on texts that neither was trained on (training/mix.py).
Called by enrichment/ and the command `sentiment`.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from monitoring.embedding import encoder
from monitoring.embedding.encoder import LABELS, Encoder
from monitoring.sentiment.features import Rows
from monitoring.sentiment.hashing import LANGUAGES, language_numbers
from monitoring.sentiment.model import Model, softmax
from monitoring.sentiment.model import load as load_small

FILE = Path(__file__).parent / "mix.json"
PARTS = 2  # the small model, the encoder
EPSILON = 1e-6


@dataclass(frozen=True)
class Mix:
    """Weights by language in the order of LANGUAGES: of the parts (languages, PARTS), and a bias (languages, 3).

    `damping` says how much each of encoder.SIGNALS lowers the confidence where a text seems to have it: sarcasm and
    mixed opinions are what both parts misread most, and most surely.
    """

    weights: np.ndarray
    bias: np.ndarray
    damping: np.ndarray
    threshold: float

    def probabilities(self, small: np.ndarray, outputs: np.ndarray, languages: np.ndarray) -> np.ndarray:
        """Return the mix of the small model's probabilities and the encoder's outputs for the same texts."""
        parts = np.stack([np.log(small + EPSILON), outputs[:, :LABELS]], axis=1)
        logits = np.einsum("npl,np->nl", parts, self.weights[languages]) + self.bias[languages]
        seen = 1 / (1 + np.exp(-outputs[:, LABELS:].astype(np.float64)))
        return softmax(logits / (1 + seen @ self.damping[:, None]))

    @classmethod
    def from_json(cls, found: Mapping[str, object]) -> "Mix":
        """Return the mix of a file that training/mix.py wrote."""
        weights, bias, damping = (np.array(found[name], np.float64) for name in ("weights", "bias", "damping"))
        return cls(weights, bias, damping, float(str(found["threshold"])))


@dataclass(frozen=True)
class MixedModel:
    """Both models. `version` changes with the files of any of them."""

    version: str
    small: Model
    encoder: Encoder
    mix: Mix

    @property
    def threshold(self) -> float:
        """The probability below which a label is uncertain."""
        return self.mix.threshold

    def probabilities(self, texts: Sequence[str], languages: Sequence[str]) -> np.ndarray:
        """Return one row per text, in the order of LABELS."""
        return self.mixed(texts, languages, self.encoder.encode(texts).outputs)

    def mixed(self, texts: Sequence[str], languages: Sequence[str], outputs: np.ndarray) -> np.ndarray:
        """Return the probabilities of texts whose outputs of the encoder are known."""
        small = self.small.probabilities(texts, languages)
        return self.mix.probabilities(small, outputs, language_numbers(languages))

    def features(self, texts: Sequence[str]) -> Rows:
        """Return the same as `Model.features`."""
        return self.small.features(texts)


@cache
def load(file: Path = FILE) -> MixedModel:
    """Return both models, loaded once per process. Raise ImportError or OSError as `encoder.load` does."""
    found, small, content = encoder.load(), load_small(), file.read_bytes()
    mix = Mix.from_json(json.loads(content))
    if mix.weights.shape != (len(LANGUAGES), PARTS):
        raise ValueError(f"{file} is of another version")
    digest = hashlib.sha256(found.version.encode() + content).hexdigest()[:8]
    return MixedModel(f"{small.version}-{digest}", small, found, mix)
