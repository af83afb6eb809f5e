"""Fit the model: labeled texts in, the arrays of the model file or cross-validated log-odds out.

Called by train.py, which writes the file, and evaluate.py, which measures. Each part is fitted on the sets that
improve it: a linear part on tweets in eight languages and Vigie's own texts, one on English, the networks on all sets.
Each set has its own bias, which is dropped afterwards, so a set with more neutral texts does not shift the model.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from monitoring.sentiment.features import Features, extract
from monitoring.sentiment.hashing import language_numbers
from monitoring.sentiment.lexicon import Lexicon, compile_lexicon
from monitoring.sentiment.model import PARTS, parts_from_arrays
from monitoring.sentiment.training import calibration, linear, networks
from monitoring.sentiment.training.datasets import OTHERS, TWEETS, LabeledTexts, read_own, read_set, remove_duplicates

LEXICON = Path(__file__).parent / "lexicon.txt"
FOLDS = 3
SEED = 20261121

# The weight of a text of each set in the networks; Vigie's own texts are the most similar to real ones.
SET_WEIGHTS = {TWEETS: 1.0, "semeval": 0.4, "goemotions": 0.2, "arsarcasm": 0.5, "own": 2.0}
OWN_WEIGHT = 0.7
# The same for the English linear part, which improves English tweets by 1.6 points.
ENGLISH_SET_WEIGHTS = {TWEETS: 1.0, "semeval": 0.4, "own": 2.0}
# The weight of Vigie's own texts in the blend: low, so the tweets in eight languages dominate.
OWN_WEIGHT_IN_BLEND = 0.2
_BATCH = 1000


@dataclass(frozen=True)
class DataSet:
    """One set with its features in the form of each part; `matrix` is None if no linear part uses the set."""

    texts: LabeledTexts
    inputs: networks.Inputs
    matrix: linear.Matrix | None
    batches: list[Features]


@dataclass(frozen=True)
class Corpus:
    """The lexicon and all sets by name."""

    lexicon: Lexicon
    sets: dict[str, DataSet]


def read_corpus(folder: Path) -> Corpus:
    """Read all sets and extract their features."""
    lexicon = compile_lexicon(LEXICON.read_text(encoding="utf-8"))
    tweets = read_set(folder, TWEETS)
    # A fifth of the English tweets is also in SemEval, nearly all Arabic ones in ArSarcasm: keep them out of training.
    others = {name: remove_duplicates(read_set(folder, name), tweets) for name in OTHERS}
    texts = {TWEETS: tweets} | others | {"own": read_own()}
    return Corpus(lexicon, {name: _prepare(data_set, lexicon, name) for name, data_set in texts.items()})


def _prepare(texts: LabeledTexts, lexicon: Lexicon, name: str) -> DataSet:
    batches = extract_all(texts, lexicon)
    matrix = linear.matrix(batches) if name in ENGLISH_SET_WEIGHTS else None
    return DataSet(texts, networks.inputs(batches), matrix, batches if name in (TWEETS, "own") else [])


def extract_all(texts: LabeledTexts, lexicon: Lexicon) -> list[Features]:
    """Return the features of all texts, in batches."""
    starts = range(0, len(texts), _BATCH)
    return [
        extract(texts.texts[start : start + _BATCH], texts.languages[start : start + _BATCH], lexicon)
        for start in starts
    ]


def fit_parts(corpus: Corpus, selected: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Fit the arrays of all parts on the `selected` texts of the tweets and Vigie's own texts, and all other sets."""
    names = list(corpus.sets)
    indices = {name: selected.get(name, np.arange(len(corpus.sets[name].texts))) for name in names}
    labels = {name: corpus.sets[name].texts.labels[indices[name]] for name in names}
    parts = [corpus.sets[name].inputs.part(indices[name]) for name in names]
    sizes = [len(part) for part in parts]
    fitted = networks.fit(
        networks.concatenated(parts),
        np.concatenate([labels[name] for name in names]),
        np.repeat([SET_WEIGHTS[name] for name in names], sizes),
        np.repeat(np.arange(len(names)), sizes),
        SEED,
    )
    all_languages = _linear(corpus, indices, {TWEETS: 1.0, "own": OWN_WEIGHT})
    english = _linear(
        corpus,
        {name: _english(corpus.sets[name].texts, indices[name]) for name in ENGLISH_SET_WEIGHTS},
        ENGLISH_SET_WEIGHTS,
    )
    return fitted | all_languages | {f"english_{name}": array for name, array in english.items()}


def _linear(corpus: Corpus, indices: dict[str, np.ndarray], set_weights: dict[str, float]) -> dict[str, np.ndarray]:
    parts = [_part(corpus.sets[name], indices[name]) for name in set_weights]
    sizes = [len(indices[name]) for name in set_weights]
    return linear.fit(
        linear.concatenated(parts),
        np.concatenate([corpus.sets[name].texts.labels[indices[name]] for name in set_weights]),
        np.repeat(list(set_weights.values()), sizes),
        np.repeat(np.arange(len(sizes)), sizes),
        corpus.sets[TWEETS].batches[0].idea_rows,
    )


def _english(texts: LabeledTexts, indices: np.ndarray) -> np.ndarray:
    return indices[np.array(texts.languages)[indices] == "en"]


def _part(data_set: DataSet, indices: np.ndarray) -> linear.Matrix:
    assert data_set.matrix is not None
    return linear.Matrix(data_set.matrix.rows[indices], data_set.matrix.rest[indices])


def logits_by_part(arrays: dict[str, np.ndarray], batches: Sequence[Features]) -> np.ndarray:
    """Return log-odds by part, text and label."""
    model = parts_from_arrays(arrays)
    return np.concatenate([model.logits(features) for features in batches], axis=1)


def cross_validated(corpus: Corpus) -> np.ndarray:
    """Return the log-odds of the tweets and Vigie's own texts, in this order, by parts not fitted on them."""
    folds = {name: corpus.sets[name].texts.fold(FOLDS) for name in (TWEETS, "own")}
    all_folds = np.concatenate([folds[TWEETS], folds["own"]])
    batches = corpus.sets[TWEETS].batches + corpus.sets["own"].batches
    held_out_logits = np.zeros((PARTS, len(all_folds), 3))
    for fold in range(FOLDS):
        arrays = fit_parts(
            corpus, {name: np.flatnonzero(folds_of_set != fold) for name, folds_of_set in folds.items()}
        )
        arrays |= lexicon_arrays(corpus.lexicon)
        held_out_logits[:, all_folds == fold] = logits_by_part(arrays, batches)[:, all_folds == fold]
    return held_out_logits


def tweets_and_own(corpus: Corpus) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return labels, language numbers and weights in the blend of the tweets and Vigie's own texts."""
    tweets, own = corpus.sets[TWEETS].texts, corpus.sets["own"].texts
    return (
        np.concatenate([tweets.labels, own.labels]),
        language_numbers(tweets.languages + own.languages),
        np.repeat([1.0, OWN_WEIGHT_IN_BLEND], [len(tweets), len(own)]),
    )


def fit_blend(held_out_logits: np.ndarray, corpus: Corpus) -> dict[str, np.ndarray]:
    """Fit the arrays of the blend and the threshold."""
    labels, languages, weights = tweets_and_own(corpus)
    blend = calibration.fit_blend(held_out_logits, languages, labels, weights)
    probabilities = blend.probabilities(held_out_logits, languages)
    return {
        "blend_weights": blend.weights,
        "blend_bias": blend.bias,
        "threshold": np.array(calibration.threshold(probabilities, labels, weights)),
    }


def lexicon_arrays(lexicon: Lexicon) -> dict[str, np.ndarray]:
    """Return the arrays of the lexicon."""
    return {
        "lexicon_keys": lexicon.keys,
        "lexicon_ideas": lexicon.ideas,
        "lexicon_valences": lexicon.valences,
        "lexicon_roles": lexicon.roles,
    }
