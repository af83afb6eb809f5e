"""A replay reads the same histories as the live evaluation, and opens and closes the same incidents."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from accounts.models import Project
from alerts.counting import count_rules
from alerts.evaluate import evaluate_all
from alerts.models import Incident, Rule
from alerts.replay.build import frames_of
from alerts.replay.frames import history_of
from alerts.replay.read import read_past
from alerts.replay.replay import replay
from alerts.replay.timeline import micros
from alerts.rules import settings_of
from monitoring.models import Mention, SourcePeriod
from tests.factories import make_keyword, make_mentions, make_source, make_story

UNTIL = datetime(2026, 6, 10, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
LIVE = 210 * MINUTE
NEGATIVE = {"sentiment": "negative"}
RULES = (
    {"threshold": 9, "window_s": 900},
    {"threshold": 6, "window_s": 3600, "counts_stories": True, **NEGATIVE},
    {"threshold": 6, "window_s": 3600, "with_uncertain": True, "counts_authors": True, **NEGATIVE},
    {"condition": "below", "threshold": 2, "window_s": 900},
    {"condition": "increase", "percent": 60, "minimum": 5, "window_s": 900, **NEGATIVE},
    {"condition": "increase", "percent": 150, "minimum": 3, "window_s": 3600, "counts_authors": True},
    {"condition": "unusual", "minimum": 5, "window_s": 3600, "counts_stories": True, "counts_authors": True},
    {"condition": "unusual", "minimum": 3, "window_s": 21600, "sensitivity": "nervous", **NEGATIVE},
    {"condition": "unusual", "minimum": 3, "window_s": 604800, "sensitivity": "nervous"},
    {"threshold": 5, "window_s": 3600, "hold": 7, "cooldown_s": 5400},
    {"measure": "negative_share", "threshold": 60, "minimum": 3, "window_s": 3600, "counts_stories": True},
    {"measure": "net_sentiment", "condition": "fall", "change": 20, "minimum": 2, "window_s": 3600},
    {"measure": "share_of_voice", "condition": "below", "threshold": 90, "minimum": 4, "window_s": 21600},
    {"measure": "authors", "condition": "rise", "change": 3, "minimum": 3, "window_s": 3600, "tests_chance": True},
    {"measure": "stories", "condition": "few", "minimum": 2, "window_s": 86400, "sensitivity": "nervous"},
    {"measure": "rating", "parameter": 2, "threshold": 1, "window_s": 3600},
    {
        "threshold": 8,
        "window_s": 3600,
        "joined_by": "and",
        "also": [{"condition": "rise", "measure": "negative", "change": 2}],
    },
    {"threshold": 12, "joined_by": "or", "also": [{"condition": "above", "measure": "authors", "threshold": 7}]},
    {"keyword": None, "query": "sentiment=negative&sentiment=neutral", "threshold": 8, "counts_stories": True},
    {"keyword": None, "condition": "decrease", "percent": 50, "minimum": 4, "window_s": 900},
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def keyword(project):
    return make_past(project, 900)


def make_past(project, usual):
    """Create a keyword with mentions in bursts, stories, few authors, every label and status, and a competitor."""
    draw = random.Random(7)
    keyword = make_keyword(project, "Lumen", "lumen", created_at=UNTIL - 80 * DAY)
    times = [draw.random() * 120 * DAY for _ in range(usual)]
    for burst in (0 * MINUTE, 165 * MINUTE, 170 * MINUTE, 9 * DAY, 40 * DAY):
        times += [burst + draw.random() * 30 * MINUTE for _ in range(25)]
    sources = [make_source(project, created_at=UNTIL - 85 * DAY) for _ in range(3)]
    rows = [
        {
            "found_at": UNTIL - ago,
            "published": UNTIL - ago,
            "author": f"Author {draw.randrange(12)}" if draw.random() < 0.8 else "",
            "sentiment": draw.choice(["negative", "negative", "negative", "neutral", "uncertain", ""]),
            "status": draw.choice(["to_review", "replied", "to_review", "to_review", "ignored"]),
            "is_backlog": draw.random() < 0.05,
            "source": draw.choice(sources),
            "rating": draw.choice([None, 1, 2, 5]),
        }
        for ago in times
    ]
    rival = make_keyword(project, "Halo", "halo", type="competitor", created_at=UNTIL - 80 * DAY)
    make_mentions([keyword, rival], [row | {"found_at": row["found_at"] + MINUTE / 2} for row in rows[::7]])
    make_mentions(keyword, rows[:-60])
    for part in range(12):
        make_story(keyword, rows[len(rows) - 60 + 5 * part : len(rows) - 55 + 5 * part])
    return keyword


@pytest.fixture
def past(keyword):
    return list(keyword.project.sources.order_by("pk"))


def fail(source, start, end):
    """Let a source fail between two times before UNTIL."""
    SourcePeriod.objects.create(
        source=source, state="failing", error_code="dns", started_at=UNTIL - start, ended_at=UNTIL - end
    )


def make_rule(keyword, fields):
    return Rule.objects.create(**{"project": keyword.project, "keyword": keyword, **fields})


def test_replay_opens_and_closes_the_incidents_of_live_evaluation(owner, monkeypatch):
    monkeypatch.setattr("alerts.replay.read.DAYS", LIVE)
    rules = []
    for place, fields in enumerate(
        RULES[1::2]
    ):  # each in its own project: rules on the same items join their incidents
        keyword = make_past(Project.objects.create(name=f"Project {place}"), 150)
        fail(keyword.project.sources.first(), 3 * HOUR, 140 * MINUTE)
        first = make_source(keyword.project, created_at=UNTIL - 5 * HOUR)
        SourcePeriod.objects.create(source=first, state="working", started_at=UNTIL - 80 * MINUTE)
        flood = {"found_at": UNTIL - 80 * MINUTE + timedelta(seconds=3), "source": first, **NEGATIVE}
        make_mentions(keyword, [flood] * 40)
        rules.append(make_rule(keyword, fields))
    for minute in range(LIVE // MINUTE + 1):
        evaluate_all(UNTIL - LIVE + minute * MINUTE)
    number = 0
    for rule in rules:
        live = Incident.objects.filter(rule=rule).order_by("opened_at")
        expected = [(i.opened_at, i.closed_at, i.value, i.baseline, i.peak, i.peak_at) for i in live]
        found = replay(rule, UNTIL, UTC)
        assert found.is_complete
        assert [
            (one.opened_at, one.closed_at, one.value, one.baseline, one.peak, one.peak_at) for one in found.firings
        ] == expected, rule
        number += len(expected)
    assert number > len(rules)
    assert Incident.objects.exclude(closed_at=None).count() >= 3


def test_replay_reads_the_histories_of_live_evaluation(past, keyword):
    rules = [make_rule(keyword, fields) for fields in RULES]
    outages = [
        (past[0], UNTIL - 60 * DAY, UNTIL - 45 * DAY),  # lasting: after a week it does not count
        (past[0], UNTIL - 44 * DAY, UNTIL - 44 * DAY + 5 * HOUR),
        (past[1], UNTIL - 30 * DAY, UNTIL - 27 * DAY),
        (past[2], UNTIL - 9 * DAY, UNTIL - 8 * DAY - 20 * HOUR),
        (past[2], UNTIL - 2 * HOUR, UNTIL - HOUR),
    ]
    samples = [UNTIL - ago for ago in (85 * DAY, 59 * DAY, 50 * DAY, 45 * DAY - HOUR, 43 * DAY, 27 * DAY - HOUR)]
    samples += [UNTIL - ago for ago in (9 * DAY, 9 * DAY - 2 * HOUR, 15 * HOUR, 30 * MINUTE, timedelta())]
    live = []
    for now in samples:
        # As the table was at that time.
        SourcePeriod.objects.all().delete()
        SourcePeriod.objects.bulk_create(
            SourcePeriod(
                source=source,
                state="failing",
                error_code="dns",
                started_at=start,
                ended_at=end if end <= now else None,
            )
            for source, start, end in outages
            if start < now
        )
        live.append({pk: counted.history for pk, counted in count_rules(rules, now).items()})
    for rule in rules:
        settings, past_of_rule = settings_of(rule), read_past(rule, UNTIL)
        frames, timeline = frames_of(rule, settings, past_of_rule), past_of_rule.timeline
        for now, histories in zip(samples, live, strict=True):
            place = timeline.place(micros(now))
            assert timeline.at(place) == now
            assert history_of(frames, settings, place, is_open=True) == histories[rule.pk], (rule, now)


def test_replay_needs_few_queries_for_many_rows(past, keyword, django_assert_max_num_queries):
    rule = Rule.objects.create(project=keyword.project, keyword=keyword, threshold=9)
    with django_assert_max_num_queries(8):
        replay(rule, UNTIL, UTC)
    assert Mention.objects.count() > 900
