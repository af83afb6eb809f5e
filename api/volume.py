"""The API's volume: how many mentions there are per hour, day or week, by keyword and in total.

Mounted by api/app.py, which authenticates callers and turns exceptions into problem bodies.
"""

from ninja import Query, Router

from accounts.access import SignedInRequest, membership_of
from api.filters import read_filter
from api.schemas import Bucket, FilterParameters, VolumeOut
from monitoring.insights import volume
from monitoring.insights.time_limit import time_limit

router = Router(tags=["volume"])


@router.get("/projects/{int:project_id}/volume", response=VolumeOut)
@time_limit()
def get_volume(
    request: SignedInRequest, project_id: int, filters: Query[FilterParameters], bucket: Bucket | None = None
) -> dict[str, object]:
    """Count mentions per hour, day or week in your time zone, for each keyword; `totals` counts documents."""
    f = read_filter(request, membership_of(request.user, project_id).project, {"bucket"})
    series = volume.volume(f, bucket=bucket)
    return {
        "since": f.since,
        "until": f.until,
        "zone": str(f.zone),
        "bucket": series.bucket,
        "starts": series.starts,
        "keywords": series.lines,
        "totals": series.totals,
        "total": series.total,
        "capped": series.capped,
    }
