"""The API's replay of alert rules: how a rule would have behaved in the last 90 days. It stores nothing.

The numbers are those of the rule form. Mounted by api/app.py, which authenticates callers and turns exceptions into
problem bodies.
"""

from datetime import datetime, tzinfo

from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from accounts.access import SignedInRequest, membership_of
from alerts.models import Rule
from alerts.replay.crises import is_about
from alerts.replay.replay import Replay, replay
from alerts.replay.run import Firing
from alerts.replay.words import blind_spot_words, outcome_sentence
from alerts.rules import filter_of_clause, sentence_of
from api.rules import RuleIn, checked_form
from monitoring.insights.time_limit import time_limit

router = Router(tags=["rules"])


class FiringOut(Schema):
    """An incident that the rule would have opened. `query` lists the mentions of its peak."""

    opened_at: datetime
    closed_at: datetime | None
    value: int
    baseline: int
    limit: float
    peak: int
    peak_at: datetime
    query: str
    document_id: int | None = Field(description="an example")
    crisis: bool


class CrisisOut(Schema):
    """A past incident, or a day with a peak of mentions. A rule would have missed it if `alerted_at` is null."""

    start: datetime
    end: datetime
    count: int
    negative: bool
    incident_id: int | None
    alerted_at: datetime | None


class DayOut(Schema):
    start: datetime
    end: datetime
    count: int | None = Field(description="the highest count, or the lowest for `below`; null where unknown")
    triggered: bool


class PeriodOut(Schema):
    start: datetime
    end: datetime


class VariantOut(Schema):
    """The rule with another value of `field`."""

    field: str
    value: int | str
    firings: int
    is_current: bool


class BlindSpotOut(Schema):
    """Something that a replay can’t tell."""

    code: str
    text: str
    number: int
    at: datetime | None


class RuleReplayOut(Schema):
    """`outcome` is `fires`, `not_reached`, `no_data` (no mentions to count), `unknown`, `each` or `unsupported`.

    `each` is a rule on each mention, and `unsupported` one with a measure that can’t be replayed.
    """

    rule: str = Field(description="the rule as a sentence")
    since: datetime
    until: datetime
    complete: bool = Field(
        description="false if the time was up before the last evaluation, or there is too much data"
    )
    outcome: str
    text: str
    firings: list[FiringOut]
    per_week: float
    without_crisis: int
    noisy: bool = Field(description="more than one firing per week without a crisis")
    crises: list[CrisisOut]
    unknown: list[PeriodOut]
    days: list[DayOut]
    extreme: int = Field(description="the highest count, or the lowest for `below`")
    extreme_at: datetime | None
    limit: float | None
    mentions: int = Field(description="mentions that count for the rule")
    variants: list[VariantOut]
    not_simulated: list[BlindSpotOut]


@router.post("/projects/{int:project_id}/rules/replay", response=RuleReplayOut)
@time_limit()
def replay_rule(request: SignedInRequest, project_id: int, rule: RuleIn) -> dict[str, object]:
    """Evaluate a rule at every minute of the last 90 days, as if it had existed. It stores nothing."""
    unsaved = Rule(project=membership_of(request.user, project_id).project, tests_chance=True)
    tested = checked_form(request, unsaved, rule.dict(exclude_unset=True)).save(commit=False)
    zone = request.user.zone
    found = replay(tested, timezone.now(), zone)
    return {
        "rule": sentence_of(tested),
        "since": found.since,
        "until": found.until,
        "complete": found.is_complete,
        "outcome": found.outcome,
        "text": outcome_sentence(found),
        "firings": [
            {
                "opened_at": one.opened_at,
                "closed_at": one.closed_at,
                "value": one.value,
                "baseline": one.baseline,
                "limit": one.limit,
                "peak": one.peak,
                "peak_at": one.peak_at,
                "query": _query(found, one, zone),
                "document_id": found.examples.get(one.opened_at),
                "crisis": is_about(one, found.crises),
            }
            for one in found.firings
        ],
        "per_week": round(found.per_week, 2),
        "without_crisis": found.unfounded,
        "noisy": found.is_noisy,
        **_context(found),
    }


def _query(found: Replay, firing: Firing, zone: tzinfo) -> str:
    window_s = found.rule.window_s
    f = filter_of_clause(found.scope, found.settings, firing.clause, window_s, firing.peak_at, zone)
    return f.to_query() if f else ""


def _context(found: Replay) -> dict[str, object]:
    return {
        "crises": [
            {
                "start": one.start,
                "end": one.end,
                "count": one.count,
                "negative": one.is_negative,
                "incident_id": one.incident_id,
                "alerted_at": one.alerted_at,
            }
            for one in found.crises
        ],
        "unknown": [{"start": start, "end": end} for start, end in found.unknown],
        "days": [
            {"start": one.start, "end": one.end, "count": one.count, "triggered": one.fires} for one in found.days
        ],
        "extreme": found.extreme,
        "extreme_at": found.extreme_at,
        "limit": found.limit,
        "mentions": found.matching,
        "variants": found.variants,
        "not_simulated": [
            {"code": one.code, "text": blind_spot_words(one), "number": one.number, "at": one.at}
            for one in found.blind_spots
        ],
    }
