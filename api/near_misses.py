"""The API's near misses: what the query of a keyword just misses, and words to exclude.

Members read. Mounted by api/app.py, which authenticates callers and turns exceptions into problem bodies.
"""

from datetime import datetime

from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from accounts.access import SignedInRequest, membership_of
from monitoring.insights.time_limit import time_limit
from monitoring.query_tools.near_misses import NearMiss, near_misses
from monitoring.query_tools.noise import noise_of
from monitoring.query_tools.sampled_search import Hit

router = Router(tags=["keywords"])


class MissedItemOut(Schema):
    document_id: int = Field(alias="id")
    title: str = Field(alias="doc.title")
    url: str = Field(alias="doc.url")
    published: datetime


class NearMissOut(Schema):
    cause: str = Field(description="`plural`, `typo`, `spelling`, `exact`, `exclusion` or `condition`")
    part: str = Field(description="the word or condition that is changed")
    forms: list[str] = Field(description="the words that are added")
    query: str = Field(description="the widened query: it matches all that the present one matches")
    count: int = Field(description="items that it adds")
    is_exact: bool = Field(description="false for an estimate from a sample")
    newest: list[MissedItemOut]


class ExclusionOut(Schema):
    term: str
    query: str
    ignored: int = Field(description="ignored mentions that contain the word")
    kept: int = Field(description="other mentions that contain it")
    score: float = Field(description="standard deviations between both")


class NearMissesOut(Schema):
    items: int = Field(description="items of the last 30 days that were searched")
    sampled: int = Field(description="items that were searched for typos")
    is_complete: bool = Field(description="false if the query has too many parts to try all in time")
    near_misses: list[NearMissOut]
    ignored: int = Field(description="ignored mentions that were compared")
    kept: int = Field(description="other mentions that were compared")
    exclusions: list[ExclusionOut]


@router.get("/projects/{int:project_id}/keywords/{int:keyword_id}/near-misses", response=NearMissesOut)
def get_near_misses(request: SignedInRequest, project_id: int, keyword_id: int) -> dict[str, object]:
    """Return items of the last 30 days that the query misses by one condition, a plural, a typo or a spelling, and
    words that tell the ignored mentions of the keyword from the others.
    """
    project = membership_of(request.user, project_id).project
    keyword = get_object_or_404(project.keywords, pk=keyword_id)
    with time_limit():
        found, noise = near_misses(keyword, request.user.zone, timezone.now()), noise_of(keyword)
    return {
        "items": found.total,
        "sampled": found.sampled,
        "is_complete": found.is_complete,
        "near_misses": [_shown(miss) for misses in found.misses.values() for miss in misses],
        "ignored": noise.ignored,
        "kept": noise.kept,
        "exclusions": noise.exclusions,
    }


def _shown(miss: NearMiss) -> dict[str, object]:
    newest: tuple[Hit, ...] = miss.found.newest
    return {
        "cause": miss.widening.cause,
        "part": miss.widening.part,
        "forms": list(miss.widening.forms),
        "query": miss.query,
        "count": miss.found.count,
        "is_exact": miss.found.is_exact,
        "newest": newest,
    }
