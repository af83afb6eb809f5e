"""Collect the texts on which the encoder is fine-tuned: labeled sets in, `Example`s and those held out.

A set's lines that are held out (by a hash of the text) fit the mix with the small model and are never trained on.
"""

import csv
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from monitoring.embedding.text import prepared
from monitoring.sentiment.model import LABELS
from monitoring.sentiment.training.datasets import OTHERS, OWN_TEXTS, TWEETS, read_set, remove_duplicates

HARD_POSTS = Path(__file__).parent / "data"
HELD_OUT = 8  # one in eight of the tweets and of Vigie's own texts
# The weight of a line in the loss, and how many lines are used at most: SemEval and GoEmotions are English only.
WEIGHTS = {TWEETS: 1.0, "own": 1.5, "hard": 2.5, "semeval": 0.5, "goemotions": 0.3, "arsarcasm": 0.5}
LIMITS = {"semeval": 9_000, "goemotions": 4_000, "arsarcasm": 2_500}
NO_SIGNALS = (-1, -1)


@dataclass(frozen=True)
class Example:
    """A text with its label (an index in LABELS). `signals` says whether it is sarcastic and whether it is mixed, -1
    where nobody has read it for that. `target` is the brand that the label is about, "" for most."""

    text: str
    language: str
    label: int
    set: str
    kind: str = ""
    target: str = ""
    signals: tuple[int, int] = NO_SIGNALS
    name: str = ""


def is_held_out(example: Example) -> bool:
    """Return whether a tweet or one of Vigie's own texts is kept out of training.

    All Hindi tweets are: their labels are near random, and a model that was trained on them is worse on others.
    """
    name = example.name.encode("utf-8", "surrogatepass")
    return example.language == "hi" or zlib.crc32(name) % HELD_OUT == 0


def tweets(folder: Path) -> Iterator[Example]:
    """Return the tweets of UMSAB."""
    found = read_set(folder, TWEETS)
    for text, language, label in zip(found.texts, found.languages, found.labels.tolist(), strict=True):
        yield Example(prepared(text), language, label, TWEETS, name=text)


def others(folder: Path) -> Iterator[Example]:
    """Return the other public sets, each up to its limit, without lines that are also among the tweets."""
    known = read_set(folder, TWEETS)
    for name in OTHERS:
        found = remove_duplicates(read_set(folder, name), known)
        numbers = sorted(range(len(found)), key=lambda number: zlib.crc32(found.texts[number].encode()))
        for number in numbers[: LIMITS[name]]:
            text = found.texts[number]
            yield Example(prepared(text), found.languages[number], int(found.labels[number]), name, name=text)


def own(pattern: str = "*.tsv", folder: Path = OWN_TEXTS, name: str = "own") -> Iterator[Example]:
    """Return texts written for Vigie: those of the small model, or the hard ones."""
    for path in sorted(folder.glob(pattern)):
        with path.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
                yield Example(
                    prepared(row["text"]),
                    row["language"],
                    LABELS.index(row["label"]),
                    name,
                    row["kind"],
                    row["target"],
                    (int(row["kind"] == "sarcasm"), int(row["kind"] in ("mixed", "concession"))),
                    row["id"],
                )


def split(folder: Path) -> tuple[list[Example], list[Example]]:
    """Return the examples of training and those held out."""
    training = list(others(folder)) + list(own("hard_*.tsv", HARD_POSTS, "hard"))
    held_out: list[Example] = []
    for example in (*tweets(folder), *own()):
        (held_out if is_held_out(example) else training).append(example)
    return training, held_out
