"""Test what is announced as new: what a source shows late, many together, or without a date that can be read."""

from datetime import timedelta
from email.utils import format_datetime

import pytest
from django.utils import timezone

from monitoring.models import Document, Mention, Source
from monitoring.polling.poller import poll_due
from tests.factories import make_keyword
from tests.monitoring.conftest import poll_again, rss

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def keyword(project):
    return make_keyword(project, query="lumen")


def item(name, age=None, date=""):
    """Return an entry that was published before `age`, or that has `date` as text."""
    if age is not None:
        date = format_datetime(timezone.now() - age)
    return {"title": f"Lumen {name}", "link": f"https://phare.example/{name}", "guid": name, "date": date}


def items(prefix, count, **fields):
    return [item(f"{prefix}{number}", **fields) for number in range(count)]


def show(web, source, *shown):
    """Publish these entries, and poll. Return the names of the mentions that are new, not backlog."""
    before = set(Mention.objects.values_list("pk", flat=True))
    web.put("/feed.xml", body=rss(*shown))
    assert poll_again(source).error_code == ""
    found = Mention.objects.exclude(pk__in=before).filter(is_backlog=False)
    return {title.removeprefix("Lumen ") for title in found.values_list("document__title", flat=True)}


UNREADABLE = ["", "il y a quelque temps", "Fri, 01 Jan 2100 00:00:00 GMT", "Thu, 01 Jan 1970 00:00:00 GMT"]


@pytest.mark.parametrize("date", UNREADABLE)
def test_entry_without_readable_date_is_backlog_in_source_with_dates(feed, web, date):
    source = feed(body=rss(*items("a", 5, age=timedelta(hours=1))))
    poll_due()
    known = items("a", 5, age=timedelta(hours=1))
    assert show(web, source, *items("old", 30, date=date), *known) == set()
    assert set(Mention.objects.filter(document__title__startswith="Lumen old").values_list("is_backlog")) == {(True,)}
    assert show(web, source, item("now", timedelta(0)), *known) == {"now"}


@pytest.mark.parametrize("date", UNREADABLE)
def test_document_says_that_its_time_of_publication_is_unknown(feed, date):
    feed(body=rss(item("a", date=date), item("b", timedelta(hours=1))))
    poll_due()
    known = dict(Document.objects.values_list("title", "published_is_known"))
    assert known == {"Lumen a": False, "Lumen b": True}


def test_new_entry_is_announced_in_source_that_never_has_dates(feed, web):
    source = feed(body=rss(*items("a", 8)))
    poll_due()
    assert show(web, source, item("b"), *items("a", 7)) == {"b"}
    assert show(web, source, *items("c", 8)) == {f"c{number}" for number in range(8)}


def test_older_pages_of_source_without_dates_are_backlog(feed, web):
    source = feed(body=rss(*items("a", 10)))
    poll_due()
    assert show(web, source, *items("a", 10), *items("b", 10)) == set()
    assert show(web, source, item("new"), *items("a", 10), *items("c", 5)) == {"new"}
    assert show(web, source, *items("d", 500)) == set()


def test_entry_after_known_ones_is_announced_in_source_without_dates_oldest_first(feed, web):
    source = feed(body=rss(*items("a", 10)))
    poll_due()
    assert show(web, source, *items("a", 10), item("b")) == {"b"}


def test_first_entry_of_empty_feed_is_announced_without_date(feed, web):
    source = feed(body=rss())
    poll_due()
    assert show(web, source, item("a")) == {"a"}


def test_source_that_stops_giving_dates_is_believed_after_some_polls(feed, web):
    source = feed(body=rss(item("a", timedelta(0))))
    poll_due()
    announced = [bool(show(web, source, item(f"b{number}"))) for number in range(10)]
    assert announced[:6] == [False] * 6
    assert announced[-1]


@pytest.mark.parametrize(
    ("age", "is_announced"),
    [(timedelta(days=4), True), (timedelta(days=60), False), (timedelta(days=14), False)],
)
def test_late_entry_of_known_source_is_announced_only_within_days(feed, web, age, is_announced):
    source = feed(body=rss(item("a", timedelta(hours=1))))
    Source.objects.update(created_at=timezone.now() - timedelta(days=300))
    poll_due()
    assert show(web, source, item("late", age), item("a", timedelta(hours=1))) == ({"late"} if is_announced else set())


@pytest.mark.parametrize(("outage", "age", "is_announced"), [(14, 12, True), (14, 25, False), (200, 100, False)])
def test_entries_published_during_an_outage_are_announced_up_to_a_month(feed, web, outage, age, is_announced):
    source = feed(body=rss(item("a", timedelta(days=outage))))
    poll_due()
    now = timezone.now()
    Source.objects.update(created_at=now - timedelta(days=300), last_success_at=now - timedelta(days=outage))
    assert bool(show(web, source, item("missed", timedelta(days=age)))) is is_announced


def test_feed_that_grows_to_an_archive_announces_only_its_recent_entries(feed, web):
    recent = items("a", 10, age=timedelta(hours=3))
    source = feed(body=rss(*recent))
    Source.objects.update(created_at=timezone.now() - timedelta(days=900))
    poll_due()
    archive = [item(f"old{number}", timedelta(days=20 + number)) for number in range(490)]
    assert show(web, source, item("now", timedelta(minutes=1)), *recent, *archive) == {"now"}


@pytest.mark.parametrize("ahead", [timedelta(minutes=3), timedelta(hours=2), timedelta(hours=13)])
def test_entry_with_date_of_another_time_zone_is_announced(feed, web, ahead):
    source = feed(body=rss(*items("a", 5, age=timedelta(hours=1))))
    poll_due()
    assert show(web, source, item("ahead", -ahead), *items("a", 5, age=timedelta(hours=1))) == {"ahead"}
    document = Document.objects.get(title="Lumen ahead")
    assert document.published <= timezone.now()
    assert document.published_is_known is (ahead < timedelta(minutes=15))
