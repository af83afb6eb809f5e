"""Every beat entry names a registered task and a queue that a worker of `make run` reads."""

import pytest
from django.conf import settings

from config.celery import app

WORKER_QUEUES = {"poll", "enrich", "alert", "deliver", "fetch"}


@pytest.mark.parametrize("name", [entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()])
def test_beat_entry_names_registered_task_with_queue(name):
    app.loader.import_default_modules()
    assert name in app.tasks
    queue = app.amqp.router.route({}, name)["queue"]
    assert queue.name in WORKER_QUEUES
    assert queue.routing_key == queue.name


def test_clear_sessions_deletes_expired_sessions_only(db):
    from datetime import timedelta

    from django.contrib.sessions.models import Session
    from django.utils import timezone

    from accounts.tasks import clear_sessions

    now = timezone.now()
    for key, ago in (("old", 1), ("new", -1)):
        Session.objects.create(session_key=key, session_data="", expire_date=now - timedelta(days=ago))
    clear_sessions()
    assert list(Session.objects.values_list("session_key", flat=True)) == ["new"]


def test_long_running_tasks_have_low_priority():
    app.loader.import_default_modules()
    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    low_priority = {name for name in scheduled if app.amqp.router.route({}, name).get("priority")}
    assert low_priority == {
        "monitoring.tasks.backfill_keywords",
        "monitoring.tasks.walk_mutes",
        "monitoring.tasks.rescore_mentions",
        "monitoring.tasks.encode_backlog",
        "monitoring.tasks.group_themes",
        "monitoring.tasks.refit_relevance",
        "monitoring.tasks.score_relevance_of_waiting",
        "monitoring.tasks.fill_authors",
        "monitoring.tasks.walk_authors",
        "monitoring.tasks.erase_items",
        "workplace.tasks.continue_bulk_changes",
        "workplace.tasks.send_newsletters",
        "monitoring.tasks.delete_expired_documents",
        "monitoring.tasks.blank_expired_documents",
        "provisioning.tasks.purge_projects",
    }
