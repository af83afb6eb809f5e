"""Vectors without the encoder: `near(3, 0.9)` is as similar to `direction(3)` as the number says."""

import numpy as np

from monitoring.models import vectors

VERSION = "test1"


def direction(number):
    """Return a random vector of unit length, the same for a number."""
    numbers = np.random.default_rng(number).standard_normal(vectors.DIMENSIONS).astype(np.float32)
    return numbers / np.linalg.norm(numbers)


def near(number, similarity, other=0):
    """Return a vector of unit length whose similarity to that of `direction(number)` is the given one."""
    center = direction(number)
    away = direction(1000 + number * 100 + other)
    away -= (away @ center) * center
    away /= np.linalg.norm(away)
    return (similarity * center + np.sqrt(1 - similarity**2) * away).astype(np.float32)


def store_vectors(pairs, version=VERSION):
    """Store (document, vector) pairs."""
    documents, numbers = zip(*pairs, strict=True)
    return vectors.store(documents, np.array(numbers, np.float32), version)
