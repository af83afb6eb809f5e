"""`python -m monitoring.embedding.training.measure --data DIR` measures the encoder, the small model and the mix.

Prints the tables of docs/encoder.md: tweets of umsab_val by language, calibration, and Vigie's own texts by kind. All
texts are ones that neither model was trained on; the mix was fitted on the held-out ones: their figures are slightly
optimistic.
"""

import argparse
from pathlib import Path

import numpy as np

from monitoring.embedding import mixed_model
from monitoring.embedding.training import mix as fitting
from monitoring.sentiment.training.datasets import VALIDATION, data_folder, read_set
from monitoring.sentiment.training.evaluate import LANGUAGES, macro_f1, markdown, uncertainty_row

MIN_KIND = 12


def by_language(folder: Path) -> str:
    """Return macro-F1 on umsab_val, by language, of both models and the mix."""
    found, both = read_set(folder, VALIDATION), mixed_model.load()
    outputs = both.encoder.encode(found.texts).outputs
    predictions = {
        "small model": both.small.probabilities(found.texts, found.languages).argmax(1),
        "encoder": outputs[:, :3].argmax(1),
        "mix": both.mixed(found.texts, found.languages, outputs).argmax(1),
    }
    languages = np.array(found.languages)
    scores = {
        name: [macro_f1(rows[languages == one], found.labels[languages == one]) for one in LANGUAGES]
        for name, rows in predictions.items()
    }
    lines = [["language", *scores]]
    lines += [[one, *(f"{of[n]:.3f}" for of in scores.values())] for n, one in enumerate(LANGUAGES)]
    for title, count in (("mean of eight", 8), ("mean without hi", 7)):
        lines.append([title, *(f"{np.mean(of[:count]):.3f}" for of in scores.values())])
    return markdown(lines)


def calibration(folder: Path, held_out: fitting.Measured) -> str:
    """Return how far the probabilities of the mix can be relied on."""
    both, found = mixed_model.load(), read_set(folder, VALIDATION)
    own = np.array([one.set == "own" for one in held_out.examples])
    tweets = ~own & np.array([one.language != "hi" for one in held_out.examples])
    rows = held_out.mixed(both.mix)
    of_validation = both.probabilities(found.texts, found.languages)
    french = np.array(found.languages) == "fr"
    sets = {
        "tweets, held out, without hi": (rows[tweets], held_out.labels[tweets]),
        "tweets, validation": (of_validation, found.labels),
        "– fr": (of_validation[french], found.labels[french]),
        "Vigie’s own, held out": (rows[own], held_out.labels[own]),
    }
    lines = [["texts", "accuracy", "ECE", "accuracy of the 40% most confident", "shown", "accuracy when shown"]]
    return markdown(lines + [[name, *uncertainty_row(both.threshold, *values)] for name, values in sets.items()])


def by_kind(held_out: fitting.Measured) -> str:
    """Return the accuracy on Vigie's own held-out texts, by kind: small model, encoder, mix, and shown wrong by it."""
    both = mixed_model.load()
    kinds, labels = np.array([one.kind for one in held_out.examples]), held_out.labels
    rows = held_out.mixed(both.mix)
    wrong = (rows.max(1) >= both.threshold) & (rows.argmax(1) != labels)
    right = [held_out.small.argmax(1) == labels, held_out.outputs[:, :3].argmax(1) == labels, rows.argmax(1) == labels]
    lines = [["kind", "texts", "small model", "encoder", "mix", "shown wrong"]]
    for kind in sorted(set(kinds.tolist()) - {""}, key=lambda kind: -int((kinds == kind).sum())):
        selected = kinds == kind
        if selected.sum() >= MIN_KIND:
            shares = [f"{one[selected].mean():.3f}" for one in (*right, wrong)]
            lines.append([kind.replace("_", " "), str(selected.sum()), *shares])
    selected = kinds != ""
    lines.append(["all", str(selected.sum()), *(f"{one[selected].mean():.3f}" for one in (*right, wrong))])
    return markdown(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=data_folder, required=True, help="the folder with umsab_train.tsv")
    options = parser.parse_args()
    held_out = fitting.measured(options.data)
    print("\n\n".join([by_language(options.data), calibration(options.data, held_out), by_kind(held_out)]))  # noqa: T201


if __name__ == "__main__":
    main()
