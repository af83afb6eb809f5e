"""Give groups of texts the subjects that they are clearly about, from a list of those that themes often have. Pure.

In: vectors with their groups; the subjects with the vectors of made-up posts about each (subjects.tsv). Out: a subject
for some groups, which reads better as their name than their terms. Called by ingest/themes.py.
"""

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from monitoring.themes.groups import Groups, Matrix, unit, without_language

FILE = Path(__file__).with_name("subjects.tsv")
LANGUAGES = ("en", "fr")
# The similarity that a group has at least with its subject, and by how much it is higher than that with any other:
# docs/themes.md has how often they are right.
LEAST, MARGIN = 0.5, 0.1
# A theme keeps its subject from run to run while it is at least this similar.
LEAST_TO_KEEP = 0.4


@dataclass(frozen=True)
class Subjects:
    """The ids of all subjects, the vector of each, of unit length, and the mean of the posts of each language."""

    ids: tuple[str, ...]
    vectors: Matrix
    means: Mapping[str, Matrix]


@dataclass(frozen=True)
class Scores:
    """The similarity of each group, a row, with each subject, a column."""

    ids: tuple[str, ...]
    similarities: Matrix

    def choose(self, earlier: Mapping[int, str]) -> dict[int, str]:
        """Return the subject of each group that has one, by its number; no two groups have the same.

        `earlier` are the subjects of the themes that groups continue, by the number of the group.
        """
        place = {subject: number for number, subject in enumerate(self.ids)}
        found = {
            group: subject
            for group, subject in earlier.items()
            if subject in place and self.similarities[group, place[subject]] >= LEAST_TO_KEEP
        }
        for group in np.argsort(-self.similarities.max(axis=1, initial=-1)).tolist():
            second, first = np.argsort(self.similarities[group])[-2:].tolist()
            similarity, next_one = self.similarities[group, first], self.similarities[group, second]
            is_clear = similarity >= LEAST and similarity - next_one >= MARGIN
            if is_clear and group not in found and self.ids[first] not in found.values():
                found[group] = self.ids[first]
        return found


def encode_subjects(encode: Callable[[list[str]], Matrix]) -> Subjects:
    """Return all subjects; `encode` makes vectors of texts."""
    with FILE.open(newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    encoded = {language: encode([row[language] for row in rows]) for language in LANGUAGES}
    means: dict[str, Matrix] = {language: posts.mean(axis=0) for language, posts in encoded.items()}
    both = np.sum([unit(encoded[language] - means[language]) for language in LANGUAGES], axis=0)
    return Subjects(tuple(row["subject"] for row in rows), unit(both), means)


def score(subjects: Subjects, vectors: Matrix, languages: Sequence[str], groups: Groups) -> Scores:
    """Compare groups with subjects.

    Two means are taken away from the vectors, each by half. That of the project has the subject itself if most of its
    texts are about it; that of the made-up posts lacks what all texts of the project have in common.
    """
    other = np.mean(list(subjects.means.values()), axis=0)
    means = np.array([subjects.means.get(language.partition("-")[0], other) for language in languages])
    centered = (without_language(vectors, languages) + vectors - means) / 2
    centers = np.array([centered[groups.labels == number].mean(axis=0) for number in range(len(groups.centers))])
    centers = centers.reshape(-1, vectors.shape[1])
    return Scores(subjects.ids, unit(centers) @ subjects.vectors.T)
