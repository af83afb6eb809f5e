"""The sentiment of mentions: the passages that speak of their keywords, and what a project's judge makes of them.

In: mentions with their documents and keywords. Out: a `Judgement` each. The judge is the model of the settings, with
the layer that the project's corrections have taught it. Called by enrich.py, corrections.py and learning.py.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from django.conf import settings
from django.db.models import QuerySet

from monitoring import sentiment
from monitoring.matching.spans import Spans, spans_of
from monitoring.models import Mention, SentimentLayer, SentimentState
from monitoring.sentiment.onnx_model import load_onnx
from monitoring.sentiment.project_layer import Layer
from monitoring.sentiment.target_passage import passage


@dataclass(frozen=True, slots=True)
class Judgement:
    """A label of Mention.Sentiment, and the probabilities behind it (neutral is the rest)."""

    label: str
    negative: float
    positive: float


@dataclass(frozen=True)
class Judge:
    """`version` names all that decides: a mention judged by another version is judged anew."""

    version: str
    layer: Layer | None

    def judge(self, texts: Sequence[str], languages: Sequence[str]) -> list[Judgement]:
        rows = model().probabilities(texts, languages)
        if self.layer:
            rows = self.layer.apply(model(), texts, rows)
        return [Judgement(sentiment.label_of(row, model().threshold), float(row[0]), float(row[2])) for row in rows]


@cache
def model() -> sentiment.Model:
    """The model of the settings, loaded once a process. Raises OSError or ValueError where its files are not right."""
    if settings.SENTIMENT_BACKEND == "onnx":
        return load_onnx(settings.SENTIMENT_MODEL_DIR)
    return sentiment.load()


def judges_of(project_ids: Iterable[int]) -> dict[int, Judge]:
    """The judge of each of these projects, as things stand now."""
    layers = dict(_learning(project_ids).values_list("project_id", "layer_id"))
    return {project_id: _judge(model().version, layers.get(project_id)) for project_id in project_ids}


def versions_of(project_ids: Iterable[int]) -> dict[int, str]:
    """The versions of `judges_of`, without loading what was learned."""
    numbers = dict(_learning(project_ids).values_list("project_id", "layer__number"))
    return {project_id: version_with(model().version, numbers.get(project_id)) for project_id in project_ids}


def _learning(project_ids: Iterable[int]) -> QuerySet[SentimentState]:
    return SentimentState.objects.filter(project_id__in=project_ids, learns=True, layer__model=model().version)


@lru_cache(maxsize=50)  # a layer learned from thousands of corrections takes some megabytes
def _judge(version: str, layer_id: int | None) -> Judge:
    if layer_id is None:
        return Judge(version, None)
    row = SentimentLayer.objects.get(pk=layer_id)
    return Judge(version_with(version, row.number), Layer.from_bytes(bytes(row.weights)))


def version_with(model_version: str, number: int | None) -> str:
    """The version of a judge: that of the model, with the number of the layer on top of it if there is one."""
    return model_version if number is None else f"{model_version}+{number}"


def model_of(judged_by: str) -> str:
    """The version of the model without that of the layer."""
    return judged_by.partition("+")[0]


def with_texts(mentions: QuerySet[Mention]) -> QuerySet[Mention]:
    """With what `passages_of` reads of them."""
    return mentions.select_related("document", "keyword").defer("document__html", "document__search")


def passages_of(mentions: Sequence[Mention]) -> list[str]:
    """The text that each mention is judged on: what its document says of its keyword, where it names others as well.
    The mentions come `with_texts`.
    """
    documents = {mention.document_id: mention.document for mention in mentions}
    found: dict[int, dict[int, dict[str, Spans]]] = defaultdict(dict)
    rows = Mention.objects.filter(document_id__in=documents)
    for document_id, keyword_id, query in rows.values_list("document_id", "keyword_id", "keyword__query"):
        found[document_id][keyword_id] = spans_of(documents[document_id], [query])
    return [_passage(mention, found[mention.document_id]) for mention in mentions]


def _passage(mention: Mention, found: dict[int, dict[str, Spans]]) -> str:
    """`found` is where each keyword of the document has its words."""
    others = [spans for keyword_id, spans in found.items() if keyword_id != mention.keyword_id]
    theirs = {field: [span for spans in others for span in spans[field]] for field in ("title", "text")}
    return passage(mention.document.title, mention.document.text, found[mention.keyword_id], theirs)
