"""The base model: texts and their languages in, calibrated probabilities of the three labels out.

Linear models over hashed parts of the text (linear.py), one for all languages and one for English, and small networks
over its tokens (network.py) return log-odds. Their weights and the calibration were fitted per language on texts that
none of them was trained on. `load()` reads the file that `python -m monitoring.sentiment.training.train` writes.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

import numpy as np

from monitoring.sentiment.features import Features, Rows, extract, word_rows
from monitoring.sentiment.hashing import LANGUAGES
from monitoring.sentiment.lexicon import Lexicon
from monitoring.sentiment.linear import Linear, pack
from monitoring.sentiment.network import ARRAYS, Networks

LABELS = ("negative", "neutral", "positive")
UNCERTAIN = "uncertain"

FILE = Path(__file__).parent / "model.npz"
RELEASE = "2026.11"
PARTS = 3
_ENGLISH = LANGUAGES.index("en")

# The features of so many texts fit into the cache of a core.
_CHUNK = 256


class SentimentModel(Protocol):
    """The interface of the base model and of onnx_model.py."""

    @property
    def version(self) -> str: ...

    @property
    def threshold(self) -> float: ...

    def probabilities(self, texts: Sequence[str], languages: Sequence[str]) -> np.ndarray: ...

    def features(self, texts: Sequence[str]) -> Rows: ...


@dataclass(frozen=True)
class Blend:
    """The weight of each part, and the bias of the log-odds, by language in the order of LANGUAGES."""

    weights: np.ndarray
    bias: np.ndarray

    def probabilities(self, of_parts: np.ndarray, languages: np.ndarray) -> np.ndarray:
        """Return probabilities for log-odds by part, text and label."""
        return softmax(np.einsum("pnl,np->nl", of_parts, self.weights[languages]) + self.bias[languages])


@dataclass(frozen=True)
class Parts:
    """The PARTS of the model, each of which returns log-odds; the English one returns 0 for other languages."""

    linear: Linear
    english: Linear
    networks: Networks

    def logits(self, features: Features) -> np.ndarray:
        """Return log-odds by part, text and label."""
        is_english = (features.languages == _ENGLISH)[:, None]
        english = self.english.logits(features) * is_english if is_english.any() else np.zeros((features.size, 3))
        return np.stack([self.linear.logits(features), english, self.networks.logits(features)])


@dataclass(frozen=True)
class Model:
    """The base model. Below `threshold`, the probability of the most likely label makes a text uncertain."""

    version: str
    lexicon: Lexicon
    parts: Parts
    blend: Blend
    threshold: float

    def probabilities(self, texts: Sequence[str], languages: Sequence[str]) -> np.ndarray:
        """Return one row per text, in the order of LABELS. A language is a tag such as "fr-CA"; "" is unknown."""
        rows = [np.empty((0, len(LABELS)))]
        for start in range(0, len(texts), _CHUNK):
            chunk = slice(start, start + _CHUNK)
            features = extract(texts[chunk], languages[chunk], self.lexicon)
            rows.append(self.blend.probabilities(self.parts.logits(features), features.languages))
        return np.concatenate(rows)

    def features(self, texts: Sequence[str]) -> Rows:
        """Return the words and word pairs of each text as numbers below 2**FEATURE_BITS, for a project layer."""
        return word_rows(texts)


@cache
def load(path: Path = FILE) -> Model:
    """Return the model, loaded once per process."""
    version = f"{RELEASE}-{hashlib.sha256(path.read_bytes()).hexdigest()[:8]}"
    with np.load(path) as file:
        return from_arrays(version, dict(file))


def from_arrays(version: str, arrays: Mapping[str, np.ndarray]) -> Model:
    """Return the model of the arrays of a model file."""
    return Model(
        version,
        Lexicon(*(arrays[f"lexicon_{name}"] for name in ("keys", "ideas", "valences", "roles"))),
        parts_from_arrays(arrays),
        Blend(arrays["blend_weights"], arrays["blend_bias"]),
        float(arrays["threshold"]),
    )


def parts_from_arrays(arrays: Mapping[str, np.ndarray]) -> Parts:
    """Return the parts of the arrays of a model file."""
    networks = Networks(
        arrays["vectors"], arrays["vectors_unit"], {name: arrays[f"network_{name}"] for name in ARRAYS}
    )
    return Parts(_linear(arrays, ""), _linear(arrays, "english_"), networks)


def _linear(arrays: Mapping[str, np.ndarray], prefix: str) -> Linear:
    rows, steps, unit, *others = (
        arrays[prefix + name] for name in ("rows", "steps", "unit", "ideas", "measures", "bias")
    )
    return Linear(pack(rows, steps), float(unit), *others)


def softmax(logits: np.ndarray) -> np.ndarray:
    """Return the probabilities of log-odds, one row per text."""
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    return odds / odds.sum(axis=1, keepdims=True)


def label_of(probabilities: Sequence[float], threshold: float) -> str:
    """Return the most likely label, or UNCERTAIN if its probability is below `threshold`."""
    best = max(range(len(LABELS)), key=lambda label: probabilities[label])
    return LABELS[best] if probabilities[best] >= threshold else UNCERTAIN
