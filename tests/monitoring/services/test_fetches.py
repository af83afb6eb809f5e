"""Fetches for a person: a few at a time, done by any worker, each once, and seen by nobody else."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import User
from monitoring.models import FetchRequest, Source
from monitoring.services import fetches
from monitoring.services.fetches import NoFetchSlot, TooManyFetches, fetch_here, fetch_of, request_fetch, run_queued
from tests.lookalikes.feeds import FeedServer
from tests.monitoring.conftest import rss

Kind, State = FetchRequest.Kind, FetchRequest.State
FEED = rss({"title": "Bonjour", "link": "https://phare.example/1"})


def test_run_queued_adds_the_source_and_stores_its_id(project, manager, web):
    fetch = request_fetch(project, manager, Kind.SOURCE, web.put("/feed.xml", body=FEED))
    assert run_queued() == 1
    fetch.refresh_from_db()
    assert (fetch.state, fetch.result["source"]) == (State.DONE, Source.objects.get().pk)
    assert run_queued() == 0


def test_run_queued_stores_page_text_without_characters_that_postgres_refuses(project, manager, web):
    page = "<title>Un &#0; \x01 caf\u00e9</title><p>en panne &#xd800;".encode()
    fetch = request_fetch(project, manager, Kind.PAGE, web.put("/a", body=page, content_type="text/html"))
    run_queued()
    fetch.refresh_from_db()
    assert "caf\u00e9" in fetch.result["title"] and "en panne" in fetch.result["text"]


def test_person_has_three_fetches_at_a_time(project, manager, owner):
    for number in range(fetches.MAX_PER_PERSON):
        request_fetch(project, manager, Kind.SOURCE, f"http://127.0.0.1:1/{number}")
    with pytest.raises(TooManyFetches):
        request_fetch(project, manager, Kind.PAGE, "http://127.0.0.1:1/x")
    with pytest.raises(TooManyFetches), fetch_here(project, manager, Kind.PAGE, "http://127.0.0.1:1/x"):
        pass
    assert request_fetch(project, owner, Kind.PAGE, "http://127.0.0.1:1/x")
    run_queued()
    assert request_fetch(project, manager, Kind.PAGE, "http://127.0.0.1:1/x")


def test_abandoned_fetches_do_not_count_and_are_interrupted(project, manager):
    for number in range(fetches.MAX_PER_PERSON):
        fetch = request_fetch(project, manager, Kind.SOURCE, f"http://127.0.0.1:1/{number}")
    long_ago = timezone.now() - fetches.LIMIT - timedelta(seconds=1)
    FetchRequest.objects.update(created_at=long_ago, state=State.RUNNING)
    assert fetch_of(project, manager, fetch.pk, Kind.SOURCE).result == {"error": "interrupted"}
    assert request_fetch(project, manager, Kind.SOURCE, "http://127.0.0.1:1/x")


def test_fetch_of_finds_only_the_person_and_project_and_kind(project, manager, owner, stranger):
    fetch = request_fetch(project, manager, Kind.SOURCE, "http://127.0.0.1:1/x")
    assert fetch_of(project, manager, fetch.pk, Kind.SOURCE) == fetch
    assert fetch_of(project, owner, fetch.pk, Kind.SOURCE) is None
    assert fetch_of(project, manager, fetch.pk, Kind.PAGE) is None
    assert fetch_of(stranger.projects.get(), manager, fetch.pk, Kind.SOURCE) is None


def test_crash_of_a_fetch_is_its_result_and_does_not_stop_the_others(project, manager, web, monkeypatch):
    def crash(*arguments, **options):
        monkeypatch.undo()
        raise ZeroDivisionError

    monkeypatch.setattr("monitoring.services.sources.http_client", crash)
    first = request_fetch(project, manager, Kind.SOURCE, web.put("/1.xml", body=FEED))
    second = request_fetch(project, manager, Kind.SOURCE, web.put("/2.xml", body=FEED))
    assert run_queued() == 2
    first.refresh_from_db()
    second.refresh_from_db()
    assert first.result == {"error": "interrupted"}
    assert second.result["created"]


def test_fetches_are_deleted_after_an_hour(project, manager):
    old = request_fetch(project, manager, Kind.SOURCE, "http://127.0.0.1:1/x")
    new = request_fetch(project, manager, Kind.SOURCE, "http://127.0.0.1:1/y")
    FetchRequest.objects.filter(pk=old.pk).update(created_at=timezone.now() - fetches.RETENTION)
    fetches.delete_old(timezone.now() + timedelta(seconds=1))
    assert list(FetchRequest.objects.all()) == [new]


@pytest.mark.django_db(transaction=True)
def test_api_fetches_two_at_a_time_in_a_process(project, manager, owner):
    people = [manager, owner, User.objects.create_user("eve@example.com", "x")]
    outcomes, barrier = [], threading.Barrier(3)

    def run(person):
        barrier.wait()
        try:
            with fetch_here(project, person, Kind.PAGE, "https://a.example/"):
                time.sleep(0.5)
            outcomes.append("done")
        except NoFetchSlot:
            outcomes.append("refused")
        finally:
            connection.close()

    _join(threading.Thread(target=run, args=[person]) for person in people)
    assert sorted(outcomes) == ["done", "done", "refused"]
    assert not FetchRequest.objects.exists()
    with fetch_here(project, manager, Kind.PAGE, "https://a.example/"):
        pass


@pytest.mark.django_db(transaction=True)
def test_simultaneous_requests_of_a_person_stay_within_the_limit(project, manager):
    barrier, outcomes = threading.Barrier(8), []

    def run(number):
        barrier.wait()
        try:
            request_fetch(project, manager, Kind.SOURCE, f"http://127.0.0.1:1/{number}")
            outcomes.append("queued")
        except TooManyFetches:
            outcomes.append("refused")
        finally:
            connection.close()

    _join(threading.Thread(target=run, args=[number]) for number in range(8))
    assert outcomes.count("queued") == fetches.MAX_PER_PERSON


@pytest.mark.django_db(transaction=True)
def test_several_workers_do_each_fetch_once(project, manager):
    with FeedServer() as web:
        for number in range(3):
            url = web.put(f"/{number}.xml", body=FEED, latency_s=0.2)
            request_fetch(project, manager, Kind.SOURCE, url)

        def run():
            try:
                run_queued()
            finally:
                connection.close()

        _join(threading.Thread(target=run) for _ in range(4))
        assert len(web.requests) == 3
    assert Source.objects.count() == 3


def _join(threads):
    threads = list(threads)
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
