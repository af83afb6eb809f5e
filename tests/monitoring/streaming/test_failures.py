"""Servers of a stream that fail, fall silent, forget, or send what nobody can read."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from accounts.models import Project
from monitoring.ingest.store import store_changes
from monitoring.models import Document, Mention, Source, SourcePeriod
from monitoring.platforms.jetstream import MAX_MESSAGE, microseconds
from monitoring.services.sources import pause_source
from tests.factories import make_keyword
from tests.lookalikes.platforms.base import Reply
from tests.lookalikes.platforms.jetstream import JetstreamServer
from tests.monitoring.streaming.running import QUICK, is_working, make_stream_source, post, wait_until

pytestmark = pytest.mark.django_db(transaction=True)


def has_error(source, code):
    source.refresh_from_db()
    return source.error_code == code


def periods(source):
    found = source.periods.order_by("started_at")
    return [(period.state, period.error_code) for period in found]


def test_source_fails_after_repeated_failures_and_works_again(server, source, read, project):
    make_keyword(project, query="lumen")
    for _ in range(6):
        server.fail(503, b"service not ready")
    read()
    wait_until(lambda: has_error(source, "unavailable"))
    wait_until(lambda: server.connections)
    server.publish(server.event(post(1)))
    wait_until(Mention.objects.exists)
    wait_until(lambda: is_working(source))
    assert source.failing_since is None
    assert periods(source) == [("failing", "unavailable"), ("working", "")]


def test_reader_tries_the_next_server(server, source, read, project):
    make_keyword(project, query="lumen")
    with JetstreamServer() as down:
        down.fail(500, b"no", times=100)
        read(down.url, server.url)
        wait_until(lambda: server.connections)
        server.publish(server.event(post(1)))
        wait_until(Mention.objects.exists)
        source.refresh_from_db()
        assert (source.error_code, periods(source)) == ("", [("working", "")])


def test_reader_goes_back_further_on_another_server(server, source, read, project):
    make_keyword(project, query="lumen")
    with JetstreamServer() as lagging:
        lagging.now = server.now
        reader = read(lagging.url, server.url)
        wait_until(lambda: lagging.connections)
        lagging.publish(lagging.event(post(1)))
        wait_until(Mention.objects.exists)
        # The other server got this post before the cursor.
        server.publish(server.event(post(2), at=timezone.now() - timedelta(minutes=2)))
        lagging.fail(500, b"no", times=100)
        lagging.interrupt()
        wait_until(lambda: Mention.objects.count() == 2)
        reader.stop()
    assert (Document.objects.count(), source.report) == (2, {})


def test_silent_connection_is_replaced(server, source, read, project):
    server.is_silent = True
    read(pace=replace(QUICK, silence_s=0.2))
    wait_until(lambda: has_error(source, "timeout"))
    assert len(server.requests) >= 3
    server.is_silent = False
    number = iter(range(1, 10_000))

    def works():
        server.publish(server.event(post(next(number), "Rien")))
        return is_working(source)

    wait_until(works)


def test_slow_handshake_is_a_timeout(server, source, read):
    for _ in range(50):
        server.fail_with(Reply(b"", delay_s=3))
    read()
    wait_until(lambda: has_error(source, "timeout"), 30)


def start(server, source, read):
    reader = read()
    wait_until(lambda: server.connections)
    server.publish(server.event(post(1, "Rien")))
    wait_until(lambda: is_working(source))
    return reader


def test_time_that_the_server_no_longer_has_is_a_gap(server, source, read, project):
    make_keyword(project, query="lumen")
    start(server, source, read).stop()
    now = timezone.now()
    cursor = microseconds(now - timedelta(days=5))
    Source.objects.update(resume_state={"cursor": cursor})
    SourcePeriod.objects.update(started_at=now - timedelta(days=9))
    server.events = [server.event(post(2), at=now - timedelta(days=1)), server.event(post(3), at=now)]
    read()
    wait_until(lambda: Mention.objects.count() == 2)
    wait_until(lambda: Source.objects.get().report.get("gap"))
    source.refresh_from_db()
    working, gap, current = source.periods.order_by("started_at")
    assert (working.state, gap.state, gap.error_code, current.state) == ("working", "failing", "stream_gap", "working")
    assert abs(gap.started_at - (now - timedelta(days=5))) < timedelta(seconds=1)
    assert abs(gap.ended_at - (now - timedelta(days=1))) < timedelta(seconds=1)
    assert (working.ended_at, current.started_at, current.ended_at) == (gap.started_at, gap.ended_at, None)
    assert source.report["missed"] == [gap.started_at.isoformat(), gap.ended_at.isoformat()]
    assert source.error_code == ""


def test_gap_of_a_source_that_was_added_meanwhile_begins_when_it_was_read(server, source, read, project):
    make_keyword(project, query="lumen")
    start(server, source, read).stop()
    now = timezone.now()
    Source.objects.update(resume_state={"cursor": microseconds(now - timedelta(days=5))})
    SourcePeriod.objects.update(started_at=now - timedelta(days=3))
    other = make_stream_source(Project.objects.create(name="Autre"))
    server.events = [server.event(post(2), at=now - timedelta(days=1))]
    read()
    wait_until(lambda: Source.objects.get(pk=source.pk).report.get("gap"))
    assert periods(source) == [("failing", "stream_gap"), ("working", "")]
    wait_until(lambda: is_working(other))
    assert (periods(other), other.report["gap"]) == ([("working", "")], False)


def test_rejected_cursor_leads_to_the_present(server, source, read, project):
    make_keyword(project, query="lumen")
    start(server, source, read).stop()
    Source.objects.update(resume_state={"cursor": microseconds(timezone.now() - timedelta(days=5))})
    server.fail(400, b"invalid cursor")
    before = len(server.requests)
    read()
    wait_until(lambda: len(server.requests) >= before + 2 and server.connections)
    assert ["cursor" in request.query for request in server.requests[before : before + 2]] == [True, False]
    server.publish(server.event(post(4)))
    wait_until(Mention.objects.exists)
    wait_until(lambda: Source.objects.get().report.get("gap"))


def test_cursor_that_one_server_rejects_is_sent_to_the_next_one(server, source, read, project):
    make_keyword(project, query="lumen")
    start(server, source, read).stop()
    server.publish(server.event(post(2)))
    with JetstreamServer() as other:
        other.fail(400, b"invalid cursor", times=100)
        read(other.url, server.url)
        wait_until(Mention.objects.exists)
        assert [len(other.requests), "cursor" in server.requests[-1].query] == [1, True]


def test_cursor_is_given_up_once_every_server_rejects_it(server, source, read, project):
    make_keyword(project, query="lumen")
    start(server, source, read).stop()
    with JetstreamServer() as other:
        for each in (other, server):
            each.fail(400, b"invalid cursor")
        read(other.url, server.url)
        wait_until(lambda: other.connections)
        assert ["cursor" in request.query for request in other.requests] == [True, False]


def test_cursor_is_given_up_after_many_rejections_while_other_servers_are_down(server, source, read, project):
    make_keyword(project, query="lumen")
    start(server, source, read).stop()
    with JetstreamServer() as down:
        down.fail(500, b"no", times=100)
        server.fail(400, b"invalid cursor", times=10)
        read(down.url, server.url)
        wait_until(lambda: server.connections)
        assert "cursor" not in server.requests[-1].query


BAD_MESSAGES = {
    "no JSON": "lumen",
    "no object": "[1, 2]",
    "deep": "[" * 100_000,
    "no time": json.dumps({"did": "did:plc:x", "kind": "commit"}),
    "wrong time": json.dumps({"did": "did:plc:x", "time_us": "1", "kind": "commit"}),
    "huge number": '{"did": "did:plc:x", "time_us": ' + "9" * 5_000 + "}",
    "no commit": json.dumps({"did": "did:plc:x", "time_us": 1, "kind": "commit"}),
    "binary": b"\xff\xfe\x00lumen",
    "not UTF-8": b'{"did": "\xff"}',
}


@pytest.mark.parametrize("name", BAD_MESSAGES)
def test_unreadable_message_is_counted_and_skipped(server, source, read, project, name):
    make_keyword(project, query="lumen")
    start(server, source, read)
    server.send_raw(BAD_MESSAGES[name])
    server.publish(server.event(post(2)))
    wait_until(Mention.objects.exists)
    wait_until(lambda: Source.objects.get().report["skipped"] or len(server.requests) > 1)
    assert len(server.requests) == 1


def test_record_of_another_shape_is_counted_and_skipped(server, source, read, project):
    make_keyword(project, query="lumen")
    start(server, source, read)
    server.malformed = {2}
    server.publish(server.event(post(2)), server.event(post(3)))
    wait_until(Mention.objects.exists)
    wait_until(lambda: Source.objects.get().report["skipped"] == 1)
    assert Document.objects.count() == 1


def test_characters_that_postgres_refuses_are_removed(server, source, read, project):
    make_keyword(project, query="lumen")
    start(server, source, read)
    server.publish(server.event(post(2, "Ma lampe \x00Lumen \ud800éclaire")))
    wait_until(Mention.objects.exists)
    assert Document.objects.get().text == "Ma lampe Lumen éclaire"


def test_message_beyond_the_limit_ends_the_connection_and_is_never_held(server, source, read, project):
    make_keyword(project, query="lumen")
    start(server, source, read)
    server.send_raw(json.dumps({"text": "x" * MAX_MESSAGE}))
    wait_until(lambda: len(server.requests) == 2)
    server.publish(server.event(post(2)))
    wait_until(Mention.objects.exists)


def test_reader_goes_on_after_postgres_has_ended_its_session(server, source, read, project):
    make_keyword(project, query="lumen")
    start(server, source, read)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pg_locks.pid) FROM pg_locks JOIN pg_database ON pg_database.oid = database"
            " WHERE locktype = 'advisory' AND objid = 4294967294 AND datname = current_database()"
        )
        assert cursor.rowcount == 1
    server.publish(server.event(post(2)))
    wait_until(Mention.objects.exists)
    server.publish(server.event(post(3)))
    wait_until(lambda: Mention.objects.count() == 2)


def test_deleting_the_source_ends_the_connection(server, source, read, project):
    start(server, source, read)
    pause_source(source, None, paused=True)
    source.delete()
    wait_until(lambda: not server.connections)


def fail_to_store(monkeypatch, times):
    """Make storing entries raise, the first few times."""
    calls = iter(range(times))

    def store(changes):
        if changes.new and next(calls, None) is not None:
            raise OperationalError("deadlock detected")
        return store_changes(changes)

    monkeypatch.setattr("monitoring.polling.save.store_changes", store)


def test_posts_that_could_not_be_stored_are_read_again(server, source, read, project, monkeypatch):
    make_keyword(project, query="lumen")
    start(server, source, read)
    fail_to_store(monkeypatch, 2)
    server.publish(server.event(post(2)))
    wait_until(Mention.objects.exists)
    wait_until(lambda: is_working(source))
    assert not source.report["gap"]


def test_posts_that_can_never_be_stored_are_a_gap(server, source, read, project, monkeypatch):
    make_keyword(project, query="lumen")
    start(server, source, read)
    before = Source.objects.get().resume_state["cursor"]
    fail_to_store(monkeypatch, 4)
    lost = server.event(post(2))
    server.publish(lost)
    wait_until(lambda: Source.objects.get().report.get("gap"))
    wait_until(lambda: is_working(source))
    missed = source.resume_state["missed"]
    assert missed[0] == before
    assert missed[1] >= lost["time_us"]
    assert ("failing", "stream_gap") in periods(source)
    server.publish(server.event(post(3)))
    wait_until(Mention.objects.exists)
    assert Document.objects.count() == 1
