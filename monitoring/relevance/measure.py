"""Fit the relevance of a project, and measure what its suggestions would have been on decisions it didn't learn from.

In: the decisions of a team, those about the oldest items first. Out: `Fitted`, with two measures and whether to use
the model. Called by enrichment/fit_relevance.py.

By text: five folds, with equal texts in one fold. By time: the newest quarter, with a model of the older ones. The
threshold of each is chosen without the decisions that it is measured on.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from monitoring.relevance.features import Features
from monitoring.relevance.model import RelevanceModel, fit_model

MIN_DECISIONS, MIN_OF_EACH = 30, 10  # with fewer, five folds say nothing
FOLDS = 5
NEWEST_SHARE = 4  # the newest quarter is measured by a model of the others
TARGET_PRECISION = 0.9
# A version is used if, with one standard error less, this share of its suggestions is right, and more than a
# suggestion of every item would be; and if it finds this share of the noise.
MIN_PRECISION, MIN_RECALL = 0.75, 0.2
# An item that is rather relevant than noise is never suggested, however many right suggestions would make up for it.
MIN_SCORE, NEVER = 0.5, 2.0  # NEVER is a threshold that no score reaches


@dataclass(frozen=True)
class Measure:
    """Of `decisions`, `noise` were noise. `suggested` would have been suggested, `right` of them rightly."""

    decisions: int = 0
    noise: int = 0
    suggested: int = 0
    right: int = 0

    @property
    def precision(self) -> float:
        """Return the share of suggestions that were right, 0 without any."""
        return self.right / self.suggested if self.suggested else 0.0

    @property
    def recall(self) -> float:
        """Return the share of the noise that was suggested."""
        return self.right / self.noise if self.noise else 0.0

    @property
    def is_helpful(self) -> bool:
        """Return whether the suggestions help, with one standard error less than what was measured."""
        share = (self.right + 1) / (self.suggested + 2)  # as if one more was right and one wrong: few say little
        surely = share - (share * (1 - share) / (self.suggested + 2)) ** 0.5
        return self.recall >= MIN_RECALL and surely > max(MIN_PRECISION, self.noise / max(self.decisions, 1))

    def __add__(self, other: "Measure") -> "Measure":
        return Measure(
            self.decisions + other.decisions,
            self.noise + other.noise,
            self.suggested + other.suggested,
            self.right + other.right,
        )


@dataclass(frozen=True)
class Lesson:
    """Decisions, oldest item first: features of the texts, the texts themselves, and which were ignored as noise."""

    features: Features
    texts: Sequence[str]
    is_noise: np.ndarray

    def take(self, numbers: np.ndarray) -> "Lesson":
        """Return those of the decisions with these numbers."""
        return Lesson(self.features.take(numbers), [self.texts[n] for n in numbers], self.is_noise[numbers])


@dataclass(frozen=True)
class Fitted:
    """A model of all decisions, which suggests the items whose score reaches `threshold`."""

    model: RelevanceModel
    threshold: float
    by_text: Measure
    by_time: Measure
    is_better: bool


def is_enough(is_noise: Sequence[bool]) -> bool:
    """Return whether a model can be fitted to these decisions."""
    noise = sum(is_noise)
    return len(is_noise) >= MIN_DECISIONS and min(noise, len(is_noise) - noise) >= MIN_OF_EACH


def fit(lesson: Lesson) -> Fitted:
    """Fit a model to decisions for which `is_enough`."""
    scores, fold = _held_out(lesson)
    by_text = Measure()
    for number in range(FOLDS):
        is_in = fold == number
        threshold = _threshold(scores[~is_in], lesson.is_noise[~is_in])
        by_text += _measured(scores[is_in], lesson.is_noise[is_in], threshold)
    by_time = _by_time(lesson)
    is_better = by_text.is_helpful and by_time.precision >= MIN_PRECISION
    threshold = _threshold(scores, lesson.is_noise)
    model = fit_model(lesson.features, lesson.is_noise)
    return Fitted(model, threshold, by_text, by_time, is_better and threshold < NEVER)


def _by_time(lesson: Lesson) -> Measure:
    numbers = np.arange(len(lesson.texts))
    older, newer = np.split(numbers, [len(numbers) - len(numbers) // NEWEST_SHARE])
    known = {lesson.texts[number] for number in older}
    newer = np.array([number for number in newer if lesson.texts[number] not in known], np.int64)
    past, new = lesson.take(older), lesson.take(newer)
    if past.is_noise.all() or not past.is_noise.any():
        return Measure()
    scores, _fold = _held_out(past)
    threshold = _threshold(scores, past.is_noise)
    return _measured(fit_model(past.features, past.is_noise).scores(new.features), new.is_noise, threshold)


def _held_out(lesson: Lesson) -> tuple[np.ndarray, np.ndarray]:
    """Return the score of each decision by a model that was not fitted to its fold, and its fold."""
    fold = np.array([_fold_of(text) for text in lesson.texts])
    scores = np.zeros(len(fold))
    for number in range(FOLDS):
        inside, outside = np.flatnonzero(fold == number), np.flatnonzero(fold != number)
        if len(inside) and len(outside):
            model = fit_model(lesson.features.take(outside), lesson.is_noise[outside])
            scores[inside] = model.scores(lesson.features.take(inside))
    return scores, fold


def _fold_of(text: str) -> int:
    return sum(map(ord, text[:200])) % FOLDS


def _threshold(scores: np.ndarray, is_noise: np.ndarray) -> float:
    """Return the lowest score from which on TARGET_PRECISION is reached, at least MIN_SCORE; NEVER if none is.

    Half a wrong suggestion is added: it takes at least five right ones.
    """
    order = np.argsort(-scores, kind="stable")
    right = np.cumsum(is_noise[order])
    precision = right / (np.arange(len(order)) + 1.5)
    # Equal scores are suggested together.
    is_last = np.append(np.diff(scores[order]) < 0, True)
    found = np.flatnonzero((precision >= TARGET_PRECISION) & is_last)
    return max(float(scores[order[found[-1]]]), MIN_SCORE) if len(found) else NEVER


def _measured(scores: np.ndarray, is_noise: np.ndarray, threshold: float) -> Measure:
    is_suggested = scores >= threshold
    return Measure(len(scores), int(is_noise.sum()), int(is_suggested.sum()), int((is_suggested & is_noise).sum()))
