"""The built-in model: texts and their languages in, calibrated probabilities of the three labels out.

Linear models over hashed pieces of text (linear.py), one for all languages and one for English, and small networks
over its tokens (network.py) give log-odds; how much each counts, and how sure that makes, is fitted by language on
texts that none had seen. `load()` reads the file that `python -m monitoring.sentiment.training.train` writes.
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

# So many texts at a time stay within a core's cache.
_CHUNK = 256


class SentimentModel(Protocol):
    """What a model offers: the built-in one below, and that of onnx_model.py."""

    @property
    def version(self) -> str: ...

    @property
    def threshold(self) -> float: ...

    def probabilities(self, texts: Sequence[str], languages: Sequence[str]) -> np.ndarray: ...

    def features(self, texts: Sequence[str]) -> Rows: ...


@dataclass(frozen=True)
class Blend:
    """By language, in the order of LANGUAGES: how much each part counts, and what is added to the log-odds."""

    weights: np.ndarray
    bias: np.ndarray

    def probabilities(self, of_parts: np.ndarray, languages: np.ndarray) -> np.ndarray:
        logits = np.einsum("pnl,np->nl", of_parts, self.weights[languages]) + self.bias[languages]
        odds = np.exp(logits - logits.max(axis=1, keepdims=True))
        return odds / odds.sum(axis=1, keepdims=True)


@dataclass(frozen=True)
class Parts:
    """What gives log-odds: PARTS of them. The English one says nothing of other languages."""

    linear: Linear
    english: Linear
    networks: Networks

    def logits(self, features: Features) -> np.ndarray:
        """By part, text and label."""
        is_english = (features.languages == _ENGLISH)[:, None]
        english = self.english.logits(features) * is_english if is_english.any() else np.zeros((features.size, 3))
        return np.stack([self.linear.logits(features), english, self.networks.logits(features)])


@dataclass(frozen=True)
class Model:
    """`threshold`: the probability under which the likeliest label counts as uncertain."""

    version: str
    lexicon: Lexicon
    parts: Parts
    blend: Blend
    threshold: float

    def probabilities(self, texts: Sequence[str], languages: Sequence[str]) -> np.ndarray:
        """One row a text, in the order of LABELS. A language is a tag such as "fr" or "fr-CA"; "" is unknown."""
        rows = [np.empty((0, len(LABELS)))]
        for start in range(0, len(texts), _CHUNK):
            chunk = slice(start, start + _CHUNK)
            features = extract(texts[chunk], languages[chunk], self.lexicon)
            rows.append(self.blend.probabilities(self.parts.logits(features), features.languages))
        return np.concatenate(rows)

    def features(self, texts: Sequence[str]) -> Rows:
        """The words of each text and their pairs as numbers below 2**FEATURE_BITS, for a layer on top of the model."""
        return word_rows(texts)


@cache
def load(path: Path = FILE) -> Model:
    """The model, read once a process."""
    version = f"{RELEASE}-{hashlib.sha256(path.read_bytes()).hexdigest()[:8]}"
    with np.load(path) as file:
        return of_arrays(version, dict(file))


def of_arrays(version: str, arrays: Mapping[str, np.ndarray]) -> Model:
    return Model(
        version,
        Lexicon(*(arrays[f"lexicon_{name}"] for name in ("keys", "ideas", "valences", "roles"))),
        parts_of(arrays),
        Blend(arrays["blend_weights"], arrays["blend_bias"]),
        float(arrays["threshold"]),
    )


def parts_of(arrays: Mapping[str, np.ndarray]) -> Parts:
    networks = Networks(
        arrays["vectors"], arrays["vectors_unit"], {name: arrays[f"network_{name}"] for name in ARRAYS}
    )
    return Parts(_linear(arrays, ""), _linear(arrays, "english_"), networks)


def _linear(arrays: Mapping[str, np.ndarray], prefix: str) -> Linear:
    rows, steps, unit, *others = (
        arrays[prefix + name] for name in ("rows", "steps", "unit", "ideas", "measures", "bias")
    )
    return Linear(pack(rows, steps), float(unit), *others)


def label_of(probabilities: Sequence[float], threshold: float) -> str:
    """The likeliest label, or UNCERTAIN where it is less likely than `threshold`."""
    best = max(range(len(LABELS)), key=lambda place: probabilities[place])
    return LABELS[best] if probabilities[best] >= threshold else UNCERTAIN
