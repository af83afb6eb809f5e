"""What beat asks for exists, and goes to a queue that a worker of `make run` reads."""

import pytest
from django.conf import settings

from config.celery import app

QUEUES_READ = {"poll", "enrich", "deliver"}


@pytest.mark.parametrize("name", [entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()])
def test_every_tick_is_a_task_that_a_worker_knows_and_has_a_queue(name):
    app.loader.import_default_modules()
    assert name in app.tasks
    queue = app.amqp.router.route({}, name)["queue"]
    assert queue.name in QUEUES_READ
    assert queue.routing_key == queue.name


def test_old_sign_ins_are_forgotten(db):
    from datetime import timedelta

    from django.contrib.sessions.models import Session
    from django.utils import timezone

    from accounts.tasks import clear_sessions

    now = timezone.now()
    for key, ago in (("old", 1), ("new", -1)):
        Session.objects.create(session_key=key, session_data="", expire_date=now - timedelta(days=ago))
    clear_sessions()
    assert list(Session.objects.values_list("session_key", flat=True)) == ["new"]


def test_what_may_take_hours_lets_everything_else_of_its_worker_go_first():
    app.loader.import_default_modules()
    ticks = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    later = {name for name in ticks if app.amqp.router.route({}, name).get("priority")}
    assert later == {
        "monitoring.tasks.backfill_keywords",
        "monitoring.tasks.rescore_mentions",
        "monitoring.tasks.drop_expired_documents",
        "provisioning.tasks.purge_projects",
    }
