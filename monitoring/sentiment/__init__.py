"""Sentiment of texts: calibrated probabilities of negative, neutral and positive. Pure: numpy, no Django.

`load().probabilities(texts, languages)` is the base model (text.py -> features.py -> model.py), whose file training/
creates. target_passage.py selects the part of a text about a keyword; project_layer.py learns from the corrections of
a project; onnx_model.py replaces the base model. Called by enrichment/ and the command `sentiment`.
"""

from monitoring.sentiment.model import LABELS, UNCERTAIN, Model, SentimentModel, label_of, load

__all__ = ["LABELS", "UNCERTAIN", "Model", "SentimentModel", "label_of", "load"]
