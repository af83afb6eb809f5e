"""Read the labeled texts for training and evaluation: TSV files in, `LabeledTexts` out.

Vigie's own texts are in data/, the other sets in the folder of --data. Called by pipeline.py and evaluate.py.
"""

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

OWN_TEXTS = Path(__file__).parent / "data"
# The sets in the folder of --data, in the order of their domains; Vigie's own texts are the last domain.
TWEETS, OTHERS, VALIDATION = "umsab_train", ("semeval", "goemotions", "arsarcasm"), "umsab_val"


@dataclass(frozen=True)
class LabeledTexts:
    """Texts with their labels, as indices in LABELS. `names` identify the texts across runs."""

    texts: list[str]
    languages: list[str]
    labels: np.ndarray
    names: list[str]

    def __len__(self) -> int:
        return len(self.texts)

    def part(self, indices: Iterable[int]) -> "LabeledTexts":
        """Return the texts with these indices."""
        indices = list(indices)
        return LabeledTexts(
            [self.texts[index] for index in indices],
            [self.languages[index] for index in indices],
            self.labels[indices],
            [self.names[index] for index in indices],
        )

    def fold(self, folds: int) -> np.ndarray:
        """Return the fold of each text, by its name; equal texts are in the same fold."""
        return np.array([zlib.crc32(name.encode("utf-8", "surrogatepass")) % folds for name in self.names])


def data_folder(text: str) -> Path:
    """Return the folder of --data, or its subfolder `sentiment`. Raise ArgumentTypeError if files are missing."""
    for folder in (Path(text), Path(text) / "sentiment"):
        if all((folder / f"{name}.tsv").is_file() for name in (TWEETS, *OTHERS, VALIDATION)):
            return folder
    names = ", ".join(f"{name}.tsv" for name in (TWEETS, *OTHERS, VALIDATION))
    raise argparse.ArgumentTypeError(f"{text} does not contain {names}")


def read_set(folder: Path, name: str) -> LabeledTexts:
    """Return one set of the folder of --data."""
    with (folder / f"{name}.tsv").open(encoding="utf-8", newline="\n") as lines:
        rows = [line.rstrip("\n").split("\t", 2) for line in lines]
    texts = [row[2] for row in rows]
    return LabeledTexts(texts, [row[0] for row in rows], np.array([LABELS.index(row[1]) for row in rows]), texts)


def remove_duplicates(texts: LabeledTexts, others: LabeledTexts) -> LabeledTexts:
    """Return the texts that are not in `others`, ignoring URLs, handles and punctuation."""
    known = set(map(_bare, others.texts))
    return texts.part(index for index, text in enumerate(texts.texts) if _bare(text) not in known)


def _bare(text: str) -> str:
    return re.sub(r"[\W_]+", " ", re.sub(r"https?\S*|@\w+", " ", html.unescape(html.unescape(text)).lower())).strip()


def read_own() -> LabeledTexts:
    """Return Vigie's own texts."""
    rows = list(_own_rows())
    labels = np.array([LABELS.index(row["label"]) for row in rows])
    return LabeledTexts(
        [row["text"] for row in rows], [row["language"] for row in rows], labels, [r["id"] for r in rows]
    )


def read_kinds() -> list[str]:
    """Return the kind of each of Vigie's own texts (praise, complaint, sarcasm, ...), in the order of read_own."""
    return [row["kind"] for row in _own_rows()]


def _own_rows() -> Iterator[dict[str, str]]:
    for path in sorted(OWN_TEXTS.glob("*.tsv")):
        with path.open(encoding="utf-8", newline="") as lines:
            yield from csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
