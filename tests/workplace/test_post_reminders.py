"""Reminders of scheduled posts: once per planned time, also if a worker is killed; the emails of approvals."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from accounts.models import Membership
from delivery.models import Delivery
from tests.forks import is_killed
from tests.racing import race
from workplace import posts
from workplace.models import Post
from workplace.post_reminders import remind
from workplace.posts import PostValues
from workplace.tasks import remind_of_posts

PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture
def schedule(project, manager):
    """`schedule(minutes)`: a scheduled post of Marc, due so many minutes ago."""

    def schedule(minutes=5, **values):
        at = (timezone.now() - timedelta(minutes=minutes)).astimezone(PARIS)
        values = {"owner": manager, "platforms": {"bluesky": "", "linkedin": "On LinkedIn"}, **values}
        plan = {"day": at.date(), "at": at.time().replace(second=0, microsecond=0), "time_zone": "Europe/Paris"}
        post = posts.create_post(project, manager, PostValues(title="Avent", text="A lamp\n🎄", **plan, **values))
        return posts.take_step(post, manager, 1, "schedule")

    return schedule


def reminders():
    return list(Delivery.objects.filter(kind="post").order_by("pk").values_list("recipient", flat=True))


def test_owner_is_reminded_once_with_the_texts_to_copy(schedule, manager):
    post = schedule()
    remind_of_posts()
    remind_of_posts()
    mail = Delivery.objects.get(kind="post")
    assert mail.recipient == manager.email and mail.subject.startswith("À publier maintenant")
    assert "--- Bluesky ---\nA lamp\n🎄\n" in mail.text and "--- LinkedIn ---\nOn LinkedIn\n" in mail.text
    assert f"/p/{post.project_id}/calendar/posts/{post.pk}" in mail.text


def test_posts_that_are_not_due_or_not_scheduled_are_left(schedule, manager):
    schedule(minutes=-30)
    for step in ("publish", "cancel", "unschedule"):
        post = schedule()
        posts.take_step(post, manager, post.version, step)
    assert remind(timezone.now()) == 0 and reminders() == []


def test_moved_post_gets_another_reminder(schedule, manager):
    post = schedule()
    assert remind(timezone.now()) == 1
    post.refresh_from_db()
    later = timezone.now() + timedelta(days=1)
    moved = posts.move_post(post, manager, post.version, post.due_day + timedelta(days=1), post.due_time)
    assert moved.reminded_at is None and remind(timezone.now()) == 0
    assert remind(later + timedelta(hours=1)) == 1
    assert reminders() == [manager.email] * 2


def test_without_an_owner_in_the_project_all_managers_are_reminded(schedule, manager, owner):
    schedule(owner=None)
    remind(timezone.now())
    assert sorted(reminders()) == sorted([manager.email, owner.email])
    schedule(owner=manager)
    Membership.objects.filter(user=manager).update(role="viewer")
    remind(timezone.now())
    assert reminders().count(owner.email) == 2


def test_deleted_project_reminds_nobody(schedule, project):
    schedule()
    project.deleted_at = timezone.now()
    project.save()
    assert remind(timezone.now()) == 0


@pytest.mark.django_db(transaction=True)
def test_run_killed_at_any_statement_reminds_once(schedule, manager):
    pk = schedule().pk
    kill_at = 1
    while is_killed(lambda: remind(timezone.now()), kill_at):
        assert len(reminders()) == Post.objects.exclude(reminded_at=None).count()
        kill_at += 1
    assert kill_at > 5 and reminders() == [manager.email]
    assert Post.objects.get(pk=pk).reminded_at


@pytest.mark.django_db(transaction=True)
def test_two_runs_remind_once(schedule, manager):
    for _number in range(3):
        schedule()
    found = race(lambda: remind(timezone.now()), lambda: remind(timezone.now()))
    assert sum(found) <= 3
    remind(timezone.now())
    assert reminders() == [manager.email] * 3


def test_second_reader_and_writer_get_emails_of_an_approval(project, manager, owner):
    values = PostValues(title="Advent", owner=manager, reviewer=owner)
    post = posts.create_post(project, manager, values)
    post = posts.take_step(post, manager, 1, "request")
    asked = Delivery.objects.get(kind="approval")
    assert (asked.recipient, asked.subject) == (
        owner.email,
        "marc@example.com asks you to approve the post “Advent”",
    )
    posts.take_step(post, owner, 2, "approve")
    decided = Delivery.objects.filter(kind="approval").exclude(pk=asked.pk).get()
    assert decided.recipient == manager.email and "a validé le contenu" in decided.subject
    assert f"/calendar/posts/{post.pk}" in decided.text
