"""The built-in models on hard posts that they were not trained on: docs/sentiment.md has their figures.

hard_posts/ was written for this; a second reader labeled each post without its label, and `divided` marks the posts on
which readers may differ. It has a third of the posts that were written; the others train the encoder. The models are
scored on the text about the target, as in the application.
"""

import csv
from collections import defaultdict
from itertools import groupby
from pathlib import Path

import numpy as np

from monitoring.embedding import mixed_model
from monitoring.sentiment.model import LABELS, label_of, load
from tests.monitoring.sentiment.test_target_passage import passage_about

FOLDER = Path(__file__).parent / "hard_posts"
DOCS = Path(__file__).parents[3] / "docs" / "sentiment.md"


def read_posts(language):
    with (FOLDER / f"{language}.tsv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def passages(posts):
    """Return the text about the target of each post; posts with two targets are two lines with one text."""
    by_text = {text: [one["target"] for one in same] for text, same in groupby(posts, key=lambda one: one["text"])}
    return [
        passage_about(one["target"], one["text"], *(set(by_text[one["text"]]) - {one["target"]}))
        if one["target"]
        else one["text"]
        for one in posts
    ]


def figures(language, model):
    """Return by kind: posts, percent with the right label, and percent with a wrong one that is shown."""
    posts = read_posts(language)
    counts = defaultdict(list)
    for post, chances in zip(posts, model.probabilities(passages(posts), [language] * len(posts)), strict=True):
        shown = label_of(list(chances), model.threshold)
        right = LABELS[int(np.argmax(chances))] == post["label"]
        for kind in (post["kind"], "all"):
            counts[kind].append((right, shown in LABELS and shown != post["label"]))
    return {
        kind: (len(rows), *(round(100 * sum(one) / len(rows)) for one in zip(*rows, strict=True)))
        for kind, rows in counts.items()
    }


def test_docs_have_the_figures_of_the_model_on_hard_posts():
    rows = [line.strip("| ").split(" | ") for line in DOCS.read_text().splitlines() if line.startswith("| hard: ")]
    stated = {name.removeprefix("hard: "): tuple(map(int, numbers)) for name, *numbers in rows}
    french, english = figures("fr", mixed_model.load()), figures("en", mixed_model.load())
    found = {kind: (*french[kind], *english[kind]) for kind in french}
    found["the small model"] = (*figures("fr", load())["all"], *figures("en", load())["all"])
    assert stated == found


def test_posts_are_labeled_and_none_is_twice_with_one_target():
    for language in ("fr", "en"):
        posts = read_posts(language)
        assert {post["label"] for post in posts} == set(LABELS)
        assert len({(post["text"], post["target"]) for post in posts}) == len(posts) > 170
        assert all(post["target"].lower() in post["text"].lower() for post in posts)
