"""Labeled posts of two made-up projects whose keyword is also a common word.

`boussole.tsv` is a French bank (and a compass), `orchard.tsv` a meal kit (and a place with fruit trees): a label
("kept" or "noise"), a language and a text per line. They were written for this purpose in one go, without looking at
what a model made of them, in the words of customers, journalists and passers-by; no post is copied. Their two meanings
are further apart than those of many real keywords, so a project can't expect the same figures.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from monitoring.relevance.features import Features
from monitoring.relevance.measure import Lesson, Measure, fit

FOLDER = Path(__file__).parent
PROJECTS = ("boussole", "orchard")
ORDERS = 5  # in which people decide


@dataclass(frozen=True)
class Posts:
    texts: list[str]
    is_noise: np.ndarray

    def lesson(self, numbers, vectors=None):
        texts = [self.texts[number] for number in numbers]
        features = Features.of(texts, None if vectors is None else vectors[numbers])
        return Lesson(features, texts, self.is_noise[numbers])


def read_posts(name):
    lines = [line.split("\t") for line in (FOLDER / f"{name}.tsv").read_text(encoding="utf-8").splitlines()]
    return Posts([text for _label, _language, text in lines], np.array([line[0] == "noise" for line in lines]))


def measured(name, decisions, vectors=None):
    """Return what is suggested of the other posts after this many decisions, summed over several orders of them."""
    posts, total = read_posts(name), Measure()
    for seed in range(ORDERS):
        order = np.random.default_rng(seed).permutation(len(posts.texts))
        learned, other = order[:decisions], posts.lesson(order[decisions:], vectors)
        fitted = fit(posts.lesson(learned, vectors))
        is_suggested = fitted.model.scores(other.features) >= fitted.threshold
        total += Measure(
            len(is_suggested),
            int(other.is_noise.sum()),
            int(is_suggested.sum()),
            int((is_suggested & other.is_noise).sum()),
        )
    return total
