"""Changes of posts: texts, plans, statuses and approval, with the activity log, and simultaneous edits."""

from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.models import ActivityEntry
from tests.racing import race
from workplace import posts
from workplace.models import Post
from workplace.posts import PostChanged, PostValues

VALUES = PostValues(
    title="  Advent,  day 1 ",
    text="A lamp\r\nper day ",
    kind="offer",
    campaign="Advent",
    platforms={"bluesky": "", "linkedin": "A lamp per day, on LinkedIn"},
    day=date(2026, 10, 25),
    at=time(18, 30),
    time_zone="Europe/Paris",
)


@pytest.fixture
def post(project, manager):
    return posts.create_post(project, manager, VALUES)


def steps(post, user, *names):
    for name in names:
        post = posts.take_step(post, user, post.version, name)
    return post


def actions():
    return list(ActivityEntry.objects.order_by("pk").values_list("action", flat=True))


def test_create_post_stores_texts_plan_and_log(post, project, manager):
    assert (post.title, post.text, post.status) == ("Advent, day 1", "A lamp\nper day", "draft")
    assert post.due_at == datetime(2026, 10, 25, 17, 30, tzinfo=UTC)
    assert dict(post.variants.values_list("platform", "text")) == dict(VALUES.platforms)
    assert actions() == ["post.created"]


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("title", {"title": "  "}),
        ("title", {"title": "x" * 151}),
        ("text", {"text": "a\x00b"}),
        ("kind", {"kind": "opera"}),
        ("platforms", {"platforms": {"myspace": ""}}),
        ("bluesky", {"platforms": {"bluesky": "x" * 70_001}}),
        ("at", {"at": None}),
        ("day", {"day": None}),
        ("day", {"day": date(1200, 1, 1)}),
        ("time_zone", {"time_zone": "Europe/Atlantis"}),
    ],
)
def test_create_post_names_the_field_of_a_wrong_value(project, manager, field, values):
    with pytest.raises(ValidationError) as caught:
        posts.create_post(project, manager, replace(VALUES, **values))
    assert list(caught.value.message_dict) == [field]
    assert not Post.objects.exists()


def test_owner_and_reviewer_are_two_managers_of_the_project(project, manager, owner, viewer, stranger):
    for field, values in (
        ("owner", {"owner": viewer}),
        ("owner", {"owner": stranger}),
        ("reviewer", {"owner": owner, "reviewer": owner}),
    ):
        with pytest.raises(ValidationError) as caught:
            posts.create_post(project, manager, replace(VALUES, **values))
        assert list(caught.value.message_dict) == [field]
    made = posts.create_post(project, manager, replace(VALUES, owner=manager, reviewer=owner))
    assert (made.owner, made.reviewer) == (manager, owner)


def test_change_post_keeps_links_of_platforms_that_stay(post, manager):
    post.variants.filter(platform="bluesky").update(url="https://bsky.app/1")
    changed = posts.change_post(post, manager, 1, replace(VALUES, platforms={"bluesky": "Shorter", "x": ""}))
    assert dict(changed.variants.values_list("platform", "url")) == {"bluesky": "https://bsky.app/1", "x": ""}
    assert changed.version == 2 and actions() == ["post.created", "post.changed"]


def test_change_post_without_a_change_writes_nothing(post, manager):
    assert posts.change_post(post, manager, 1, VALUES).version == 1
    assert actions() == ["post.created"]


def test_change_post_raises_when_another_person_was_first(post, manager, owner):
    posts.change_post(post, owner, 1, replace(VALUES, title="Theirs"))
    with pytest.raises(PostChanged) as caught:
        posts.change_post(post, manager, 1, replace(VALUES, title="Mine"))
    assert caught.value.post.title == "Theirs"


@pytest.mark.django_db(transaction=True)
def test_simultaneous_changes_store_one(project, manager, owner):
    post = posts.create_post(project, manager, VALUES)
    found = race(
        lambda: posts.change_post(post, manager, 1, replace(VALUES, title="Mine")),
        lambda: posts.change_post(post, owner, 1, replace(VALUES, title="Theirs")),
    )
    assert sorted(type(one).__name__ for one in found) == ["Post", "PostChanged"]
    assert Post.objects.get().version == 2


@pytest.mark.parametrize(
    ("zone", "before", "after"),
    [
        ("Europe/Paris", date(2026, 10, 24), date(2026, 10, 26)),
        ("America/Montreal", date(2026, 10, 31), date(2026, 11, 2)),
        ("Europe/Paris", date(2026, 3, 28), date(2026, 3, 30)),
        ("America/Montreal", date(2026, 3, 7), date(2026, 3, 9)),
    ],
)
def test_move_post_keeps_the_hour_across_daylight_saving_time(project, manager, zone, before, after):
    post = posts.create_post(project, manager, replace(VALUES, day=before, time_zone=zone))
    moved = posts.move_post(post, manager, 1, after, time(18, 30))
    assert moved.due_at.astimezone(moved.zone).replace(tzinfo=None) == datetime.combine(after, time(18, 30))


def test_approval_is_by_another_person_and_ends_with_a_new_text(project, post, manager, owner):
    posts.set_rules(project, owner, needs_approval=True)
    with pytest.raises(ValidationError, match="Only approved posts"):
        steps(post, manager, "schedule")
    post = steps(post, manager, "request")
    with pytest.raises(ValidationError):
        steps(post, manager, "approve")
    post = steps(post, owner, "approve", "schedule")
    assert (post.status, post.approved_by) == ("scheduled", owner)
    post = posts.move_post(post, manager, post.version, date(2026, 10, 27), time(9))
    assert post.status == "scheduled"
    post = posts.change_post(post, owner, post.version, replace(VALUES, text="Another text"))
    assert (post.status, post.approved_at, post.written_by) == ("draft", None, owner)


def test_schedule_needs_a_date_and_a_platform(project, manager):
    for values in (replace(VALUES, day=None, at=None), replace(VALUES, platforms={})):
        post = posts.create_post(project, manager, values)
        with pytest.raises(ValidationError):
            steps(post, manager, "schedule")


def test_scheduled_post_keeps_its_date(post, manager):
    post = steps(post, manager, "schedule")
    with pytest.raises(ValidationError) as caught:
        posts.change_post(post, manager, post.version, replace(VALUES, day=None, at=None))
    assert "day" in caught.value.message_dict
    with pytest.raises(IntegrityError), transaction.atomic():
        Post.objects.update(due_day=None, due_time=None, due_at=None)


def test_published_post_has_links_and_no_further_edits(post, manager):
    post = posts.take_step(post, manager, 1, "publish", links={"bluesky": " https://bsky.app/1 "})
    assert post.published_at and post.variants.get(platform="bluesky").url == "https://bsky.app/1"
    with pytest.raises(ValidationError):
        posts.change_post(post, manager, post.version, replace(VALUES, text="Later"))
    post = posts.change_links(post, manager, post.version, {"linkedin": "https://linkedin.com/2"})
    with pytest.raises(ValidationError) as caught:
        posts.change_links(post, manager, post.version, {"linkedin": "javascript:alert(1)"})
    assert "linkedin" in caught.value.message_dict
    assert post.variants.get(platform="linkedin").url == "https://linkedin.com/2"


def test_canceled_post_can_be_reopened(post, manager):
    assert steps(post, manager, "cancel", "reopen").status == "draft"
    assert actions() == ["post.created", "post.canceled", "post.draft"]


def test_returned_post_has_a_comment(post, manager, owner):
    post = steps(post, manager, "request")
    post = posts.take_step(post, owner, post.version, "return", comment="Shorter, please")
    assert (post.status, post.comments.get().text) == ("draft", "Shorter, please")


def test_delete_post_removes_comments_and_is_logged(post, manager):
    posts.add_comment(post, manager, "Shorter?")
    posts.delete_post(post, manager)
    assert not Post.objects.exists() and actions()[-1] == "post.deleted"
