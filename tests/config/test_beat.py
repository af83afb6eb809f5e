"""Beat adds no message to a queue that is long already."""

import pytest
from celery import Celery
from celery.beat import ScheduleEntry
from redis import Redis

from config.beat import MAX_WAITING, BoundedScheduler


@pytest.fixture
def app(settings):
    url = settings.REDIS_URL.rpartition("/")[0] + "/5"
    redis = Redis.from_url(url)
    redis.flushdb()
    app = Celery("beat", broker=url, set_as_current=False)
    app.conf.task_default_queue = "work"
    app.opened = lambda: redis.info("stats")["total_connections_received"]
    app.disconnect = lambda: [
        redis.client_kill_filter(_id=each["id"])
        for each in redis.client_list()
        if each["db"] == "5" and each["id"] != str(redis.client_id())
    ]
    app.waiting = lambda: redis.llen("work")
    yield app
    redis.flushdb()
    redis.close()


@pytest.fixture
def scheduler(app, tmp_path):
    scheduler = BoundedScheduler(app, schedule_filename=str(tmp_path / "schedule"))
    yield scheduler
    scheduler.close()


def test_ticks_do_not_pile_up_without_a_worker(app, scheduler):
    entry = ScheduleEntry(name="tick", task="tasks.tick", schedule=1, app=app, options={"expires": 1})
    for _ in range(3 * MAX_WAITING):
        scheduler.apply_async(entry)
    assert app.waiting() == MAX_WAITING


def test_skipped_tick_counts_as_done_until_its_next_time(app, scheduler):
    scheduler.add(name="tick", task="tasks.tick", schedule=1)
    entry = scheduler.schedule["tick"]
    for _ in range(MAX_WAITING):
        scheduler.apply_async(entry)
    before = scheduler.schedule["tick"].total_run_count
    scheduler.apply_async(scheduler.schedule["tick"])
    assert scheduler.schedule["tick"].total_run_count == before + 1


def test_ticks_share_a_connection(app, scheduler):
    entry = ScheduleEntry(name="tick", task="tasks.tick", schedule=1, app=app, options={"expires": 1})
    scheduler.apply_async(entry, producer=scheduler.producer)
    before = app.opened()
    for _ in range(40):
        scheduler.apply_async(entry, producer=scheduler.producer)
    # Tests in other processes may open connections to this Redis.
    assert app.opened() - before < 20


def test_ticks_continue_after_lost_connections(app, scheduler):
    entry = ScheduleEntry(name="tick", task="tasks.tick", schedule=1, app=app, options={"expires": 1})
    scheduler.apply_async(entry, producer=scheduler.producer)
    app.disconnect()
    scheduler.apply_async(entry, producer=scheduler.producer)
    assert app.waiting() == 2
