"""The editorial calendar in Chromium: a post from the form to another day, by keyboard and by mouse."""

from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.e2e.accessibility import check_in_light_and_dark
from workplace import posts
from workplace.models import Post
from workplace.posts import PostValues

WORDS = {
    "en": {"new": "New post", "title": "Title", "save": "Save draft", "counted": "14 of 300 characters"},
    "fr": {
        "new": "Nouveau contenu",
        "title": "Titre",
        "save": "Enregistrer le brouillon",
        "counted": "14 caractères sur 300",
    },
}


@pytest.fixture
def advent(project, owner):
    """A post on the 9th of next month, so there are days of the same month around it."""
    owner.time_zone = "Europe/Paris"
    owner.save()
    today = timezone.localtime(timezone.now(), ZoneInfo("Europe/Paris")).date()
    day = (today.replace(day=28) + timedelta(days=5)).replace(day=9)
    values = PostValues(
        title="Advent", text="A lamp", platforms={"bluesky": ""}, day=day, at=time(18), time_zone="Europe/Paris"
    )
    return posts.create_post(project, owner, values)


def day_of(page, day: date):
    return page.locator(f'[data-day="{day}"]')


@pytest.mark.parametrize("language", ["en", "fr"])
def test_post_is_written_with_live_counts_and_appears_in_the_month(open_as, owner, project, language):
    owner.language, words = language, WORDS[language]
    owner.save()
    page = open_as(owner, f"/p/{project.pk}/calendar")
    page.get_by_role("main").get_by_role("link", name=words["new"]).first.click()
    page.get_by_label(words["title"], exact=True).fill("Avent, jour 1")
    page.locator("#id_on_bluesky").focus()
    page.keyboard.press("Space")
    page.locator("#id_text").fill("👩‍👩‍👧 Une lampe 🎄!")
    expect(page.locator(".post-preview")).to_contain_text(words["counted"])
    page.locator("summary", has_text="Bluesky").press("Enter")
    page.locator("#id_text_bluesky").fill("x" * 301)
    expect(page.locator(".post-preview .t-neg")).to_contain_text("301")
    page.locator("#id_text_bluesky").fill("")
    page.locator("#id_day").fill(str(timezone.localtime(timezone.now(), owner.zone).date()))
    page.get_by_role("button", name=words["save"]).press("Enter")
    expect(page.locator(".post-text")).to_have_text("👩‍👩‍👧 Une lampe 🎄!")
    page.locator(".bar-back a").click()
    expect(page.locator(".slot", has_text="Avent, jour 1")).to_have_count(1)


def test_post_moves_by_keyboard_and_by_dragging_and_keeps_its_hour(open_as, owner, project, advent):
    page = open_as(owner, f"/p/{project.pk}/calendar?day={advent.due_day}")
    page.locator(".slot", has_text="Advent").focus()
    page.keyboard.press("Shift+ArrowRight")
    tomorrow = advent.due_day + timedelta(days=1)
    expect(day_of(page, tomorrow).locator(".slot")).to_be_focused()
    expect(page.locator("[data-said]")).to_contain_text("“Advent” moved to")
    page.keyboard.press("Shift+ArrowDown")
    later = tomorrow + timedelta(days=7)
    expect(day_of(page, later).locator(".slot")).to_be_focused()
    target = later + timedelta(days=1)
    page.locator(".slot", has_text="Advent").drag_to(day_of(page, target))
    expect(day_of(page, target).locator(".slot")).to_contain_text("6 p.m.")
    advent.refresh_from_db()
    assert (advent.due_day, advent.due_time) == (target, time(18))


def test_post_that_another_person_moved_meanwhile_stays_where_it_is(open_as, owner, manager, project, advent):
    page = open_as(owner, f"/p/{project.pk}/calendar?day={advent.due_day}")
    posts.move_post(advent, manager, 1, advent.due_day + timedelta(days=2), time(9))
    page.locator(".slot", has_text="Advent").focus()
    page.keyboard.press("Shift+ArrowRight")
    expect(page.locator("[data-said]")).to_contain_text("Another person changed this post")
    expect(day_of(page, advent.due_day + timedelta(days=2)).locator(".slot")).to_contain_text("9 a.m.")


def test_idea_is_dropped_on_a_day_of_the_week(open_as, owner, project, advent):
    posts.create_post(project, owner, PostValues(title="Someday", time_zone="Europe/Paris"), "idea")
    page = open_as(owner, f"/p/{project.pk}/calendar?view=week&day={advent.due_day}")
    page.locator(".slot", has_text="Someday").drag_to(day_of(page, advent.due_day))
    expect(day_of(page, advent.due_day).locator(".week-card")).to_have_count(2)
    assert Post.objects.get(title="Someday").due_day == advent.due_day


@pytest.mark.parametrize("view", ["month", "week", "list"])
def test_calendar_fits_a_phone_and_is_accessible(open_as, owner, project, advent, view):
    for number in range(6):
        posts.create_post(
            project, owner, PostValues(title="Donaudampfschifffahrt" * 4, day=advent.due_day, at=time(8 + number))
        )
    page = open_as(owner, f"/p/{project.pk}/calendar?view={view}&day={advent.due_day}")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    check_in_light_and_dark(page)


def test_status_follows_buttons_by_keyboard(open_as, owner, project, advent):
    page = open_as(owner, f"/p/{project.pk}/calendar/posts/{advent.pk}")
    page.get_by_role("button", name="Schedule", exact=True).press("Enter")
    expect(page.locator("aside .badge").first).to_have_text("Scheduled")
    page.locator("summary", has_text="Mark as published").press("Enter")
    page.get_by_label("Link on Bluesky").fill("https://bsky.app/post/1")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="bsky.app/post/1")).to_be_visible()
