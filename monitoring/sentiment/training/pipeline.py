"""Everything learned: labeled texts in, the arrays of the model file or cross-validated log-odds out.

train.py writes the file with it, evaluate.py measures with it. Each part is fitted on what serves it: a linear part
on tweets in eight languages and our own posts, one on English, the networks on all sets; each set with a bias of its
own that is left out afterwards, so that how often a set calls things neutral teaches nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from monitoring.sentiment.features import Features, extract
from monitoring.sentiment.hashing import language_numbers
from monitoring.sentiment.lexicon import Lexicon, compiled
from monitoring.sentiment.model import PARTS, parts_of
from monitoring.sentiment.training import calibration, linear, networks
from monitoring.sentiment.training.datasets import OTHERS, TWEETS, Labelled, read_own, read_set, without

LEXICON = Path(__file__).parent / "lexicon.txt"
FOLDS = 3
SEED = 20261121

# What a text of each set counts in the networks; our own are what the product reads.
WORTH = {TWEETS: 1.0, "semeval": 0.4, "goemotions": 0.2, "arsarcasm": 0.5, "own": 2.0}
OWN_WORTH = 0.7
# The same for the linear part that knows English alone, worth 1.6 points on English tweets.
ENGLISH = {TWEETS: 1.0, "semeval": 0.4, "own": 2.0}
# Our own texts in the blend, so that eight languages of tweets still decide.
OWN_WORTH_BLEND = 0.2
_STEP = 1000


@dataclass(frozen=True)
class Set:
    texts: Labelled
    inputs: networks.Inputs
    matrix: linear.Matrix | None
    batches: list[Features]


@dataclass(frozen=True)
class Corpus:
    lexicon: Lexicon
    sets: dict[str, Set]


def read_corpus(folder: Path) -> Corpus:
    lexicon = compiled(LEXICON.read_text(encoding="utf-8"))
    tweets = read_set(folder, TWEETS)
    # One English tweet in five stands in SemEval too, nearly every Arabic one in ArSarcasm: they would have been seen.
    others = {name: without(read_set(folder, name), tweets) for name in OTHERS}
    texts = {TWEETS: tweets} | others | {"own": read_own()}
    return Corpus(lexicon, {name: _prepared(of_set, lexicon, name) for name, of_set in texts.items()})


def _prepared(texts: Labelled, lexicon: Lexicon, name: str) -> Set:
    batches = extracted(texts, lexicon)
    matrix = linear.matrix(batches) if name in ENGLISH else None
    return Set(texts, networks.inputs(batches), matrix, batches if name in (TWEETS, "own") else [])


def extracted(texts: Labelled, lexicon: Lexicon) -> list[Features]:
    starts = range(0, len(texts), _STEP)
    return [
        extract(texts.texts[start : start + _STEP], texts.languages[start : start + _STEP], lexicon)
        for start in starts
    ]


def fit_parts(corpus: Corpus, kept: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Arrays of all parts from these places of the tweets and our own posts, and all of the other sets."""
    names = list(corpus.sets)
    places = {name: kept.get(name, np.arange(len(corpus.sets[name].texts))) for name in names}
    labels = {name: corpus.sets[name].texts.labels[places[name]] for name in names}
    parts = [corpus.sets[name].inputs.part(places[name]) for name in names]
    sizes = [len(part) for part in parts]
    fitted = networks.fit(
        networks.joined(parts),
        np.concatenate([labels[name] for name in names]),
        np.repeat([WORTH[name] for name in names], sizes),
        np.repeat(np.arange(len(names)), sizes),
        SEED,
    )
    everyone = _linear(corpus, places, {TWEETS: 1.0, "own": OWN_WORTH})
    english = _linear(corpus, {name: _english(corpus.sets[name].texts, places[name]) for name in ENGLISH}, ENGLISH)
    return fitted | everyone | {f"english_{name}": array for name, array in english.items()}


def _linear(corpus: Corpus, places: dict[str, np.ndarray], worth: dict[str, float]) -> dict[str, np.ndarray]:
    parts = [_part(corpus.sets[name], places[name]) for name in worth]
    sizes = [len(places[name]) for name in worth]
    return linear.fit(
        linear.stacked(parts),
        np.concatenate([corpus.sets[name].texts.labels[places[name]] for name in worth]),
        np.repeat(list(worth.values()), sizes),
        np.repeat(np.arange(len(sizes)), sizes),
        corpus.sets[TWEETS].batches[0].kinds,
    )


def _english(texts: Labelled, places: np.ndarray) -> np.ndarray:
    return places[np.array(texts.languages)[places] == "en"]


def _part(of_set: Set, places: np.ndarray) -> linear.Matrix:
    assert of_set.matrix is not None
    return linear.Matrix(of_set.matrix.rows[places], of_set.matrix.rest[places])


def judged(arrays: dict[str, np.ndarray], batches: Sequence[Features]) -> np.ndarray:
    """Log-odds by each part of the model, stacked: of_parts in model.py."""
    model = parts_of(arrays)
    return np.concatenate([model.logits(features) for features in batches], axis=1)


def cross_validated(corpus: Corpus) -> np.ndarray:
    """What parts that have not seen them say of the tweets and our own posts, in that order."""
    folds = {name: corpus.sets[name].texts.fold(FOLDS) for name in (TWEETS, "own")}
    both = np.concatenate([folds[TWEETS], folds["own"]])
    batches = corpus.sets[TWEETS].batches + corpus.sets["own"].batches
    unseen = np.zeros((PARTS, len(both), 3))
    for fold in range(FOLDS):
        arrays = fit_parts(corpus, {name: np.flatnonzero(of != fold) for name, of in folds.items()})
        arrays |= lexicon_arrays(corpus.lexicon)
        unseen[:, both == fold] = judged(arrays, batches)[:, both == fold]
    return unseen


def both_sets(corpus: Corpus) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Labels, language numbers and worth in the blend of the tweets and our own posts."""
    tweets, own = corpus.sets[TWEETS].texts, corpus.sets["own"].texts
    return (
        np.concatenate([tweets.labels, own.labels]),
        language_numbers(tweets.languages + own.languages),
        np.repeat([1.0, OWN_WORTH_BLEND], [len(tweets), len(own)]),
    )


def blended(unseen: np.ndarray, corpus: Corpus) -> dict[str, np.ndarray]:
    """The arrays of the model file that say how the parts are joined."""
    labels, languages, worth = both_sets(corpus)
    blend = calibration.fit(unseen, languages, labels, worth)
    probabilities = blend.probabilities(unseen, languages)
    return {
        "blend_weights": blend.weights,
        "blend_bias": blend.bias,
        "threshold": np.array(calibration.threshold(probabilities, labels, worth)),
    }


def lexicon_arrays(lexicon: Lexicon) -> dict[str, np.ndarray]:
    return {
        "lexicon_keys": lexicon.keys,
        "lexicon_ideas": lexicon.ideas,
        "lexicon_valences": lexicon.valences,
        "lexicon_roles": lexicon.roles,
    }
