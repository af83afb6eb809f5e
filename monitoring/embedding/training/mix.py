"""`python -m monitoring.embedding.training.mix --data DIR` fits the mix of both models and writes mix.json.

The texts are those that examples.py held out of the encoder's training; the small model's part comes from its
cross-validation, so neither part has seen them. Needs the files that export.py wrote, and about ten minutes.
"""

import argparse
import json
import os
from dataclasses import dataclass
from pathlib import Path

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1", MKL_NUM_THREADS="1")

import numpy as np
from scipy.optimize import minimize

from monitoring.embedding import encoder
from monitoring.embedding.mixed_model import EPSILON, FILE, PARTS, Mix
from monitoring.embedding.training.examples import Example, is_held_out, own, tweets
from monitoring.sentiment.hashing import LANGUAGES, language_numbers
from monitoring.sentiment.model import Blend
from monitoring.sentiment.model import load as load_small
from monitoring.sentiment.training import calibration, pipeline
from monitoring.sentiment.training.datasets import TWEETS, data_folder

OWN_WEIGHT = 0.35  # of one of Vigie's own texts in the fit, against a tweet
# Of sarcasm and of mixed opinions. The likelihood would choose 0.3 and 0: then 20 and 23% of these texts are shown
# with a wrong label instead of 13 and 9%. It costs 2% of the other shown labels.
DAMPING = np.array([2.0, 1.0])


@dataclass(frozen=True)
class Measured:
    """Held-out texts with what both models make of them: `small` are probabilities, `outputs` those of the encoder."""

    examples: list[Example]
    small: np.ndarray
    outputs: np.ndarray

    @property
    def labels(self) -> np.ndarray:
        return np.array([one.label for one in self.examples])

    @property
    def languages(self) -> np.ndarray:
        return language_numbers([one.language for one in self.examples])

    @property
    def weights(self) -> np.ndarray:
        return np.array([1.0 if one.set == TWEETS else OWN_WEIGHT for one in self.examples])

    def mixed(self, mix: Mix) -> np.ndarray:
        """Return the probabilities of a mix."""
        return mix.probabilities(self.small, self.outputs, self.languages)


def measured(folder: Path) -> Measured:
    """Return the held-out texts, analyzed by models that were not trained on them."""
    corpus = pipeline.read_corpus(folder)
    _, languages, _ = pipeline.tweets_and_own(corpus)
    held_out_logits = pipeline.cross_validated(corpus)
    probabilities = load_small().blend.probabilities(held_out_logits, languages)
    texts = corpus.sets[TWEETS].texts.names + corpus.sets["own"].texts.names
    small = dict(zip(texts, probabilities, strict=True))
    examples = [one for one in (*tweets(folder), *own()) if is_held_out(one)]
    outputs = encoder.load().encode([one.text for one in examples]).outputs
    return Measured(examples, np.array([small[one.name] for one in examples]), outputs)


def fit_mix(held_out: Measured) -> Mix:
    """Fit the weights per language, then their scale with DAMPING, then the threshold on tweets."""
    parts = np.stack([np.log(held_out.small + EPSILON), held_out.outputs[:, : encoder.LABELS]])
    hindi = held_out.languages == LANGUAGES.index("hi")
    blend, of_hindi = (_fit_blend(held_out, parts, selected) for selected in (~hindi, hindi))
    # The labels of Hindi tweets are near random: they determine how little to be sure in Hindi, and nothing else.
    blend.weights[LANGUAGES.index("hi")] = of_hindi.weights[LANGUAGES.index("hi")]
    blend.bias[LANGUAGES.index("hi")] = of_hindi.bias[LANGUAGES.index("hi")]
    assert blend.weights.shape == (len(LANGUAGES), PARTS)

    def scaled(scale: float, threshold: float = 0.0) -> Mix:
        return Mix(np.round(blend.weights * scale, 3), np.round(blend.bias * scale, 3), DAMPING, threshold)

    def loss(values: np.ndarray) -> float:
        found = held_out.mixed(Mix(blend.weights * values[0], blend.bias * values[0], DAMPING, 0.0))
        return -float((held_out.weights * np.log(found[np.arange(len(found)), held_out.labels])).sum())

    scale = float(minimize(loss, [1.0], method="L-BFGS-B", bounds=[(0.5, 2.0)]).x[0])
    found, tweet = held_out.mixed(scaled(scale)), held_out.weights == 1
    return scaled(scale, calibration.threshold(found[tweet], held_out.labels[tweet], held_out.weights[tweet]))


def _fit_blend(held_out: Measured, parts: np.ndarray, selected: np.ndarray) -> Blend:
    return calibration.fit_blend(
        parts[:, selected], held_out.languages[selected], held_out.labels[selected], held_out.weights[selected]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=data_folder, required=True, help="the folder with umsab_train.tsv")
    parser.add_argument("--output", type=Path, default=FILE)
    options = parser.parse_args()
    mix = fit_mix(measured(options.data))
    content = {
        "weights": mix.weights.tolist(),
        "bias": mix.bias.tolist(),
        "damping": mix.damping.tolist(),
        "threshold": mix.threshold,
    }
    options.output.write_text(json.dumps(content) + "\n")


if __name__ == "__main__":
    main()
