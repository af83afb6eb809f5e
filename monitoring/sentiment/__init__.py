"""What a text says of its subject: negative, neutral or positive, with calibrated probabilities and honest doubt.

`load().probabilities(texts, languages)` is the built-in model (text.py -> features.py -> model.py); training.py and
train.py make its file. targets.py picks the clause that speaks of a keyword, layer.py learns from a team's
corrections. Pure: numpy and no Django. The enrichment queue and the command `sentiment` call it.
"""

from monitoring.sentiment.model import LABELS, UNCERTAIN, Model, SentimentModel, label_of, load

__all__ = ["LABELS", "UNCERTAIN", "Model", "SentimentModel", "label_of", "load"]
