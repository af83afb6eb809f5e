"""Analyze the sentiment of mentions toward their keywords.

In: mentions with their documents and keywords. Out: the passage of each mention, and an `Analysis` of each passage by
the model of the settings with the layer that was trained on the project's corrections. Called by score_mentions.py,
fit_layers.py and services/corrections.py.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
from django.conf import settings
from django.db.models import QuerySet

from monitoring import sentiment
from monitoring.embedding import mixed_model
from monitoring.embedding.encoder import Encoded
from monitoring.embedding.mixed_model import MixedModel
from monitoring.matching.spans import Spans, spans_of
from monitoring.models import Mention, SentimentLayer, SentimentState
from monitoring.sentiment.onnx_model import load_onnx
from monitoring.sentiment.project_layer import Layer, Words
from monitoring.sentiment.target_passage import passage


@dataclass(frozen=True, slots=True)
class Analysis:
    """A label of Mention.Sentiment with its probabilities (neutral is the rest)."""

    label: str
    negative: float
    positive: float


@dataclass(frozen=True)
class Analyzer:
    """A model with the layer of a project, if it has one.

    `version` identifies both: mentions of another version are analyzed again.
    """

    model: sentiment.SentimentModel
    version: str
    layer: Layer | None = None

    def analyze(self, texts: Sequence[str], languages: Sequence[str], encoded: Encoded | None) -> list[Analysis]:
        """Return the sentiment of each text; `encoded` is what the encoder makes of them, None without it."""
        rows = probabilities_of(self.model, texts, languages, encoded)
        if self.layer:
            rows = self.layer.shift(Words.of(self.model.features(texts)), vectors_of(encoded, len(texts)), rows)
        threshold = self.model.threshold
        return [Analysis(sentiment.label_of(row, threshold), float(row[0]), float(row[2])) for row in rows]


def model() -> sentiment.SentimentModel:
    """Return the model of the settings. Raises OSError or ValueError for invalid files.

    Without the packages or files of the encoder, it is the small model alone.
    """
    return loaded()[0]


def missing_encoder() -> str:
    """Return why only the small model is used, "" if the encoder is used too or the settings name another model."""
    return loaded()[1]


@cache
def loaded() -> tuple[sentiment.SentimentModel, str]:
    """Return the results of `model` and `missing_encoder`, once per process."""
    if settings.SENTIMENT_BACKEND == "onnx":
        return load_onnx(settings.SENTIMENT_MODEL_DIR), ""
    if settings.SENTIMENT_BACKEND == "small":
        return sentiment.load(), "SENTIMENT_BACKEND=small"
    try:
        return mixed_model.load(), ""
    except (ImportError, OSError) as error:
        return sentiment.load(), str(error)


def probabilities_of(
    by: sentiment.SentimentModel, texts: Sequence[str], languages: Sequence[str], encoded: Encoded | None
) -> np.ndarray:
    """Return the probabilities of texts that the encoder may have read already."""
    if encoded is not None and isinstance(by, MixedModel):
        return by.mixed(texts, languages, encoded.outputs)
    return by.probabilities(texts, languages)


def vectors_of(encoded: Encoded | None, size: int) -> np.ndarray:
    """Return the vectors of texts, without columns if the encoder is not used."""
    return np.zeros((size, 0)) if encoded is None else encoded.vectors


def first_analyzer() -> Analyzer | None:
    """Return the analyzer of new mentions until the encoder has read them, None without an encoder."""
    current = model()
    return Analyzer(current.small, Mention.FIRST_PASS) if isinstance(current, MixedModel) else None


def analyzers_of(project_ids: Iterable[int]) -> dict[int, Analyzer]:
    """Return the current analyzer of each project."""
    layers = dict(_states_with_layer(project_ids).values_list("project_id", "layer_id"))
    return {project_id: _analyzer(model().version, layers.get(project_id)) for project_id in project_ids}


def versions_of(project_ids: Iterable[int]) -> dict[int, str]:
    """Return the versions of `analyzers_of`, without loading the layers."""
    numbers = dict(_states_with_layer(project_ids).values_list("project_id", "layer__number"))
    return {project_id: version_with(model().version, numbers.get(project_id)) for project_id in project_ids}


def _states_with_layer(project_ids: Iterable[int]) -> QuerySet[SentimentState]:
    return SentimentState.objects.filter(project_id__in=project_ids, learns=True, layer__model=model().version)


@lru_cache(maxsize=50)  # a layer trained on thousands of corrections takes several megabytes
def _analyzer(version: str, layer_id: int | None) -> Analyzer:
    if layer_id is None:
        return Analyzer(model(), version)
    row = SentimentLayer.objects.get(pk=layer_id)
    return Analyzer(model(), version_with(version, row.number), Layer.from_bytes(bytes(row.weights)))


def version_with(model_version: str, layer_number: int | None) -> str:
    """Return the version of a model with a layer, the model's own version without one."""
    return model_version if layer_number is None else f"{model_version}+{layer_number}"


def model_version_of(version: str) -> str:
    """Return the model's part of a version that `version_with` returned."""
    return version.partition("+")[0]


def with_texts(mentions: QuerySet[Mention]) -> QuerySet[Mention]:
    """Return the mentions with the columns that `passages_of` reads."""
    return mentions.select_related("document", "keyword").defer("document__html", "document__search")


def passages_of(mentions: Sequence[Mention]) -> list[str]:
    """Return the passage of each mention: what its document says of its keyword, if it names other keywords too.

    The mentions come from `with_texts`.
    """
    documents = {mention.document_id: mention.document for mention in mentions}
    found: dict[int, dict[int, dict[str, Spans]]] = defaultdict(dict)
    rows = Mention.objects.filter(document_id__in=documents)
    for document_id, keyword_id, query in rows.values_list("document_id", "keyword_id", "keyword__query"):
        found[document_id][keyword_id] = spans_of(documents[document_id], [query])
    return [_passage(mention, found[mention.document_id]) for mention in mentions]


def _passage(mention: Mention, found: dict[int, dict[str, Spans]]) -> str:
    """Return the passage of a mention; `found` has the spans of each keyword of its document."""
    others = [spans for keyword_id, spans in found.items() if keyword_id != mention.keyword_id]
    other_spans = {field: [span for spans in others for span in spans[field]] for field in ("title", "text")}
    # A mention that was deleted since the caller read it is not in `found`.
    spans = found.get(mention.keyword_id) or spans_of(mention.document, [mention.keyword.query])
    return passage(mention.document.title, mention.document.text, spans, other_spans)
