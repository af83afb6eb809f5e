"""The API's overview: the status of a project, net sentiment with its band, hours of the week, distinctive terms.

The numbers are those of the overview page. Mounted by api/app.py, which authenticates callers and turns exceptions
into problem bodies.
"""

from datetime import datetime

from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from accounts.access import SignedInRequest, membership_of
from alerts.status import Status, status
from api.filters import read_filter
from api.schemas import Bucket, FilterParameters, KeywordName
from monitoring.insights.breakdown import Subject, Tally, breakdown, subject_of
from monitoring.insights.gaps import failures_of, gaps
from monitoring.insights.net_sentiment import net_points
from monitoring.insights.peaks import peaks
from monitoring.insights.profile import Profile, known_reach, profile
from monitoring.insights.terms import Terms, distinctive_terms
from monitoring.insights.time_limit import time_limit
from monitoring.insights.volume import history_start
from monitoring.models import Keyword, Source
from workplace.annotations import chart_marks

router = Router(tags=["overview"])


class SignalOut(Schema):
    """An unusual number of mentions in the last 24 hours, compared with the same hours of the past four weeks."""

    count: int
    usual: float
    ratio: float | None = Field(description="how many times the usual number; null if usually there are none")
    negative: bool = Field(description="whether negative mentions are counted, or all")
    since: datetime = Field(description="the start of the first of the consecutive unusual days")
    trend: int = Field(description="1 rising, -1 falling, 0 neither, compared with the day before")


class TermOut(Schema):
    word: str = Field(description="a search for it finds the mentions")
    documents: int
    ratio: float | None = Field(description="how many times as often as usual; null if new")


class StatusOut(Schema):
    """`tone` is `alarm` (negative mentions), `notice`, `warn` (only failing sources or late alerts) or `calm`."""

    tone: str
    incident: int | None = Field(description="the ID of the gravest open incident")
    open_incidents: int
    signal: SignalOut | None
    about: list[TermOut] = Field(description="distinctive terms of the incident or of the signal")
    last_day: int = Field(description="documents of the last 24 hours")
    usual_day: float | None = Field(description="null without enough history")
    needs_reply: int
    overdue: int
    failing_sources: int
    alerts_late_since: datetime | None
    history_start: datetime | None


class TallyOut(Schema):
    """Documents, and how many have each label; one of several keywords can have several."""

    documents: int
    negative: int
    neutral: int
    positive: int
    uncertain: int
    pending: int = Field(description="not analyzed yet")


class NetOut(Schema):
    net: int
    low: int
    high: int


class GapOut(Schema):
    """A bucket that can’t be trusted. Without `sources`, Vigie did not collect yet."""

    bucket: int
    sources: list[str]
    errors: list[str]


class MarkOut(Schema):
    at: datetime
    kind: str = Field(description="`query`, `sources`, `model`, `annotation`")
    action: str
    target: str


class OverviewOut(Schema):
    """Documents per bucket of the `keywords`: the selected ones, else the brands."""

    since: datetime
    until: datetime
    zone: str
    bucket: Bucket
    keywords: list[KeywordName]
    starts: list[datetime]
    buckets: list[TallyOut]
    net: list[NetOut | None] = Field(description="of three buckets; null below ten analyzed mentions")
    peaks: list[int]
    gaps: list[GapOut]
    marks: list[MarkOut]
    total: TallyOut
    previous: TallyOut | None = Field(description="null if Vigie did not collect in all of the previous period")


class RankedOut(TallyOut):
    key: int | str


class ReachOut(Schema):
    followers: int
    known: int
    sampled: int
    is_complete: bool


class ProfileOut(Schema):
    """`heat` has one list per weekday from Monday, with the documents of each hour in `zone`."""

    zone: str
    heat: list[list[int]]
    sources: list[RankedOut]
    authors: list[RankedOut]
    reach: ReachOut


class TermsOut(Schema):
    """Terms of the newest `sampled` mentions; `is_complete` if these are all."""

    words: list[TermOut]
    hashtags: list[TermOut]
    sampled: int
    is_complete: bool


@router.get("/projects/{int:project_id}/status", response=StatusOut)
@time_limit()
def get_status(request: SignedInRequest, project_id: int) -> dict[str, object]:
    """Tell whether anything is wrong now: open incidents, unusual numbers, failing sources, what needs a reply."""
    project = membership_of(request.user, project_id).project
    keywords = list(Keyword.objects.filter(project=project).order_by("id"))
    return _status(status(project, keywords, timezone.now(), request.user.zone))


@router.get("/projects/{int:project_id}/overview", response=OverviewOut)
@time_limit()
def get_overview(
    request: SignedInRequest, project_id: int, filters: Query[FilterParameters], bucket: Bucket | None = None
) -> dict[str, object]:
    """Count documents by sentiment over time, with net sentiment and its band, peaks, gaps and changes."""
    subject = _subject(request, project_id, {"bucket"})
    f, project = subject.f, membership_of(request.user, project_id).project
    found = breakdown(f, bucket)
    sources = Source.objects.filter(project=project).exclude(state=Source.State.PAUSED).count()
    first, failures = history_start(f), failures_of(project, f.since, f.until)
    return {
        "since": f.since,
        "until": f.until,
        "zone": str(f.zone),
        "bucket": found.bucket,
        "keywords": subject.keywords,
        "starts": found.starts,
        "buckets": [tally_out(one) for one in found.tallies],
        "net": net_points([one.split for one in found.tallies]),
        "peaks": peaks([one.documents for one in found.tallies]),
        "gaps": [
            {
                "bucket": gap.index,
                "sources": [one.name for one in gap.failures],
                "errors": [one.error_code for one in gap.failures],
            }
            for gap in gaps(failures, sources, found.starts, f.until, first)
        ],
        "marks": chart_marks(project, f.since, f.until, f.zone),
        "total": tally_out(found.total),
        "previous": None if first else tally_out(found.before),
    }


@router.get("/projects/{int:project_id}/profile", response=ProfileOut)
@time_limit()
def get_profile(request: SignedInRequest, project_id: int, filters: Query[FilterParameters]) -> dict[str, object]:
    """Count documents by hour of the week, and by the sources and authors with the most; with their known reach."""
    f = _subject(request, project_id, set()).f
    found: Profile = profile(f)
    return {
        "zone": str(f.zone),
        "heat": found.heat,
        "sources": [{"key": row.key, **tally_out(row.tally)} for row in found.sources],
        "authors": [{"key": row.key, **tally_out(row.tally)} for row in found.authors],
        "reach": known_reach(f),
    }


@router.get("/projects/{int:project_id}/terms", response=TermsOut)
@time_limit()
def get_terms(request: SignedInRequest, project_id: int, filters: Query[FilterParameters]) -> Terms:
    """Return words and hashtags that the newest mentions use more often than those of the four weeks before."""
    return distinctive_terms(_subject(request, project_id, set()).f)


def _subject(request: SignedInRequest, project_id: int, extra: set[str]) -> Subject:
    project = membership_of(request.user, project_id).project
    f = read_filter(request, project, extra)
    return subject_of(f, list(Keyword.objects.filter(project=project).order_by("id")))


def tally_out(tally: Tally) -> dict[str, int]:
    """Return the fields of TallyOut."""
    split = tally.split
    labels = ("negative", "neutral", "positive", "uncertain", "pending")
    return {"documents": tally.documents, **{label: getattr(split, label) for label in labels}}


def _status(found: Status) -> dict[str, object]:
    signal = found.signal
    return {
        "tone": found.tone,
        "incident": found.incident.pk if found.incident else None,
        "open_incidents": found.incidents,
        "signal": signal
        and {
            "count": signal.surge.count,
            "usual": signal.surge.usual,
            "ratio": signal.surge.ratio,
            "negative": signal.is_negative,
            "since": signal.since,
            "trend": signal.trend,
        },
        "about": found.about,
        "last_day": found.day.count,
        "usual_day": found.day.usual,
        "needs_reply": found.queue.total,
        "overdue": found.queue.overdue,
        "failing_sources": found.failing,
        "alerts_late_since": found.late_since,
        "history_start": found.history_start,
    }
