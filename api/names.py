"""The API's names: people, brands, places and products that mentions name more often than usual. Members read.

Mounted by api/app.py, which authenticates callers and turns exceptions into problem bodies. The items with a name are
`mentions?q=QUERY`.
"""

from ninja import Query, Router, Schema
from pydantic import Field

from accounts.access import SignedInRequest, membership_of
from api.filters import read_filter
from api.schemas import FilterParameters
from monitoring.insights.names import CountedName, names
from monitoring.insights.time_limit import time_limit

router = Router(tags=["names"])


class NameOut(Schema):
    """A name with its documents among the newest `sampled` mentions."""

    name: str
    query: str = Field(description="a search for it finds the mentions")
    documents: int
    ratio: float | None = Field(description="how many times as often as usual; null if new or nothing is known")
    is_new: bool
    positive: int
    neutral: int
    negative: int


class NamesOut(Schema):
    """Names in the newest `sampled` mentions; `is_complete` if these are all."""

    sampled: int
    is_complete: bool
    names: list[NameOut]


@router.get("/projects/{int:project_id}/names", response=NamesOut)
@time_limit()
def list_names(request: SignedInRequest, project_id: int, filters: Query[FilterParameters]) -> dict[str, object]:
    """List the people, brands, places and products that the mentions under the filter name more often than those of
    the four weeks before, the most striking first.
    """
    found = names(read_filter(request, membership_of(request.user, project_id).project, set()))
    return {
        "sampled": found.sampled,
        "is_complete": found.is_complete,
        "names": [_shown(one) for one in found.names],
    }


def _shown(one: CountedName) -> dict[str, object]:
    split = one.total.split
    return {
        "name": one.name.name,
        "query": one.query,
        "documents": one.total.documents,
        "ratio": one.name.ratio,
        "is_new": one.name.is_new,
        "positive": split.positive,
        "neutral": split.neutral,
        "negative": split.negative,
    }
