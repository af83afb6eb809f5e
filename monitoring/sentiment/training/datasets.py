"""The labelled texts that the model is trained on and measured by. train.py and evaluate.py read them."""

import argparse
import csv
import html
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from monitoring.sentiment.model import LABELS

OWN = Path(__file__).parent / "data"
# The sets in the folder of --data, in the order of their domains; our own come after.
TWEETS, OTHERS, VALIDATION = "umsab_train", ("semeval", "goemotions", "arsarcasm"), "umsab_val"


@dataclass(frozen=True)
class Labelled:
    """`labels`: places in LABELS. `names`: what a text is told apart by, the same in every run."""

    texts: list[str]
    languages: list[str]
    labels: np.ndarray
    names: list[str]

    def __len__(self) -> int:
        return len(self.texts)

    def part(self, places: Iterable[int]) -> "Labelled":
        places = list(places)
        return Labelled(
            [self.texts[place] for place in places],
            [self.languages[place] for place in places],
            self.labels[places],
            [self.names[place] for place in places],
        )

    def fold(self, folds: int) -> np.ndarray:
        """Of each text one of so many folds, by its name; two texts that are the same fall in the same."""
        return np.array([zlib.crc32(name.encode("utf-8", "surrogatepass")) % folds for name in self.names])


def data_folder(text: str) -> Path:
    """The folder that --data names, or the one called sentiment in it. Raises argparse's error for any other."""
    for folder in (Path(text), Path(text) / "sentiment"):
        if all((folder / f"{name}.tsv").is_file() for name in (TWEETS, *OTHERS, VALIDATION)):
            return folder
    names = ", ".join(f"{name}.tsv" for name in (TWEETS, *OTHERS, VALIDATION))
    raise argparse.ArgumentTypeError(f"{text} does not hold {names}")


def read_set(folder: Path, name: str) -> Labelled:
    with (folder / f"{name}.tsv").open(encoding="utf-8", newline="\n") as lines:
        rows = [line.rstrip("\n").split("\t", 2) for line in lines]
    texts = [row[2] for row in rows]
    return Labelled(texts, [row[0] for row in rows], np.array([LABELS.index(row[1]) for row in rows]), texts)


def without(texts: Labelled, others: Labelled) -> Labelled:
    """The texts that are not among the others, but for addresses, names and marks."""
    known = set(map(_bare, others.texts))
    return texts.part(place for place, text in enumerate(texts.texts) if _bare(text) not in known)


def _bare(text: str) -> str:
    return re.sub(r"[\W_]+", " ", re.sub(r"https?\S*|@\w+", " ", html.unescape(html.unescape(text)).lower())).strip()


def read_own() -> Labelled:
    rows = list(_own_rows())
    labels = np.array([LABELS.index(row["label"]) for row in rows])
    return Labelled([row["text"] for row in rows], [row["language"] for row in rows], labels, [r["id"] for r in rows])


def read_kinds() -> list[str]:
    """The kind of each of our own texts (praise, complaint, sarcasm, ...), in the order of read_own."""
    return [row["kind"] for row in _own_rows()]


def _own_rows() -> Iterator[dict[str, str]]:
    for path in sorted(OWN.glob("*.tsv")):
        with path.open(encoding="utf-8", newline="") as lines:
            yield from csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
