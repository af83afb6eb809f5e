"""The periodic tasks of website figures."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from config.celery import app
from tests.lookalikes.website.base import make_visits
from tests.website.factories import make_days, make_website
from website.models import WebsiteDay
from website.tasks import delete_old_figures, read_websites

pytestmark = pytest.mark.django_db


def test_task_reads_what_is_due(matomo, project):
    today = timezone.now().date()
    matomo.visits = make_visits(today - timedelta(days=100), today)
    website = make_website(project, matomo)
    read_websites()
    website.refresh_from_db()
    assert website.error_code == "" and WebsiteDay.objects.count() == 90
    assert website.next_read_at > timezone.now()


def test_task_deletes_old_days(project):
    make_days(make_website(project), timezone.now().date() - timedelta(days=800), [1] * 5)
    delete_old_figures()
    assert not WebsiteDay.objects.exists()


@pytest.mark.parametrize("name", ["read_websites", "delete_old_figures"])
def test_task_is_scheduled_and_runs_where_it_delays_nothing(name):
    task = f"website.tasks.{name}"
    assert [entry for entry in settings.CELERY_BEAT_SCHEDULE.values() if entry["task"] == task]
    assert app.amqp.router.route({}, task)["queue"].name == "fetch"
