"""Weekly posting slots: which one a post falls into, in Paris and Montréal, and two posts at the same time."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from tests.pages import words
from tests.racing import race
from workplace import posts
from workplace.calendar.slots import Slot, next_free, upcoming
from workplace.models import Post, PostingSlot
from workplace.posting_slots import add_slot, plan_in_slot, remove_slot
from workplace.posts import PostValues

PARIS, MONTREAL = ZoneInfo("Europe/Paris"), ZoneInfo("America/Montreal")
TUESDAY = 1


@pytest.mark.parametrize(
    ("zone", "before"), [(PARIS, date(2026, 10, 20)), (MONTREAL, date(2026, 10, 27)), (PARIS, date(2026, 3, 24))]
)
def test_slot_keeps_its_hour_across_daylight_saving_time(zone, before):
    slot = Slot("bluesky", TUESDAY, time(18, 30), zone)
    now = datetime.combine(before, time(12), zone)
    days = [clock.day for _slot, clock in upcoming([slot], now)][:2]
    assert days == [before, before + timedelta(days=7)]
    taken = {("bluesky", datetime.combine(before, time(18, 30), zone).astimezone(UTC))}
    clock = next_free([slot], ["bluesky"], taken, now)
    assert clock.instant.astimezone(zone).replace(tzinfo=None) == datetime.combine(days[1], time(18, 30))


@given(
    now=st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),
    slots=st.lists(st.tuples(st.integers(0, 6), st.times(time(4)), st.sampled_from([PARIS, MONTREAL])), max_size=5),
)
def test_next_slot_is_the_first_after_now(now, slots):
    found = [Slot("x", weekday, at.replace(second=0, microsecond=0), zone) for weekday, at, zone in slots]
    clock = next_free(found, ["x"], set(), now)
    assert (clock is None) == (not slots)
    if clock:
        assert now < clock.instant <= now + timedelta(days=7, hours=1)
    assert next_free(found, ["bluesky"], set(), now) is None


@pytest.fixture
def slots(project, owner):
    owner.time_zone = "Europe/Paris"
    owner.save()
    return [add_slot(project, owner, "bluesky", weekday, time(18, 30)) for weekday in (0, 3)]


def draft(project, owner, **platforms):
    return posts.create_post(project, owner, PostValues(title="Advent", platforms=platforms or {"bluesky": ""}))


def test_posts_fall_into_one_slot_after_the_other(project, owner, slots):
    now = timezone.now()
    planned = [plan_in_slot(draft(project, owner), owner, 1, now) for _number in range(3)]
    times = [post.due_at for post in planned]
    assert times == sorted(set(times)) and times[2] - times[0] <= timedelta(days=7, hours=1)
    assert all(post.due_at.astimezone(PARIS).time() == time(18, 30) for post in planned)
    posts.take_step(planned[0], owner, planned[0].version, "cancel")
    assert plan_in_slot(draft(project, owner), owner, 1, now).due_at == times[0]


def test_post_of_a_platform_without_slots_is_refused(project, owner, slots):
    with pytest.raises(ValidationError):
        plan_in_slot(draft(project, owner, x=""), owner, 1, timezone.now())


@pytest.mark.django_db(transaction=True)
def test_two_posts_planned_at_the_same_time_get_two_slots(project, owner, slots):
    made, now = [draft(project, owner) for _number in range(2)], timezone.now()
    race(*[lambda post=post: plan_in_slot(post, owner, 1, now) for post in made])
    times = list(Post.objects.values_list("due_at", flat=True))
    assert None not in times and len(set(times)) == 2


def test_slots_are_unique_and_can_be_removed(project, owner, slots):
    for values in (("bluesky", 0, time(18, 30)), ("myspace", 0, time(9)), ("x", 7, time(9))):
        with pytest.raises(ValidationError):
            add_slot(project, owner, *values)
    remove_slot(slots[0], owner)
    assert PostingSlot.objects.get() == slots[1]


def test_pages_add_remove_and_fill_slots(as_person, owner, at, project):
    client = as_person(owner)
    page = client.post(at("posting_slot_new"), {"platform": "bluesky", "weekday": "1", "at": "18:30"}, follow=True)
    assert "Tuesday, 6:30 p.m." in words(page)
    assert "Enter a time." in words(client.post(at("posting_slot_new"), {"platform": "x"}, follow=True))
    post = draft(project, owner)
    assert "Plan for next free slot" in words(client.get(at("post", post.pk)))
    client.post(at("post_slot", post.pk), {"version": "1"})
    post.refresh_from_db()
    assert (post.due_day.weekday(), post.due_time) == (TUESDAY, time(18, 30))
    page = client.post(at("post_slot", post.pk), {"version": "1"}, follow=True)
    assert "Another person changed this post" in words(page)
    page = client.post(at("posting_slot_delete", PostingSlot.objects.get().pk), follow=True)
    assert "No posting slots yet." in words(page)
