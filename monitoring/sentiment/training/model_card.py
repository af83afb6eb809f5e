"""Generate the model card, docs/sentiment-model.md, from card_template.md.

In: the trained model, its corpus and the probabilities of texts it was not trained on. Out: the page, with the tables
of evaluate.py. Called by train.py.
"""

import platform
from importlib.metadata import version
from pathlib import Path

import numpy as np

from monitoring.sentiment.hashing import LANGUAGES
from monitoring.sentiment.model import load
from monitoring.sentiment.training.datasets import OTHERS, TWEETS
from monitoring.sentiment.training.evaluate import tables
from monitoring.sentiment.training.pipeline import SEED, Corpus

CARD = Path(__file__).parents[3] / "docs" / "sentiment-model.md"
_TEMPLATE = Path(__file__).parent / "card_template.md"

_LICENSES = {
    TWEETS: (
        "UMSAB (cardiffnlp/xlm-t): tweets in eight languages, balanced over three classes",
        'repository Apache-2.0; "restrictions may apply to individual datasets or Twitter"',
    ),
    "semeval": (
        "English tweets of SemEval 2013 to 2016 (through cbaziotis/datastories-semeval2017-task4), without those "
        "in known test sets",
        "repository MIT; no separate data license",
    ),
    "goemotions": ("English Reddit comments of GoEmotions, mapped to three classes", "CC BY 4.0"),
    "arsarcasm": ("Arabic tweets of ArSarcasm, without those in SemEval", "MIT"),
    "own": (
        "posts, reviews and headlines about made-up brands, written for Vigie (monitoring/sentiment/training/data/)",
        "that of Vigie",
    ),
}


def card(folder: Path, model_file: Path, corpus: Corpus, held_out_logits: np.ndarray) -> str:
    """Return the text of the model card."""
    model = load(model_file)
    packages = ("numpy", "scipy", "scikit-learn", "torch")
    data = "\n".join(
        f"| {name} | {len(corpus.sets[name].texts):,} | {content} | {license} |"
        for name, (content, license) in _LICENSES.items()
        if name in (TWEETS, *OTHERS, "own")
    )
    return _TEMPLATE.read_text(encoding="utf-8").format(
        version=model.version,
        megabytes=model_file.stat().st_size / 1e6,
        seed=SEED,
        versions=", ".join(
            [
                f"Python {platform.python_version()}",
                *(f"{name} {version(name).partition('+')[0]}" for name in packages),
            ]
        ),
        languages=" ".join(LANGUAGES[1:]),
        words=len(model.lexicon.keys),
        data=data,
        tables=tables(folder, model, corpus, held_out_logits),
        threshold=model.threshold,
    )
