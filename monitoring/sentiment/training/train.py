"""`python -m monitoring.sentiment.training.train --data DIR` makes the model file, always the same bytes, and its
card.

About 10 minutes on one quiet core. It needs requirements-train.txt; the file that is kept was made with exactly those
versions and Python 3.11. Another processor may round otherwise and so change the bytes.
"""

import argparse
import os
from pathlib import Path
from typing import Any

# Before numpy: several threads add numbers up in another order each time.
os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")

import numpy as np

from monitoring.sentiment.model import FILE
from monitoring.sentiment.training import pipeline
from monitoring.sentiment.training.datasets import data_folder
from monitoring.sentiment.training.model_card import CARD, card


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=data_folder, required=True, help="the folder of umsab_train.tsv and the others")
    parser.add_argument("--output", type=Path, default=FILE)
    parser.add_argument("--card", type=Path, default=CARD)
    options = parser.parse_args()
    corpus = pipeline.read_corpus(options.data)
    unseen = pipeline.cross_validated(corpus)
    arrays = pipeline.fit_parts(corpus, {}) | pipeline.blended(unseen, corpus)
    everything: dict[str, Any] = arrays | pipeline.lexicon_arrays(corpus.lexicon)
    np.savez(options.output, **everything)
    options.card.write_text(card(options.data, options.output, corpus, unseen), encoding="utf-8")


if __name__ == "__main__":
    main()
