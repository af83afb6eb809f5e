"""The editorial calendar: its month, week and list, the form of a post with its preview, moves, steps, and roles."""

import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from tests.factories import make_keyword, make_mentions
from tests.pages import body_of, words
from workplace import posts
from workplace.models import Post
from workplace.posts import PostValues

PARIS = ZoneInfo("Europe/Paris")
FORM = {
    "title": "Advent, day 1",
    "text": "A lamp per day",
    "kind": "offer",
    "day": "2026-12-01",
    "at": "18:30",
    "time_zone": "Europe/Paris",
    "on_bluesky": "on",
    "on_linkedin": "on",
    "text_linkedin": "A lamp per day, on LinkedIn",
}


@pytest.fixture
def plan(project, owner):
    """`plan("Title", days, hour)`: a post of Ada so many days from today, None for no date."""
    owner.time_zone = "Europe/Paris"
    owner.save()
    today = timezone.localtime(timezone.now(), PARIS).date()

    def plan(title="Advent", days=1, hour=18, status="draft", **values):
        day = None if days is None else today + timedelta(days=days)
        at = None if days is None else time(hour)
        values = {"platforms": {"bluesky": ""}, **values}
        made = PostValues(title=title, text="A lamp", day=day, at=at, time_zone="Europe/Paris", **values)
        post = posts.create_post(project, owner, made)
        if status != "draft":
            Post.objects.filter(pk=post.pk).update(status=status)
            post.refresh_from_db()
        return post

    return plan


def tiles(body):
    return [
        " ".join(re.sub(r"<[^>]+>", " ", tile).split())
        for tile in re.findall(r'<a class="slot".*?</a>', body, flags=re.S)
    ]


def test_calendar_without_posts_says_what_to_do(as_person, owner, viewer, at, read):
    assert "No posts yet" in read(as_person(owner), at("calendar"))
    assert at("post_new") in body_of(as_person(owner).get(at("calendar")))
    assert at("post_new") not in body_of(as_person(viewer).get(at("calendar")))


def test_month_shows_hour_title_status_and_platform(as_person, owner, at, plan):
    post = plan("Advent", 1, 18, "scheduled")
    body = body_of(as_person(owner).get(f"{at('calendar')}?day={post.due_day}"))
    assert tiles(body) == ["● 6 p.m. Advent , Scheduled, Bluesky"]


def test_month_of_a_person_elsewhere_shows_their_hour_and_day(as_person, owner, at, plan):
    post = plan("Advent", 1, 2)
    owner.time_zone = "America/Montreal"
    owner.save()
    day_before = post.due_day - timedelta(days=1)
    days = as_person(owner).get(f"{at('calendar')}?day={day_before}").context["page"].grid.days
    assert [day.day for day in days if day.tiles] == [day_before]


def test_month_folds_what_a_day_has_beyond_four(as_person, owner, at, plan, read):
    made = [plan(f"Post {number}", 1, 8 + number) for number in range(6)]
    client = as_person(owner)
    month = client.get(f"{at('calendar')}?day={made[0].due_day}")
    assert len(tiles(body_of(month))) == 4 and "2 more posts" in words(month)
    week = read(client, f"{at('calendar')}?view=week&day={made[0].due_day}")
    assert all(f"Post {number}" in week for number in range(6)) and "more post" not in week


def test_calendar_names_late_posts_gaps_busy_hours_and_types(as_person, owner, at, plan, read):
    client = as_person(owner)
    plan("Yesterday", -1, 9, "scheduled")
    for hour in range(12, 17):
        plan("Offer", 5, hour, kind="offer")
    text = read(client, at("calendar"))
    assert "1 scheduled post is past its time" in text
    assert "Nothing is planned for" in text and "5 posts on the afternoon of" in text
    assert "5 of 6 posts are of type “Offer”" in text
    Post.objects.filter(title="Yesterday").update(status="published")
    assert "Next post:" in read(client, at("calendar"))


@pytest.mark.parametrize(
    "query", ["?day=x", "?day=9999-12-31", "?day=0001-01-01", "?view=year", "?view=list&cursor=x"]
)
def test_calendar_ignores_unusable_parameters(as_person, viewer, at, query):
    assert as_person(viewer).get(f"{at('calendar')}{query}").status_code == 200


def test_list_pages_by_time_and_filters(as_person, owner, at, plan):
    for number in range(52):
        plan(f"Post {number:02}", 1 + number // 10, number % 10)
    plan("Old", -3), plan("Someday", None), plan("Photo", 2, 20, kind="photo", platforms={"x": ""})
    client = as_person(owner)

    def rows(query):
        page = client.get(f"{at('calendar')}?{query}").context["list"]
        return [tile.post.title for tile in page.rows], page.next_query

    first, following = rows("view=list")
    second, last = rows(following)
    assert len(first) == 50 and len(second) == 3 and last == ""
    assert sorted(first + second) == sorted([*(f"Post {number:02}" for number in range(52)), "Photo"])
    assert rows("view=list&which=past")[0] == ["Old"]
    assert rows("view=list&which=undated")[0] == ["Someday"]
    assert rows("view=list&kind=photo")[0] == rows("view=list&platform=x")[0] == ["Photo"]
    assert rows("view=list&status=published")[0] == []


def test_form_creates_a_draft_or_an_idea(as_person, manager, at, project):
    client = as_person(manager)
    client.post(at("post_new"), FORM)
    post = Post.objects.get()
    assert (post.status, post.due_day, post.due_time) == ("draft", date(2026, 12, 1), time(18, 30))
    assert dict(post.variants.values_list("platform", "text")) == {
        "bluesky": "",
        "linkedin": "A lamp per day, on LinkedIn",
    }
    client.post(at("post_new"), {"title": "Someday", "kind": "photo", "time_zone": "UTC", "idea": "1"})
    assert Post.objects.get(title="Someday").status == "idea"


def test_form_keeps_the_input_and_names_the_error(as_person, owner, at):
    response = as_person(owner).post(at("post_new"), {**FORM, "title": "", "at": "25:00"})
    assert response.status_code == 400 and "A lamp per day, on LinkedIn" in response.content.decode()
    assert set(response.context["form"].errors) == {"title", "at"}
    assert not Post.objects.exists()


def test_form_of_a_changed_post_asks_to_reload(as_person, owner, at, plan):
    post = plan()
    posts.move_post(post, owner, 1, date(2026, 12, 24), time(9))
    response = as_person(owner).post(at("post_edit", post.pk), {**FORM, "version": "1"})
    assert response.status_code == 400 and "Another person changed this post" in response.content.decode()
    client = as_person(owner)
    assert client.post(at("post_edit", post.pk), {**FORM, "version": "2"}).status_code == 302
    post.refresh_from_db()
    assert (post.title, post.version) == ("Advent, day 1", 3)


def test_preview_counts_as_each_platform_counts(as_person, manager, at):
    manager.language = "en"
    manager.save()
    text = "👩‍👩‍👧" * 301
    response = as_person(manager).post(at("post_check"), {"text": text, "on_bluesky": "on", "on_linkedin": "on"})
    assert "301 of 300 characters" in response.content.decode()
    assert "1 character too many" in response.content.decode()
    assert "Choose platforms" in as_person(manager).post(at("post_check"), {"text": "x"}).content.decode()
    assert not Post.objects.exists()


def test_move_from_the_calendar_keeps_the_hour_across_daylight_saving_time(as_person, owner, at, project):
    owner.time_zone = "America/Montreal"
    owner.save()
    values = PostValues(title="Advent", day=date(2026, 10, 24), at=time(18, 30), time_zone="Europe/Paris")
    post = posts.create_post(project, owner, values)
    data = {"day": "2026-11-02", "version": "1", "view": "month", "shown": "2026-11-01"}
    response = as_person(owner).post(at("post_move", post.pk), data, headers={"hx-request": "true"})
    assert response.status_code == 200 and "<html" not in response.content.decode()
    post.refresh_from_db()
    assert post.due_at.astimezone(PARIS) == datetime(2026, 11, 2, 18, 30, tzinfo=PARIS)
    response = as_person(owner).post(at("post_move", post.pk), data, headers={"hx-request": "true"})
    assert "Another person changed this post" in response.content.decode()


def test_move_by_form_sets_day_and_time_of_the_posts_own_zone(as_person, owner, at, plan):
    post = plan()
    owner.time_zone = "Asia/Tokyo"
    owner.save()
    as_person(owner).post(at("post_move", post.pk), {"day": "2026-12-24", "at": "07:45", "version": "1"})
    post.refresh_from_db()
    assert (post.due_day, post.due_time) == (date(2026, 12, 24), time(7, 45))


def test_undated_post_that_is_dropped_on_a_day_gets_an_hour(as_person, owner, at, plan):
    post = plan("Someday", None)
    as_person(owner).post(at("post_move", post.pk), {"day": "2026-12-24", "version": "1"})
    post.refresh_from_db()
    assert (post.due_day, post.due_time) == (date(2026, 12, 24), time(9))


def test_page_leads_from_draft_to_published_with_link(as_person, owner, at, plan, read):
    post = plan()
    client, step = as_person(owner), at("post_step", post.pk)
    assert "Schedule" in read(client, at("post", post.pk))
    client.post(step, {"step": "schedule", "version": "1"})
    assert "Scheduled" in read(client, at("post", post.pk))
    response = client.post(
        step, {"step": "publish", "version": "2", "link_bluesky": "javascript:alert(1)"}, follow=True
    )
    assert "Enter a web address" in words(response)
    client.post(step, {"step": "publish", "version": "2", "link_bluesky": "https://bsky.app/post/1"})
    body = body_of(client.get(at("post", post.pk)))
    assert 'href="https://bsky.app/post/1"' in body and at("post_edit", post.pk) not in body
    response = client.post(step, {"step": "cancel", "version": "3"}, follow=True)
    assert "current status" in words(response)


def test_page_says_what_is_missing_where_approval_is_required(as_person, owner, english_manager, at, plan, read):
    post = plan()
    as_person(owner).post(at("calendar_settings"), {"needs_approval": "on"})
    text = read(as_person(owner), at("post", post.pk))
    assert "Only approved posts can be scheduled in this project." in text and "Request approval" in text
    as_person(owner).post(at("post_step", post.pk), {"step": "request", "version": "1"})
    assert "Another person must approve" in read(as_person(owner), at("post", post.pk))
    assert "Approve" in read(as_person(english_manager), at("post", post.pk))


def test_comments_are_listed_and_empty_ones_are_refused(as_person, owner, at, plan, read):
    post = plan()
    client = as_person(owner)
    assert client.post(at("post_comment", post.pk), {"comment": " "}).status_code == 400
    client.post(at("post_comment", post.pk), {"comment": "Shorter?\n<b>"})
    assert "Shorter? <b>" in read(client, at("post", post.pk))


def test_viewer_reads_and_only_admins_change_the_rules(as_person, viewer, manager, at, plan, read):
    post = plan()
    assert "A lamp" in read(as_person(viewer), at("post", post.pk))
    for name in ("post_edit", "post_move", "post_step", "post_comment", "post_delete"):
        assert as_person(viewer).post(at(name, post.pk)).status_code == 403
    assert as_person(viewer).post(at("post_check")).status_code == 403
    assert as_person(manager).post(at("calendar_settings"), {}).status_code == 403
    assert "Admins can change this." in read(as_person(viewer), at("calendar_settings"))


def test_delete_leads_back_to_the_calendar(as_person, owner, at, plan):
    response = as_person(owner).post(at("post_delete", plan().pk), follow=True)
    assert "Post “Advent” deleted." in words(response) and not Post.objects.exists()


def test_good_hours_come_from_mentions_of_the_brand(as_person, owner, at, plan, project, read):
    keyword = make_keyword(project, "Lumen", "lumen", type="brand")
    client = as_person(owner)
    assert "0 mentions of your brand in 90 days are too few" in read(client, at("calendar_hours"))
    noon = timezone.localtime(timezone.now(), PARIS).replace(hour=12, minute=10)
    make_mentions(keyword, [{"published": noon - timedelta(days=number % 60 + 1)} for number in range(360)])
    plan("At noon", 2, 12), plan("At night", 3, 3)
    text = read(client, at("calendar_hours"))
    assert "noon" in text and "At night" in text and "At noon" not in text
    quiet = client.get(f"{at('post_hour')}?day=2026-12-01&at=03:00&time_zone=Europe/Paris").content.decode()
    assert "Few people publish" in quiet
    for query in ("?day=2026-12-01&at=12:00&time_zone=Europe/Paris", "?day=x&at=y", ""):
        assert "Few people" not in client.get(f"{at('post_hour')}{query}").content.decode()
