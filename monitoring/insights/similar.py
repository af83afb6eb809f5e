"""The mentions whose texts mean nearly the same as that of one mention, in any language, the most similar first.

In: a document. Out: rows with their similarity. Of each story only the most similar item is listed, of the
document's own story none: its page has them. As in every list, ignored mentions are left out. Called by the pages and
the API.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

import numpy as np

from monitoring.insights.closeness import LIMITS, Closeness
from monitoring.insights.dimensions import FOLD
from monitoring.insights.filters import MentionFilter
from monitoring.insights.mentions import MentionRow, rows_of_documents
from monitoring.insights.nearest import MAX_CANDIDATES, Near, nearest
from monitoring.insights.pgvector import Support, support
from monitoring.insights.search import document_in
from monitoring.insights.stories import every_mention
from monitoring.models import Document, DocumentVector

LEAST = LIMITS[Closeness.RELATED]
MAX_SIMILAR = 20
# Documents that are compared by their mentions and stories; many more if too few of these are listed.
FIRST_CANDIDATES = 100


class State(Enum):
    """READY; or NOT_ENCODED if the document has no vector yet, DELETED if it has no text any more."""

    READY = "ready"
    NOT_ENCODED = "not_encoded"
    DELETED = "deleted"


@dataclass(frozen=True)
class SimilarMention:
    """A row, which has the number of the other items of its story, and its similarity, 1 for the same meaning."""

    row: MentionRow
    similarity: float


@dataclass(frozen=True)
class SimilarMentions:
    """The rows, none unless both states are READY."""

    state: State
    support: Support
    items: tuple[SimilarMention, ...] = ()


def similar_mentions(document: Document, size: int = MAX_SIMILAR) -> SimilarMentions:
    """Return up to `size` mentions similar to that of a document."""
    if document.deleted_at:
        return SimilarMentions(State.DELETED, Support.READY)
    found = support()
    if found is not Support.READY:
        return SimilarMentions(State.READY, found)
    own = DocumentVector.objects.filter(pk=document.pk).first()
    if own is None:
        return SimilarMentions(State.NOT_ENCODED, found)
    f = every_mention(document.project_id).replace(statuses=(), stories=FOLD)
    chosen: list[Near] = []
    for limit in (FIRST_CANDIDATES, MAX_CANDIDATES):
        near = nearest(document.project_id, np.array(own.vector, np.float32), own.version, limit)
        close = [one for one in near if one.similarity >= LEAST]
        chosen = _one_per_story(f, document, close)[:size]
        if len(chosen) == size or len(close) < limit:
            break
    return SimilarMentions(State.READY, found, _with_rows(f, chosen))


def _one_per_story(f: MentionFilter, document: Document, found: Iterable[Near]) -> list[Near]:
    """Return those of other stories that the filter lists: of each story the most similar one."""
    others = [one for one in found if one.document_id != document.pk]
    rows = f.mentions().filter(document_in([one.document_id for one in others]))
    stories = dict(rows.values_list("document_id", "story_id"))
    seen = {document.story_id} - {None}
    chosen = []
    for one in others:
        story_id = stories.get(one.document_id)
        if one.document_id in stories and story_id not in seen:
            chosen.append(one)
            seen |= {story_id} - {None}
    return chosen


def _with_rows(f: MentionFilter, chosen: list[Near]) -> tuple[SimilarMention, ...]:
    if not chosen:
        return ()
    rows = {row.document.pk: row for row in rows_of_documents(f, [one.document_id for one in chosen])}
    return tuple(SimilarMention(rows[one.document_id], one.similarity) for one in chosen if one.document_id in rows)
