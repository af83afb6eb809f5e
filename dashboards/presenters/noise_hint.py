"""Why an item in the reading pane is suggested as noise: the most similar ignored and relevant items.

In: an item that awaits review. Out: a frozen value for templates/mentions/_noise_hint.html, read in at most three
queries; None if the item isn't suggested.
"""

from dataclasses import dataclass

from dashboards.presenters.mention_rows import ShownMention
from monitoring.content.excerpts import excerpt, plain
from monitoring.models import Document, Mention
from monitoring.models.relevance import suggested_noise

EXCERPT_CHARS = 120


@dataclass(frozen=True)
class SimilarItem:
    """An item that the team decided, as a link to its mention."""

    mention_id: int
    text: str


@dataclass(frozen=True)
class NoiseHint:
    """The most similar ignored item, and the most similar relevant one; None where it doesn't exist anymore."""

    ignored: SimilarItem | None
    kept: SimilarItem | None


def noise_hint(project_id: int, row: ShownMention) -> NoiseHint | None:
    """Return the hint of an item, None if it isn't suggested as noise or doesn't await review."""
    if Mention.Status.TO_REVIEW not in row.statuses:
        return None
    score = suggested_noise(project_id).filter(document=row.document.pk).first()
    if score is None:
        return None
    ids = [score.like_noise, score.like_kept]
    documents = Document.objects.filter(pk__in=ids, project_id=project_id, deleted_at=None)
    documents = documents.only("title", "text", "url")
    texts = {one.pk: _excerpt(one) for one in documents}
    mentions = Mention.objects.filter(document_id__in=texts).order_by("-pk").values_list("document_id", "pk")
    found = {document_id: SimilarItem(pk, texts[document_id]) for document_id, pk in mentions}
    return NoiseHint(found.get(score.like_noise), found.get(score.like_kept))


def _excerpt(document: Document) -> str:
    return plain(excerpt(document.title or document.text or document.url, (), EXCERPT_CHARS))
