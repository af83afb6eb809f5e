"""The API's similar mentions: those whose texts mean nearly the same as that of one mention, in any language.

Members read. Mounted by api/app.py, which authenticates callers and turns exceptions into problem bodies.
"""

from typing import Annotated, Literal

from django.http import Http404
from ninja import Router, Schema
from pydantic import Field

from accounts.access import SignedInRequest, membership_of
from api.document_schemas import DocumentOut, with_triage
from monitoring.insights.closeness import closeness
from monitoring.insights.mentions import row_of
from monitoring.insights.pgvector import Support
from monitoring.insights.similar import MAX_SIMILAR, SimilarMentions, State, similar_mentions
from monitoring.insights.time_limit import time_limit
from monitoring.messages.vector_support import support_sentence

router = Router(tags=["mentions"])
Size = Annotated[int, Field(ge=1, le=MAX_SIMILAR)]


class SimilarOut(Schema):
    """A similar document; `document.others` are the further items of its story."""

    similarity: float = Field(description="the cosine of the vectors of both texts; 1 for the same meaning")
    closeness: Literal["very_close", "close", "related"]
    document: DocumentOut


class SimilarList(Schema):
    """Similar documents, the most similar first. Without any, `state` and `detail` say why."""

    state: Literal["ready", "not_encoded", "deleted", "unavailable"]
    detail: str = Field(description="what the server admin has to do if `state` is unavailable")
    items: list[SimilarOut]


@router.get("/projects/{int:project_id}/mentions/{int:mention_id}/similar", response=SimilarList)
@time_limit()
def list_similar(
    request: SignedInRequest, project_id: int, mention_id: int, size: Size = MAX_SIMILAR
) -> dict[str, object]:
    """List the mentions whose texts mean nearly the same, in any language. Of each story the most similar one is
    listed, of the mention’s own story none; ignored mentions are left out.
    """
    row = row_of(membership_of(request.user, project_id).project.pk, mention_id)
    if row is None:
        raise Http404
    found = similar_mentions(row.document, size)
    with_triage([one.row for one in found.items])
    return {
        "state": _state(found),
        "detail": support_sentence(found.support.value),
        "items": [
            {
                "similarity": round(one.similarity, 3),
                "closeness": closeness(one.similarity).value,
                "document": one.row,
            }
            for one in found.items
        ],
    }


def _state(found: SimilarMentions) -> str:
    return found.state.value if found.support is Support.READY or found.state is State.DELETED else "unavailable"
