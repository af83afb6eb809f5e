"""The grouping on posts in 20 themes by the encoder: docs/themes.md has the figures of this encoder."""

import csv
from pathlib import Path

import numpy as np
import pytest

from monitoring.embedding import encoder
from monitoring.themes.groups import NONE, group

POSTS = Path(__file__).parent / "posts.tsv"
DOCS = Path(__file__).parents[3] / "docs" / "themes.md"


def adjusted_rand(first, second):
    """Return how far two groupings agree: 1 if they are equal, about 0 if they have nothing to do with each other."""
    table = np.zeros((max(first) + 1, max(second) + 1))
    np.add.at(table, (first, second), 1)
    pairs, rows, columns = ((one * (one - 1) / 2).sum() for one in (table, table.sum(axis=1), table.sum(axis=0)))
    expected = rows * columns / (len(first) * (len(first) - 1) / 2)
    return (pairs - expected) / ((rows + columns) / 2 - expected)


def figures():
    """Return the adjusted Rand index, the number of groups, and percent of the posts in none, which count as one."""
    with POSTS.open(encoding="utf-8", newline="") as lines:
        posts = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    vectors = encoder.load().encode([post["text"] for post in posts]).vectors
    found = group(vectors, [post["language"] for post in posts])
    themes = np.unique([post["theme"] for post in posts], return_inverse=True)[1]
    index = adjusted_rand(themes, found.labels + 1)
    return f"{index:.2f}", str(len(found.centers)), f"{round(100 * (found.labels == NONE).mean())}%"


def test_adjusted_rand_index_is_1_for_equal_groups_and_0_for_unrelated_ones():
    assert adjusted_rand([0, 0, 1, 1], [1, 1, 0, 0]) == 1
    assert adjusted_rand([0, 0, 1, 1], [0, 1, 0, 1]) == pytest.approx(-0.5)


def test_docs_have_the_figures_of_the_grouping_on_labeled_posts():
    (row,) = [line for line in DOCS.read_text().splitlines() if line.startswith("| posts in 20 themes |")]
    assert tuple(row.strip("| ").split(" | ")[1:]) == figures()
