"""`python -m monitoring.sentiment.training.evaluate --data DIR` prints how good the model is, beside others, from one
run.

Cross-validated over umsab_train (models that have not seen a third judge that third), and the kept file on umsab_val;
by language, as Markdown. train.py puts the same tables into the model card.
"""

import argparse
import os
from collections.abc import Callable, Sequence
from pathlib import Path

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")

import numpy as np

from monitoring.sentiment.model import FILE, Model, load
from monitoring.sentiment.training import baselines, pipeline
from monitoring.sentiment.training.calibration import calibration_error
from monitoring.sentiment.training.datasets import TWEETS, VALIDATION, Labelled, data_folder, read_kinds, read_set

SHOWN = ("fr", "en", "es", "de", "it", "pt", "ar", "hi")
DRAWS = 500
MOST_SURE = 0.4


def macro_f1(guesses: np.ndarray, labels: np.ndarray) -> float:
    right = guesses == labels
    scores = []
    for label in range(3):
        both = (guesses == label).sum() + (labels == label).sum()
        scores.append(2 * (right & (labels == label)).sum() / max(both, 1))
    return float(np.mean(scores))


def interval(guesses: np.ndarray, labels: np.ndarray) -> tuple[float, float]:
    """Where 95 % of the scores lie when the texts are drawn anew."""
    random = np.random.default_rng(1)
    drawn = [random.integers(0, len(labels), len(labels)) for _ in range(DRAWS)]
    low, high = np.percentile([macro_f1(guesses[places], labels[places]) for places in drawn], [2.5, 97.5])
    return float(low), float(high)


def tables(folder: Path, model: Model, corpus: pipeline.Corpus, unseen: np.ndarray) -> str:
    tweets, own = corpus.sets[TWEETS].texts, corpus.sets["own"].texts
    validation = read_set(folder, VALIDATION)
    _, languages, _ = pipeline.both_sets(corpus)
    probabilities = model.blend.probabilities(unseen, languages)
    of_tweets, of_own = probabilities[: len(tweets)], probabilities[len(tweets) :]
    of_validation = model.probabilities(validation.texts, validation.languages)
    known = {"Vigie": of_tweets.argmax(1), "TF-IDF + LR": _tfidf_unseen(tweets)} | _word_lists(tweets)
    met = {"Vigie": of_validation.argmax(1), "TF-IDF + LR": baselines.tfidf(tweets)(validation.texts)}
    return "\n\n".join(
        [
            "### Tweets, cross-validated\n\n" + _by_language(tweets, known),
            "### Tweets, validation\n\n" + _by_language(validation, met | _word_lists(validation)),
            "### Calibration and uncertain labels\n\n"
            + _uncertainty_table(
                model.threshold,
                {
                    "tweets, cross-validated": (of_tweets, tweets),
                    "tweets, validation": (of_validation, validation),
                    "our own, cross-validated": (of_own, own),
                },
            ),
            "### Our own texts, cross-validated\n\n" + _by_kind(of_own.argmax(1) == own.labels),
        ]
    )


def _tfidf_unseen(texts: Labelled) -> np.ndarray:
    folds, guesses = texts.fold(pipeline.FOLDS), np.zeros(len(texts), int)
    for fold in range(pipeline.FOLDS):
        model = baselines.tfidf(texts.part(np.flatnonzero(folds != fold)))
        guesses[folds == fold] = model(texts.part(np.flatnonzero(folds == fold)).texts)
    return guesses


def _word_lists(texts: Labelled) -> dict[str, np.ndarray]:
    judges: dict[str, Callable[[Sequence[str]], np.ndarray]] = {
        "VADER": baselines.vader,
        "VADER fr": baselines.french_vader,
        "AFINN": baselines.afinn,
    }
    return {name: judge(texts.texts) for name, judge in judges.items()}


def _by_language(texts: Labelled, guesses: dict[str, np.ndarray]) -> str:
    lines = [["language", "texts", "Vigie (95 %)", *list(guesses)[1:]]]
    spoken = np.array(texts.languages)
    scores: dict[str, list[float]] = {name: [] for name in guesses}
    for language in SHOWN:
        of = spoken == language
        for name, guessed in guesses.items():
            scores[name].append(macro_f1(guessed[of], texts.labels[of]))
        low, high = interval(guesses["Vigie"][of], texts.labels[of])
        figures = [f"{of_all[-1]:.3f}" for of_all in scores.values()]
        figures[0] += f" ({low:.3f} to {high:.3f})"
        lines.append([language, str(of.sum()), *figures])
    for title, count in (("mean of eight", 8), ("mean without hi", 7)):
        lines.append([title, "", *(f"{np.mean(of_all[:count]):.3f}" for of_all in scores.values())])
    return _markdown(lines)


def _uncertainty_table(threshold: float, sets: dict[str, tuple[np.ndarray, Labelled]]) -> str:
    lines = [["texts", "accuracy", "ECE", f"accuracy of the {MOST_SURE:.0%} most sure", "shown", "right when shown"]]
    for name, (probabilities, texts) in sets.items():
        lines.append([name, *_uncertainty_row(threshold, probabilities, texts.labels)])
        for language in SHOWN:
            of = np.array(texts.languages) == language
            if of.any() and "cross" in name:
                lines.append([f"– {language}", *_uncertainty_row(threshold, probabilities[of], texts.labels[of])])
    return _markdown(lines)


def _uncertainty_row(threshold: float, probabilities: np.ndarray, labels: np.ndarray) -> list[str]:
    sure, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    most = np.argsort(-sure, kind="stable")[: int(MOST_SURE * len(labels))]
    shown = sure >= threshold
    return [
        f"{right.mean():.3f}",
        f"{calibration_error(probabilities, labels):.3f}",
        f"{right[most].mean():.3f}",
        f"{shown.mean():.0%}",
        f"{right[shown].mean():.3f}" if shown.any() else "",
    ]


def _by_kind(right: np.ndarray) -> str:
    lines = [["kind", "texts", "accuracy"]]
    kinds = np.array(read_kinds())
    for kind in sorted(set(kinds.tolist()), key=lambda kind: -(kinds == kind).sum()):
        of = kinds == kind
        if of.sum() >= 30:
            lines.append([kind.replace("_", " "), str(of.sum()), f"{right[of].mean():.3f}"])
    return _markdown(lines)


def _markdown(lines: list[list[str]]) -> str:
    head, *rest = ("| " + " | ".join(line) + " |" for line in lines)
    return "\n".join([head, "|" + "---|" * len(lines[0]), *rest])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=data_folder, required=True, help="the folder of umsab_train.tsv and the others")
    parser.add_argument("--model", type=Path, default=FILE)
    options = parser.parse_args()
    corpus = pipeline.read_corpus(options.data)
    unseen = pipeline.cross_validated(corpus)
    print(tables(options.data, load(options.model), corpus, unseen))  # noqa: T201


if __name__ == "__main__":
    main()
