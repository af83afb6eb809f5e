"""`python -m monitoring.sentiment.training.train --data DIR` creates the model file and its card.

It takes about 10 minutes on an idle core and needs requirements/train.txt. The same data, versions and processor give
the same bytes; the file in the repository was created with Python 3.11.
"""

import argparse
import os
from pathlib import Path
from typing import Any

# Before importing numpy: several threads would add numbers in varying order.
os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")

import numpy as np

from monitoring.sentiment.model import FILE
from monitoring.sentiment.training import pipeline
from monitoring.sentiment.training.datasets import data_folder
from monitoring.sentiment.training.model_card import CARD, card


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--data", type=data_folder, required=True, help="the folder with umsab_train.tsv and the other sets"
    )
    parser.add_argument("--output", type=Path, default=FILE)
    parser.add_argument("--card", type=Path, default=CARD)
    options = parser.parse_args()
    corpus = pipeline.read_corpus(options.data)
    held_out_logits = pipeline.cross_validated(corpus)
    arrays = pipeline.fit_parts(corpus, {}) | pipeline.fit_blend(held_out_logits, corpus)
    file: dict[str, Any] = arrays | pipeline.lexicon_arrays(corpus.lexicon)
    np.savez(options.output, **file)
    options.card.write_text(card(options.data, options.output, corpus, held_out_logits), encoding="utf-8")


if __name__ == "__main__":
    main()
