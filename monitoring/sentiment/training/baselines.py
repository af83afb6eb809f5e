"""Classify texts with other models for the model card: VADER, French VADER, AFINN, TF-IDF with logistic regression.

Texts in, indices in LABELS out. Called by evaluate.py; needs requirements/train.txt.
"""

from collections.abc import Callable, Sequence

import numpy as np
from afinn import Afinn
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline, make_union
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer
from vaderSentiment_fr.vaderSentiment import SentimentIntensityAnalyzer as FrenchAnalyzer

from monitoring.sentiment.training.datasets import LabeledTexts

# The bounds of neutral that the authors of VADER recommend.
VADER_NEUTRAL = 0.05


def _signs(scores: Sequence[float], neutral: float) -> np.ndarray:
    values = np.array(scores)
    return np.where(values >= neutral, 2, np.where(values <= -neutral, 0, 1))


def vader(texts: Sequence[str]) -> np.ndarray:
    analyzer = SentimentIntensityAnalyzer()
    return _signs([analyzer.polarity_scores(text)["compound"] for text in texts], VADER_NEUTRAL)


def french_vader(texts: Sequence[str]) -> np.ndarray:
    analyzer = FrenchAnalyzer()
    return _signs([analyzer.polarity_scores(text)["compound"] for text in texts], VADER_NEUTRAL)


def afinn(texts: Sequence[str]) -> np.ndarray:
    words = Afinn(language="en", emoticons=True)
    return _signs([words.score(text) for text in texts], 0.5)


def tfidf(train: LabeledTexts) -> Callable[[Sequence[str]], np.ndarray]:
    """Fit a classical model for all languages: words, word pairs, and n-grams of two to five characters."""
    words = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    characters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), min_df=3, sublinear_tf=True)
    model = make_pipeline(make_union(words, characters), LogisticRegression(C=3, max_iter=60, tol=1e-3))
    model.fit(train.texts, train.labels)
    return lambda texts: np.array(model.predict(list(texts)))
