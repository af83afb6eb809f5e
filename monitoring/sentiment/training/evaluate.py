"""`python -m monitoring.sentiment.training.evaluate --data DIR` measures the model and other models.

Prints Markdown tables by language: cross-validated on umsab_train (each third classified by models fitted on the other
two), and the model file on umsab_val. train.py writes the same tables to the model card.
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
from monitoring.sentiment.training.datasets import TWEETS, VALIDATION, LabeledTexts, data_folder, read_kinds, read_set

LANGUAGES = ("fr", "en", "es", "de", "it", "pt", "ar", "hi")
BOOTSTRAP_SAMPLES = 500
MOST_CONFIDENT = 0.4


def macro_f1(predictions: np.ndarray, labels: np.ndarray) -> float:
    """Return the mean F1 score of the three labels."""
    correct = predictions == labels
    scores = []
    for label in range(3):
        predicted_and_true = (predictions == label).sum() + (labels == label).sum()
        scores.append(2 * (correct & (labels == label)).sum() / max(predicted_and_true, 1))
    return float(np.mean(scores))


def interval(predictions: np.ndarray, labels: np.ndarray) -> tuple[float, float]:
    """Return the 95% bootstrap interval of the macro-F1 score."""
    random = np.random.default_rng(1)
    samples = [random.integers(0, len(labels), len(labels)) for _ in range(BOOTSTRAP_SAMPLES)]
    low, high = np.percentile([macro_f1(predictions[indices], labels[indices]) for indices in samples], [2.5, 97.5])
    return float(low), float(high)


def tables(folder: Path, model: Model, corpus: pipeline.Corpus, held_out_logits: np.ndarray) -> str:
    """Return all tables of the model card."""
    tweets, own = corpus.sets[TWEETS].texts, corpus.sets["own"].texts
    validation = read_set(folder, VALIDATION)
    _, languages, _ = pipeline.tweets_and_own(corpus)
    probabilities = model.blend.probabilities(held_out_logits, languages)
    of_tweets, of_own = probabilities[: len(tweets)], probabilities[len(tweets) :]
    of_validation = model.probabilities(validation.texts, validation.languages)
    tweet_predictions = {
        "Vigie": of_tweets.argmax(1),
        "TF-IDF + LR": _cross_validated_tfidf(tweets),
    } | _lexicon_models(tweets)
    validation_predictions = {
        "Vigie": of_validation.argmax(1),
        "TF-IDF + LR": baselines.tfidf(tweets)(validation.texts),
    }
    return "\n\n".join(
        [
            "### Tweets, cross-validated\n\n" + _by_language(tweets, tweet_predictions),
            "### Tweets, validation\n\n"
            + _by_language(validation, validation_predictions | _lexicon_models(validation)),
            "### Calibration and uncertain labels\n\n"
            + _uncertainty_table(
                model.threshold,
                {
                    "tweets, cross-validated": (of_tweets, tweets),
                    "tweets, validation": (of_validation, validation),
                    "Vigie’s own, cross-validated": (of_own, own),
                },
            ),
            "### Vigie’s own texts, cross-validated\n\n" + _by_kind(of_own.argmax(1) == own.labels),
        ]
    )


def _cross_validated_tfidf(texts: LabeledTexts) -> np.ndarray:
    folds, predictions = texts.fold(pipeline.FOLDS), np.zeros(len(texts), int)
    for fold in range(pipeline.FOLDS):
        model = baselines.tfidf(texts.part(np.flatnonzero(folds != fold)))
        predictions[folds == fold] = model(texts.part(np.flatnonzero(folds == fold)).texts)
    return predictions


def _lexicon_models(texts: LabeledTexts) -> dict[str, np.ndarray]:
    classifiers: dict[str, Callable[[Sequence[str]], np.ndarray]] = {
        "VADER": baselines.vader,
        "VADER fr": baselines.french_vader,
        "AFINN": baselines.afinn,
    }
    return {name: classifier(texts.texts) for name, classifier in classifiers.items()}


def _by_language(texts: LabeledTexts, predictions: dict[str, np.ndarray]) -> str:
    lines = [["language", "texts", "Vigie (95%)", *list(predictions)[1:]]]
    languages = np.array(texts.languages)
    scores: dict[str, list[float]] = {name: [] for name in predictions}
    for language in LANGUAGES:
        selected = languages == language
        for name, predicted in predictions.items():
            scores[name].append(macro_f1(predicted[selected], texts.labels[selected]))
        low, high = interval(predictions["Vigie"][selected], texts.labels[selected])
        cells = [f"{values[-1]:.3f}" for values in scores.values()]
        cells[0] += f" ({low:.3f} to {high:.3f})"
        lines.append([language, str(selected.sum()), *cells])
    for title, count in (("mean of eight", 8), ("mean without hi", 7)):
        lines.append([title, "", *(f"{np.mean(values[:count]):.3f}" for values in scores.values())])
    return markdown(lines)


def _uncertainty_table(threshold: float, sets: dict[str, tuple[np.ndarray, LabeledTexts]]) -> str:
    lines = [
        [
            "texts",
            "accuracy",
            "ECE",
            f"accuracy of the {MOST_CONFIDENT:.0%} most confident",
            "shown",
            "accuracy when shown",
        ]
    ]
    for name, (probabilities, texts) in sets.items():
        lines.append([name, *uncertainty_row(threshold, probabilities, texts.labels)])
        for language in LANGUAGES:
            selected = np.array(texts.languages) == language
            if selected.any() and "cross" in name:
                lines.append(
                    [f"– {language}", *uncertainty_row(threshold, probabilities[selected], texts.labels[selected])]
                )
    return markdown(lines)


def uncertainty_row(threshold: float, probabilities: np.ndarray, labels: np.ndarray) -> list[str]:
    """Return accuracy, calibration error, accuracy of the most confident, share shown, and accuracy of the shown."""
    confidence, correct = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    most_confident = np.argsort(-confidence, kind="stable")[: int(MOST_CONFIDENT * len(labels))]
    shown = confidence >= threshold
    return [
        f"{correct.mean():.3f}",
        f"{calibration_error(probabilities, labels):.3f}",
        f"{correct[most_confident].mean():.3f}",
        f"{shown.mean():.0%}",
        f"{correct[shown].mean():.3f}" if shown.any() else "",
    ]


def _by_kind(correct: np.ndarray) -> str:
    lines = [["kind", "texts", "accuracy"]]
    kinds = np.array(read_kinds())
    for kind in sorted(set(kinds.tolist()), key=lambda kind: -(kinds == kind).sum()):
        selected = kinds == kind
        if selected.sum() >= 30:
            lines.append([kind.replace("_", " "), str(selected.sum()), f"{correct[selected].mean():.3f}"])
    return markdown(lines)


def markdown(lines: list[list[str]]) -> str:
    """Return a table; the first line is its head."""
    head, *rest = ("| " + " | ".join(line) + " |" for line in lines)
    return "\n".join([head, "|" + "---|" * len(lines[0]), *rest])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--data", type=data_folder, required=True, help="the folder with umsab_train.tsv and the other sets"
    )
    parser.add_argument("--model", type=Path, default=FILE)
    options = parser.parse_args()
    corpus = pipeline.read_corpus(options.data)
    held_out_logits = pipeline.cross_validated(corpus)
    print(tables(options.data, load(options.model), corpus, held_out_logits))  # noqa: T201


if __name__ == "__main__":
    main()
