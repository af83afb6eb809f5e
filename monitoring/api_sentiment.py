"""The API's sentiment: how many mentions of each label, over time and by keyword, as on the overview.

Mounted by config/api.py beside monitoring/api.py, with the same access and the same problem bodies.
"""

from datetime import datetime

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import Field

from accounts.access import membership_of
from monitoring.api_filters import read_filter
from monitoring.api_schemas import Bucket, FilterParameters, TopicName
from monitoring.insights import sentiment
from monitoring.models import Topic

router = Router()


class SplitOut(Schema):
    """Mentions by label. `net` is null where nothing is judged for certain."""

    positive: int
    neutral: int
    negative: int
    unsure: int
    pending: int = Field(description="not judged yet")
    net: int | None = Field(description="100 * (positive - negative) / (positive + neutral + negative)")


class TopicSplit(SplitOut):
    topic: TopicName


class SentimentOut(Schema):
    """`starts` are the beginnings of the buckets, `buckets` what was said in each."""

    since: datetime
    until: datetime
    zone: str
    bucket: Bucket
    starts: list[datetime]
    buckets: list[SplitOut]
    topics: list[TopicSplit]
    total: SplitOut
    capped: bool


@router.get("/projects/{int:project_id}/sentiment", response=SentimentOut, tags=["volume"])
def get_sentiment(
    request: HttpRequest, project_id: int, filters: Query[FilterParameters], bucket: Bucket | None = None
) -> dict[str, object]:
    """Mentions by sentiment: by hour, day or week in your time zone, for each keyword, and in all."""
    f = read_filter(request, membership_of(request.user, project_id).project, {"bucket"})
    trend = sentiment.trend(f, bucket=bucket)
    splits = sentiment.split_by_topic(f)
    topics = Topic.objects.filter(pk__in=splits).order_by("id")
    return {
        "since": f.since,
        "until": f.until,
        "zone": str(f.zone),
        "bucket": trend.bucket,
        "starts": trend.starts,
        "buckets": trend.splits,
        "topics": [{"topic": topic, **_numbers(splits[topic.pk])} for topic in topics],
        "total": trend.total,
        "capped": f.capped,
    }


def _numbers(split: sentiment.Split) -> dict[str, int | None]:
    return {name: getattr(split, name) for name in SplitOut.model_fields}
