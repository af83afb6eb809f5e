"""The test of a rule on past data: a Replay in, what templates/alerts/_replay.html shows out.

Every number links to the list of exactly its mentions. Called by dashboards/views/rule_replay.py.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.formats import duration, number, percent
from alerts.conditions.base import ABOVE, BELOW, NERVOUS, NORMAL, READS_PAST
from alerts.incident_filters import FALLING
from alerts.measures.registry import MEASURES
from alerts.replay.crises import Crisis, is_about
from alerts.replay.days import Day
from alerts.replay.replay import Outcome, Replay
from alerts.replay.variants import Variant
from alerts.replay.words import (
    alert_words,
    blind_spot_words,
    crisis_words,
    extreme_sentence,
    noise_sentence,
    outcome_sentence,
)
from alerts.rules import filter_of_clause
from dashboards import time_charts
from dashboards.presenters.dates import bucket_label, bucket_title
from dashboards.time_charts import Remark, TimeBucket
from monitoring.insights.dimensions import FOLD
from monitoring.models import Mention

MAX_ROWS = 15  # of the table of firings, newest first


@dataclass(frozen=True)
class FiringRow:
    """An incident that the rule would have opened; `example` and its URL are "" without one."""

    opened_at: datetime
    length: str
    is_open: bool
    is_crisis: bool
    peak: str
    url: str
    compared: str
    example: str
    example_url: str


@dataclass(frozen=True)
class CrisisRow:
    start: datetime
    words: str
    url: str
    alert: str
    is_missed: bool


@dataclass(frozen=True)
class DayRow:
    title: str
    count: int | None
    url: str
    remark: str


@dataclass(frozen=True)
class VariantRow:
    """`part` is the share of the bar in percent."""

    label: str
    field: str
    value: int | str
    firings: int
    part: int
    is_current: bool


@dataclass(frozen=True)
class ShownReplay:
    """A test as the page shows it. `facts` are sentences below the first one, `missed` the crises that it would miss.

    `is_open`: the blind spots are what matters most.
    """

    sentence: str
    facts: list[str]
    is_noisy: bool
    noise: str
    missed: list[CrisisRow]
    config: dict[str, object]
    measured: str
    has_unknown: bool
    firings: list[FiringRow]
    more: int
    compared: str
    crises: list[CrisisRow]
    days: list[DayRow]
    variants: list[VariantRow]
    blind_spots: list[str]
    is_open: bool


def shown_replay(replay: Replay, zone: tzinfo) -> ShownReplay:
    """Return the test of a rule, saved or not, in the active language."""
    settings = replay.settings
    crises = [_crisis(replay, one, zone) for one in replay.crises]
    noise = noise_sentence(replay) if replay.crises or replay.is_noisy else ""
    facts = [extreme_sentence(replay), noise, _lengths(replay)]
    return ShownReplay(
        sentence=outcome_sentence(replay),
        facts=[one for one in facts if one],
        is_noisy=replay.is_noisy,
        noise=_noise(replay),
        missed=[one for one in crises if one.is_missed],
        config=_chart(replay, zone),
        measured=_measured(replay),
        has_unknown=any(day.is_unknown for day in replay.days),
        firings=_firings(replay, zone),
        more=max(len(replay.firings) - MAX_ROWS, 0),
        compared=_("Usual") if settings.condition in READS_PAST else _("Previous period"),
        crises=crises,
        days=_days(replay, zone),
        variants=[_variant(one, replay) for one in replay.variants],
        blind_spots=[blind_spot_words(one) for one in replay.blind_spots],
        is_open=replay.outcome is Outcome.UNSUPPORTED or not replay.is_complete,
    )


def list_query(replay: Replay, since: datetime, until: datetime, zone: tzinfo, clause: int = 0) -> str:
    """Return the query string of the mentions that a clause counted in a window."""
    window_s = round((until - since).total_seconds())
    f = filter_of_clause(replay.scope, replay.settings, clause, window_s, until, zone)
    return f.replace(since=since).to_query() if f else ""


def _list_url(replay: Replay, since: datetime, until: datetime, zone: tzinfo, clause: int = 0) -> str:
    query = list_query(replay, since, until, zone, clause)
    return f"{reverse('mentions', args=[replay.scope.project_id])}?{query}" if query else ""


def _day_url(replay: Replay, day: Day, zone: tzinfo) -> str:
    return _list_url(replay, day.listed_from, day.listed_to, zone) if day.count else ""


def _lengths(replay: Replay) -> str:
    """Return how long the incidents would have been open."""
    if not replay.firings:
        return ""
    lengths = sorted((one.closed_at or replay.until) - one.opened_at for one in replay.firings)
    share = sum(one.total_seconds() for one in lengths) / max((replay.until - replay.since).total_seconds(), 1)
    words = {
        "median": duration(lengths[len(lengths) // 2].total_seconds()),
        "longest": duration(lengths[-1].total_seconds()),
        "share": percent(100 * share),
    }
    if len(lengths) == 1:
        return _("The incident would have lasted %(longest)s.") % words
    if share < 0.01:
        return _("Incidents would have lasted %(median)s (median), at most %(longest)s.") % words
    return _("Incidents would have lasted %(median)s (median), at most %(longest)s: %(share)s of the time.") % words


def _noise(replay: Replay) -> str:
    text = ngettext(
        "Too noisy: %(number)s alert without a crisis, more than one per week.",
        "Too noisy: %(number)s alerts without a crisis, more than one per week.",
        replay.unfounded,
    )
    return text % {"number": number(replay.unfounded)}


def _measured(replay: Replay) -> str:
    if replay.outcome is Outcome.EACH:
        return _("mentions per day")
    return _("lowest value of the day") if replay.settings.condition in FALLING else _("highest value of the day")


def _chart(replay: Replay, zone: tzinfo) -> dict[str, object]:
    buckets = [
        TimeBucket(
            bucket_label(day.start.astimezone(zone), "day"),
            bucket_title(day.start.astimezone(zone), "day"),
            _day_url(replay, day, zone),
        )
        for day in replay.days
    ]
    settings = replay.settings
    return time_charts.replay(
        buckets,
        _measured(replay),
        [day.count for day in replay.days],
        [Remark(at, _("unknown")) for at, day in enumerate(replay.days) if day.is_unknown],
        [Remark(at, _("triggered")) for at, day in enumerate(replay.days) if day.fires],
        limit=settings.threshold if settings.condition in (ABOVE, BELOW) else None,
        limit_name=_("threshold"),
    )


def _days(replay: Replay, zone: tzinfo) -> list[DayRow]:
    return [
        DayRow(
            title=bucket_title(day.start.astimezone(zone), "day"),
            count=day.count,
            url=_day_url(replay, day, zone),
            remark=_("triggered") if day.fires else _("unknown") if day.is_unknown else "",
        )
        for day in reversed(replay.days)
    ]


def _firings(replay: Replay, zone: tzinfo) -> list[FiringRow]:
    shown = replay.firings[::-1][:MAX_ROWS]
    examples = _examples(replay, [replay.examples[one.opened_at] for one in shown if one.opened_at in replay.examples])
    window, rows = timedelta(seconds=replay.rule.window_s), []
    for one in shown:
        mention = examples.get(replay.examples.get(one.opened_at, 0))
        rows.append(
            FiringRow(
                opened_at=one.opened_at,
                length=duration(((one.closed_at or replay.until) - one.opened_at).total_seconds()),
                is_open=one.closed_at is None,
                is_crisis=is_about(one, replay.crises),
                peak=_value(replay, one.clause, one.peak),
                url=_list_url(replay, one.peak_at - window, one.peak_at, zone, one.clause),
                compared=_value(replay, one.clause, one.baseline),
                example=(mention.document.title or mention.document.text[:80]) if mention else "",
                example_url=reverse("mention", args=[replay.scope.project_id, mention.pk]) if mention else "",
            )
        )
    return rows


def _value(replay: Replay, number_of_clause: int, value: int) -> str:
    """Return a value as a number; with its unit if it isn’t a count."""
    clause = replay.settings.clauses[number_of_clause]
    measure = MEASURES[clause.measure]
    return measure.amount(value, clause, replay.settings) if measure.is_share else number(value)


def _examples(replay: Replay, document_ids: list[int]) -> dict[int, Mention]:
    rows = Mention.objects.filter(document_id__in=document_ids, keyword_id__in=replay.scope.keywords)
    return {one.document_id: one for one in rows.select_related("document")}


def _crisis(replay: Replay, crisis: Crisis, zone: tzinfo) -> CrisisRow:
    project_id = replay.scope.project_id
    if crisis.incident_id is not None:
        url = reverse("incident", args=[project_id, crisis.incident_id])
    else:
        f = replay.scope.filter(crisis.start, crisis.end, zone)
        labels = (Mention.Sentiment.NEGATIVE.value,) if crisis.is_negative else replay.settings.labels
        f = f.replace(sentiments=labels or f.sentiments, stories=FOLD if replay.settings.counts_stories else "")
        url = f"{reverse('mentions', args=[project_id])}?{f.to_query()}"
    return CrisisRow(crisis.start, crisis_words(crisis), url, alert_words(crisis), crisis.alerted_at is None)


def _variant(variant: Variant, replay: Replay) -> VariantRow:
    most = max(one.firings for one in replay.variants)
    return VariantRow(
        label=_variant_label(variant, replay),
        field=variant.field,
        value=variant.value,
        firings=variant.firings,
        part=round(100 * variant.firings / most) if most else 0,
        is_current=variant.is_current,
    )


def _variant_label(variant: Variant, replay: Replay) -> str:
    if variant.field == "sensitivity":
        names = {NERVOUS: _("High sensitivity"), NORMAL: _("Normal sensitivity")}
        return names.get(str(variant.value), _("Low sensitivity"))
    value, measure = int(variant.value), MEASURES[replay.settings.measure]
    if variant.field == "percent":
        return _("change of %(amount)s") % {"amount": percent(value)}
    if variant.field == "change":
        return _("change of %(amount)s") % {"amount": measure.limit_of_change(value)}
    return _("threshold %(number)s") % {"number": measure.limit(value)}
