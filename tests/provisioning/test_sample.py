"""The sample world: loaded by one click through the real road, moving, and gone by one click."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from accounts.models import Membership, Project, Role
from alerts.models import Rule
from monitoring.enrichment.score_mentions import analyze_mentions
from monitoring.models import Mention, Source
from monitoring.polling.poller import poll_due
from provisioning.sample.load import load_sample
from provisioning.sample.world import FEEDS, history, published

pytestmark = pytest.mark.django_db(transaction=True)
NOW = timezone.now()
ADDRESS = "http://127.0.0.1:8000/sample"


def test_one_click_fills_a_project_and_another_click_removes_it(stranger, as_person):
    client = as_person(stranger)
    response = client.post(reverse("load_sample"))
    project = Project.objects.get(is_sample=True)
    assert response.url == reverse("overview", args=[project.pk])
    assert Mention.objects.filter(keyword__project=project).count() > 500
    assert not Mention.objects.filter(is_backlog=False).exists()
    assert list(Rule.objects.filter(project=project).order_by("pk").values_list("sentiment", flat=True)) == [
        "",
        "negative",
    ]
    assert client.get(response.url).status_code == 200
    remove = reverse("remove_sample", args=[project.pk])
    assert remove in client.get(reverse("project_settings", args=[project.pk])).text
    assert client.post(remove).status_code == 302
    assert not Project.objects.filter(is_sample=True).exists()
    assert client.get(reverse("overview", args=[project.pk])).status_code == 404


def test_its_mentions_are_judged_by_the_real_model_and_not_all_alike(stranger):
    project = load_sample(stranger)
    assert not Mention.objects.exclude(sentiment="").exists()
    analyze_mentions(budget_s=0)
    judged = Mention.objects.filter(keyword__project=project).exclude(sentiment="")
    assert len(set(judged.values_list("sentiment", flat=True))) >= 3


def test_loading_twice_makes_one_sample_and_a_second_person_joins_it(stranger, owner):
    assert load_sample(stranger) == load_sample(owner) == load_sample(owner)
    assert owner.projects.filter(is_sample=True).exists()


def test_loading_again_gives_a_member_no_greater_role(stranger, viewer, as_person):
    sample = load_sample(stranger)
    Membership.objects.create(project=sample, user=viewer, role=Role.VIEWER)
    assert as_person(viewer).post(reverse("load_sample")).url == reverse("overview", args=[sample.pk])
    assert sample.memberships.get(user=viewer).role == Role.VIEWER


def test_a_project_that_is_no_sample_is_not_removed_by_that_click(project, owner, as_person):
    assert as_person(owner).post(reverse("remove_sample", args=[project.pk])).status_code == 404
    assert Project.objects.filter(pk=project.pk, deleted_at=None).exists()


def test_the_workers_find_a_new_mention_in_the_sample_feeds(stranger, live_server, settings):
    settings.SAMPLE_FEEDS_URL = live_server.url
    load_sample(stranger)
    settled = poll_due()
    assert len(settled) == len(FEEDS)
    assert not any(one.error_code for one in settled)
    assert Mention.objects.filter(is_backlog=False).exists()
    assert Source.objects.exclude(next_poll_at__lt=timezone.now() + timedelta(seconds=30)).count() == 0


def test_sample_feeds_are_not_served_without_a_sample_project(client, db):
    assert client.get(reverse("sample_feed", args=[FEEDS[0].slug])).status_code == 404


def test_the_command_loads_it_for_a_person(stranger):
    out = StringIO()
    call_command("load_sample", stranger.email, stdout=out)
    assert "documents" in out.getvalue()


def test_history_is_the_same_each_time_and_lies_in_the_ninety_days_before():
    for feed in FEEDS:
        entries = history(feed, NOW, ADDRESS)
        assert entries == history(feed, NOW, ADDRESS)
        assert all(NOW - timedelta(days=91) < entry.published < NOW for entry in entries)
        assert len({entry.native_id for entry in entries}) == len(entries)
        assert not any("{" in entry.title + entry.body for entry in entries)


def test_the_crisis_stands_out():
    entries = [entry for feed in FEEDS for entry in history(feed, NOW, ADDRESS)]
    last = sum(NOW - timedelta(days=6) < entry.published for entry in entries)
    before = sum(NOW - timedelta(days=12) < entry.published <= NOW - timedelta(days=6) for entry in entries)
    assert last > 2 * before


def test_a_feed_only_ever_adds_items_and_each_minute_brings_one():
    seen = {}
    for minutes in range(20):
        now = NOW + timedelta(minutes=minutes)
        for feed in FEEDS:
            for entry in published(feed, NOW, now, ADDRESS):
                assert seen.setdefault(entry.native_id, entry) == entry
        if minutes < 15:
            assert any(now - timedelta(minutes=1) <= entry.published <= now for entry in seen.values())
    assert len(seen) > 50
