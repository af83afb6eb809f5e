"""The API's sentiment: how many mentions have each label, over time and by keyword, as on the overview.

Mounted by api/app.py, which authenticates callers and turns exceptions into problem bodies.
"""

from datetime import datetime

from ninja import Query, Router, Schema
from pydantic import Field

from accounts.access import SignedInRequest, membership_of
from api.filters import read_filter
from api.schemas import Bucket, FilterParameters, KeywordName
from monitoring.insights import sentiment
from monitoring.insights.time_limit import time_limit
from monitoring.models import Keyword

router = Router(tags=["volume"])


class SplitOut(Schema):
    """Mentions by label. `net` is null if fewer than ten mentions are positive, neutral or negative."""

    positive: int
    neutral: int
    negative: int
    uncertain: int
    pending: int = Field(description="not analyzed yet")
    net: int | None = Field(description="100 * (positive - negative) / (positive + neutral + negative)")


class KeywordSplit(SplitOut):
    keyword: KeywordName


class SentimentOut(Schema):
    """`starts` are the start times of the buckets, `buckets` the mentions of each."""

    since: datetime
    until: datetime
    zone: str
    bucket: Bucket
    starts: list[datetime]
    buckets: list[SplitOut]
    keywords: list[KeywordSplit]
    total: SplitOut
    capped: bool


@router.get("/projects/{int:project_id}/sentiment", response=SentimentOut)
@time_limit()
def get_sentiment(
    request: SignedInRequest, project_id: int, filters: Query[FilterParameters], bucket: Bucket | None = None
) -> dict[str, object]:
    """Count mentions by sentiment: per hour, day or week in your time zone, for each keyword, and in total."""
    f = read_filter(request, membership_of(request.user, project_id).project, {"bucket"})
    trend = sentiment.trend(f, bucket=bucket)
    splits = sentiment.split_by_keyword(f)
    keywords = Keyword.objects.filter(pk__in=splits).order_by("id")
    return {
        "since": f.since,
        "until": f.until,
        "zone": str(f.zone),
        "bucket": trend.bucket,
        "starts": trend.starts,
        "buckets": trend.splits,
        "keywords": [{"keyword": keyword, **_numbers(splits[keyword.pk])} for keyword in keywords],
        "total": trend.total,
        "capped": f.capped,
    }


def _numbers(split: sentiment.Split) -> dict[str, int | None]:
    return {name: getattr(split, name) for name in SplitOut.model_fields}
