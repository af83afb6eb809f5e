"""The API's comparison of brands with competitors: the numbers of the compare page, its visibility score, and
replies by official accounts.

Mounted by api/app.py, which authenticates callers and turns exceptions into problem bodies.
"""

from dataclasses import asdict
from datetime import datetime

from ninja import Query, Router, Schema
from pydantic import Field

from accounts.access import SignedInRequest, membership_of
from api.filters import read_filter
from api.overview import NetOut, TallyOut, tally_out
from api.schemas import Bucket, FilterParameters, KeywordName
from monitoring.insights.comparison import SideCounts, compare, sides_of
from monitoring.insights.comparison_themes import compare_themes
from monitoring.insights.net_sentiment import net_point, net_points
from monitoring.insights.official_replies import read_replies
from monitoring.insights.shares import shares
from monitoring.insights.time_limit import time_limit
from monitoring.insights.visibility import MAX_WEIGHT, PARTS, USUAL, Weights, read_parts, scores
from monitoring.insights.volume import history_start
from monitoring.models import Keyword

router = Router(tags=["compare"])


class PlatformOut(TallyOut):
    platform: str


class SideOut(Schema):
    """A side: the brands together, or one other keyword. `share` is its share of voice in percent."""

    keywords: list[KeywordName]
    share: int
    previous_share: int | None = Field(description="null if Vigie did not collect in all of the previous period")
    total: TallyOut
    previous: TallyOut | None
    stories: int = Field(description="items, each story counted once")
    net: NetOut | None = Field(description="null below ten analyzed mentions")
    buckets: list[TallyOut]
    net_buckets: list[NetOut | None] = Field(description="of three buckets each")
    platforms: list[PlatformOut]


class ComparedThemeOut(Schema):
    id: int
    name: str = Field(description="in your language")
    documents: list[int] = Field(description="in the order of the sides")


class CompareOut(Schema):
    since: datetime
    until: datetime
    zone: str
    bucket: Bucket
    starts: list[datetime]
    sides: list[SideOut]
    themes: list[ComparedThemeOut] = Field(description="the largest themes of all sides")


class PartsOut(Schema):
    """Mentions, followers of the authors, different authors, and items beyond the first of their story."""

    mentions: int
    reach: int
    authors: int
    pickups: int


class PlatformScore(PartsOut):
    platform: str
    score: int


class SideVisibility(PartsOut):
    keywords: list[KeywordName]
    score: int = Field(description="from 0 to 100")
    platforms: list[PlatformScore]


class AccountOut(Schema):
    author_id: int
    platform: str
    name: str


class SideReplies(Schema):
    keywords: list[KeywordName]
    accounts: list[AccountOut] = Field(description="the official accounts that people marked")
    mentions: int = Field(description="posts, comments and reviews by others on the platforms of the accounts")
    replied: int = Field(description="those that an official account replied to, as far as Vigie has the reply")
    is_complete: bool = Field(description="false if there are more replies than were read, the newest 2,000")
    median_s: float | None = Field(description="seconds from a mention to the first reply; null if unknown")


class WeightParameters(Schema):
    """The weights of the parts; their ratio counts."""

    mentions_weight: int = Field(USUAL.mentions, ge=0, le=MAX_WEIGHT)
    reach_weight: int = Field(USUAL.reach, ge=0, le=MAX_WEIGHT)
    authors_weight: int = Field(USUAL.authors, ge=0, le=MAX_WEIGHT)
    pickups_weight: int = Field(USUAL.pickups, ge=0, le=MAX_WEIGHT)


@router.get("/projects/{int:project_id}/compare", response=CompareOut)
@time_limit()
def get_comparison(request: SignedInRequest, project_id: int, filters: Query[FilterParameters]) -> dict[str, object]:
    """Compare up to five sides: the selected keywords, else brands and competitors. Brands are one side, the first."""
    project = membership_of(request.user, project_id).project
    f = read_filter(request, project, set())
    sides = sides_of(f, list(Keyword.objects.filter(project=project).order_by("id")))
    found, themes = compare(f, sides), compare_themes(sides) if sides else []
    has_previous = history_start(f) is None
    now = shares([counts.total.documents for counts in found.sides])
    before = shares([counts.before.documents for counts in found.sides])
    return {
        "since": f.since,
        "until": f.until,
        "zone": str(f.zone),
        "bucket": found.bucket,
        "starts": found.starts,
        "sides": [
            {
                **_side(counts),
                "share": now[place],
                "previous_share": before[place] if has_previous else None,
                "previous": tally_out(counts.before) if has_previous else None,
            }
            for place, counts in enumerate(found.sides)
        ],
        "themes": [{"id": one.theme.pk, "name": one.theme.name, "documents": one.counts} for one in themes],
    }


@router.get("/projects/{int:project_id}/visibility", response=list[SideVisibility])
@time_limit()
def get_visibility(
    request: SignedInRequest,
    project_id: int,
    filters: Query[FilterParameters],
    weights: Query[WeightParameters],
) -> list[dict[str, object]]:
    """Score how visible each side is, overall and on each platform, relative to the most visible one."""
    project = membership_of(request.user, project_id).project
    f = read_filter(request, project, set(WeightParameters.model_fields))
    sides = sides_of(f, list(Keyword.objects.filter(project=project).order_by("id")))
    read = read_parts(sides)
    chosen = Weights(**{name: getattr(weights, f"{name}_weight") for name in PARTS})
    own, by_platform = scores(read, chosen)
    return [
        {
            "keywords": side.keywords,
            "score": own[place],
            **asdict(overall),
            "platforms": [
                {"platform": name, "score": column[place], **asdict(platforms[name])}
                for name, column in by_platform.items()
                if name in platforms
            ],
        }
        for place, (side, (overall, platforms)) in enumerate(zip(sides, read, strict=True))
    ]


@router.get("/projects/{int:project_id}/compare/replies", response=list[SideReplies])
@time_limit()
def get_official_replies(
    request: SignedInRequest, project_id: int, filters: Query[FilterParameters]
) -> list[dict[str, object]]:
    """Count the mentions of each side that its official accounts replied to."""
    project = membership_of(request.user, project_id).project
    f = read_filter(request, project, set())
    sides = sides_of(f, list(Keyword.objects.filter(project=project).order_by("id")))
    return [
        {
            "keywords": one.side.keywords,
            "accounts": [
                {"author_id": account.pk, "platform": account.platform, "name": str(account)}
                for account in one.accounts
            ],
            "mentions": one.mentions,
            "replied": len(one.replied),
            "is_complete": one.is_complete,
            "median_s": one.median_s if one.is_complete else None,
        }
        for one in (read_replies(sides) if sides else ())
    ]


def _side(counts: SideCounts) -> dict[str, object]:
    return {
        "keywords": counts.side.keywords,
        "total": tally_out(counts.total),
        "stories": counts.stories,
        "net": net_point(counts.total.split),
        "buckets": [tally_out(one) for one in counts.tallies],
        "net_buckets": net_points([one.split for one in counts.tallies]),
        "platforms": [{"platform": platform, **tally_out(one)} for platform, one in sorted(counts.platforms.items())],
    }
