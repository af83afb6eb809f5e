"""The outage history of a source: periods that polls and people start and end, and the parts without one."""

import time
from datetime import timedelta
from importlib import import_module
from threading import Thread

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from monitoring.insights.outages import unseen_by_source
from monitoring.models import SourcePeriod
from monitoring.polling.poller import poll_due
from monitoring.services.sources import pause_source
from tests.factories import make_source
from tests.monitoring.conftest import NEWS, poll_again

pytestmark = pytest.mark.django_db(transaction=True)


def history(source):
    return [
        (period.state, period.error_code, period.ended_at is None)
        for period in source.periods.order_by("started_at", "id")
    ]


def test_polls_start_a_period_when_the_state_or_the_error_changes(feed, web):
    source = feed()
    poll_due()
    poll_again(source)
    assert history(source) == [("working", "", True)]
    web.put("/feed.xml", status=500)
    poll_again(source)
    poll_again(source)
    web.put("/feed.xml", status=404)
    poll_again(source)
    web.put("/feed.xml", body=NEWS)
    poll_again(source)
    poll_again(source)
    assert history(source) == [
        ("working", "", False),
        ("failing", "server_error", False),
        ("failing", "not_found", False),
        ("working", "", True),
    ]
    starts = list(source.periods.order_by("id").values_list("started_at", flat=True))
    ends = list(source.periods.order_by("id").values_list("ended_at", flat=True))
    assert ends[:-1] == starts[1:]


def test_first_poll_starts_a_period_of_a_source_that_was_added_failing(feed):
    source = feed(status=500)
    type(source).objects.update(error_code="server_error", failing_since=timezone.now())
    poll_due()
    assert history(source) == [("failing", "server_error", True)]


def test_poll_with_the_same_state_costs_no_query(feed):
    source = feed()
    poll_due()
    with CaptureQueriesContext(connection) as queries:
        poll_again(source)
    assert not [query for query in queries if "sourceperiod" in query["sql"]]


def test_paused_source_has_no_period_until_it_is_resumed(feed, manager):
    source = feed()
    poll_due()
    source.refresh_from_db()
    pause_source(source, manager, True)
    assert history(source) == [("working", "", False)]
    pause_source(source, manager, False)
    poll_again(source)
    assert history(source) == [("working", "", False), ("working", "", True)]


def test_poll_of_a_source_that_was_paused_meanwhile_starts_no_period(feed, manager):
    source = feed(latency_s=0.5)
    worker = Thread(target=_poll_in_thread)
    worker.start()
    while not type(source).objects.filter(claimed_by__isnull=False).exists():
        time.sleep(0.02)
    pause_source(source, manager, True)
    worker.join()
    source.refresh_from_db()
    assert source.last_success_at and history(source) == []


def test_unseen_parts_of_several_sources_cost_one_query(project, django_assert_num_queries):
    now = timezone.now()
    start = now - timedelta(days=3)
    failing, new = make_source(project), make_source(project)
    add(failing, "working", start - timedelta(days=1), start + timedelta(days=1))
    add(failing, "failing", start + timedelta(days=1), start + timedelta(days=2), "timeout")
    add(failing, "working", start + timedelta(days=2))
    add(new, "working", now - timedelta(days=1))
    with django_assert_num_queries(1):
        found = unseen_by_source([failing.pk, new.pk], start, now)
    [part] = found[failing.pk]
    assert (part.start - start, part.end - start, part.error_code) == (timedelta(1), timedelta(2), "timeout")
    [part] = found[new.pk]
    assert (part.start - start, part.end - start, part.error_code) == (timedelta(0), timedelta(2), "")


def test_migration_starts_the_history_with_what_sources_know(project):
    now = timezone.now()
    failing = make_source(project, error_code="timeout", failing_since=now - timedelta(days=2))
    working = make_source(project, last_success_at=now - timedelta(hours=1))
    paused = make_source(project, last_success_at=now, state="paused")
    pending = make_source(project)
    with connection.cursor() as cursor:
        cursor.execute(import_module("monitoring.migrations.0010_source_periods").FIRST_PERIODS)
    assert history(failing) == [("failing", "timeout", True)]
    assert failing.periods.get().started_at == failing.failing_since
    assert history(working) == [("working", "", True)]
    assert history(paused) == history(pending) == []


def add(source, state, start, end=None, code=""):
    SourcePeriod.objects.create(source=source, state=state, error_code=code, started_at=start, ended_at=end)


def _poll_in_thread():
    try:
        poll_due()
    finally:
        connection.close()
