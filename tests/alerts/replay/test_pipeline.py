"""From a feed on loopback to incidents: what was there before a source or keyword fires neither live nor replayed."""

from datetime import UTC, timedelta
from email.utils import format_datetime

import pytest
from django.utils import timezone

from alerts.evaluate import evaluate_all
from alerts.models import Incident, Rule
from alerts.replay.replay import replay
from monitoring.ingest.backfill import backfill_all
from monitoring.models import Mention, SourcePeriod
from monitoring.polling.poller import poll_due
from monitoring.services.keywords import create_keyword
from tests.factories import make_source
from tests.lookalikes.feeds import FeedServer
from tests.monitoring.conftest import poll_again, rss

pytestmark = pytest.mark.django_db(transaction=True)

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
AGES = {"now": timedelta(), "minutes": 5 * MINUTE, "hours": 20 * HOUR, "years": timedelta(days=800), "none": None}


@pytest.fixture
def web():
    with FeedServer() as server:
        yield server


@pytest.fixture
def source(project, web):
    web.put("/feed.xml", body=rss())
    return make_source(project, web.url("/feed.xml"), host="127.0.0.1")


def items(prefix, count, age):
    """Return entries published that long ago; without a readable date for None."""
    date = "il y a quelque temps" if age is None else format_datetime(timezone.now() - age)
    return [
        {
            "title": f"Lumen {prefix}{n}",
            "link": f"https://phare.example/{prefix}{n}",
            "guid": f"{prefix}{n}",
            "date": date,
        }
        for n in range(count)
    ]


def make_rules(keyword):
    """Create rules that four mentions trigger, in several ways."""
    common = {"project": keyword.project, "keyword": keyword}
    return [
        Rule.objects.create(**common, threshold=3),
        Rule.objects.create(**common, threshold=3, window_s=604800, counts_stories=False),
        Rule.objects.create(**common, condition="increase", percent=50, minimum=3),
        Rule.objects.create(**common, condition="rise", change=3, minimum=3, measure="authors"),
    ]


def fired(rules):
    """Return how many rules fire live in the next minutes, and how many in their replays."""
    now = timezone.now() + 3 * MINUTE
    for minute in range(3):
        evaluate_all(now - minute * MINUTE)
    replayed = sum(bool(replay(rule, now, UTC).firings) for rule in rules)
    return Incident.objects.values("rule").distinct().count(), replayed


def let_time_pass(length):
    """Move what was found so far, and the periods of the sources, into the past."""
    for mention in Mention.objects.all():
        mention.found_at -= length
        mention.save()
    for period in SourcePeriod.objects.all():
        period.started_at -= length
        period.save()


@pytest.mark.parametrize("age", AGES.values(), ids=AGES)
def test_first_poll_fires_neither_live_nor_replayed(project, owner, web, source, age):
    rules = make_rules(create_keyword(project, owner, name="Lumen", query="lumen"))
    web.put("/feed.xml", body=rss(*items("a", 12, age)))
    poll_due()
    assert Mention.objects.count() == 12
    assert fired(rules) == (0, 0)


def test_second_poll_fires_live_and_replayed(project, owner, web, source):
    rules = make_rules(create_keyword(project, owner, name="Lumen", query="lumen"))[:1]
    web.put("/feed.xml", body=rss(*items("a", 12, 5 * MINUTE)))
    poll_due()
    let_time_pass(30 * MINUTE)
    web.put("/feed.xml", body=rss(*items("b", 5, MINUTE), *items("a", 12, 5 * MINUTE)))
    poll_again(source)
    live, replayed = fired(rules)
    assert live >= 1 and replayed == 1
    assert (
        Incident.objects.get(rule=rules[0]).value
        == replay(rules[0], timezone.now() + 3 * MINUTE, UTC).firings[0].value
        == 5
    )


@pytest.mark.parametrize("age", AGES.values(), ids=AGES)
def test_backfill_fires_neither_live_nor_replayed(project, owner, web, source, age):
    poll_due()
    let_time_pass(HOUR)
    web.put("/feed.xml", body=rss(*items("a", 12, age)))
    poll_again(source)
    rules = make_rules(create_keyword(project, owner, name="Lumen", query="lumen"))
    backfill_all()
    assert Mention.objects.count() == 12
    assert fired(rules) == (0, 0)


def test_items_without_readable_date_fire_neither_live_nor_replayed(project, owner, web, source):
    rules = make_rules(create_keyword(project, owner, name="Lumen", query="lumen"))
    known = items("a", 5, 2 * HOUR)
    web.put("/feed.xml", body=rss(*known))
    poll_due()
    let_time_pass(HOUR)
    web.put("/feed.xml", body=rss(*items("b", 20, None), *known))
    poll_again(source)
    assert Mention.objects.count() == 25
    assert fired(rules) == (0, 0)
