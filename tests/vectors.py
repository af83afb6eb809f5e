"""Vectors without the encoder: `near(3, 0.9)` is as similar to `direction(3)` as the number says.

`stand_in_encoder` replaces the encoder by one that only knows which words two texts share.
"""

import zlib
from dataclasses import dataclass

import numpy as np
import pytest

from monitoring.embedding import encoder

VERSION = "test1"
DIMENSIONS = 256


def direction(number):
    """Return a random vector of unit length, the same for a number."""
    return _unit(np.random.default_rng(number).standard_normal(DIMENSIONS))


def near(number, similarity, other=0):
    """Return a vector of unit length whose similarity to that of `direction(number)` is the given one."""
    center = direction(number)
    away = direction(1000 + number * 100 + other)
    away = _unit(away - (away @ center) * center)
    return (similarity * center + np.sqrt(1 - similarity**2) * away).astype(np.float32)


def _unit(numbers):
    return (numbers / np.linalg.norm(numbers)).astype(np.float32)


def store_vectors(pairs, version=VERSION):
    """Store (document, vector) pairs."""
    from monitoring.models import vectors

    documents, numbers = zip(*pairs, strict=True)
    return vectors.store(documents, np.array(numbers, np.float32), version)


@dataclass
class Encoded:
    vectors: np.ndarray


class StandInEncoder:
    """An encoder whose vector is the sum of a random direction per word."""

    version = VERSION

    def encode(self, texts):
        return Encoded(np.array([self._vector(text) for text in texts], np.float32))

    def _vector(self, text):
        words = sorted(set(text.casefold().split())) or [""]
        return _unit(sum(direction(zlib.crc32(word.encode())) for word in words))

    def store(self, documents):
        """Store the vectors of the titles of documents."""
        store_vectors([(document, self._vector(document.title)) for document in documents])


@pytest.fixture
def asked(keyword):
    """Return a mention of the test's `keyword` with the vector to which `near(1, …)` is similar."""
    from tests.factories import make_mention

    mention = make_mention(keyword, title="Asked")
    store_vectors([(mention.document, direction(1))])
    return mention


@pytest.fixture
def stand_in_encoder(monkeypatch):
    from monitoring.insights.meaning import vector_of

    stand_in = StandInEncoder()
    monkeypatch.setattr(encoder, "load", lambda: stand_in)
    vector_of.cache_clear()
    yield stand_in
    vector_of.cache_clear()
