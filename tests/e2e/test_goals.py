"""Goals in Chromium: made by keyboard, their chart, own figures, annotations; phone, dark, both languages."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from monitoring.models import Keyword, Source
from tests.e2e.accessibility import check_in_light_and_dark
from tests.factories import make_mentions
from workplace.goals.changes import annotate, create_goal
from workplace.models import FollowerCount, Goal, OwnAccount

DAY = timedelta(days=1)


@pytest.fixture
def history(brand):
    """A brand with more and more mentions over 80 days, and a competitor with as many every day."""
    now = timezone.now()
    Source.objects.update(created_at=now - timedelta(days=300))
    days = [now - day * DAY for day in range(80) for _ in range((95 - day) // 12)]
    labels = ("positive", "neutral", "negative")
    rows = [{"published": day, "sentiment": labels[number % 3]} for number, day in enumerate(days)]
    make_mentions(brand, rows)
    make_mentions(Keyword.objects.get(name="Halo"), [{"published": now - day * DAY} for day in range(80)] * 2)
    return brand


@pytest.fixture
def several(history, owner):
    """Goals of several kinds and states, and an annotation."""
    now, today = timezone.now(), timezone.localdate()
    days = {"starts_on": today - 45 * DAY, "ends_on": today + 45 * DAY, "owner": owner}
    about = {"keyword": history}
    create_goal(history.project, owner, now, name="More mentions", metric="mentions", growth=20, **about, **days)
    create_goal(
        history.project, owner, now, name="Half the voice", metric="share_of_voice", target=60, **about, **days
    )
    create_goal(history.project, owner, now, name="A better mood", metric="net_sentiment", target=30, **about, **days)
    annotate(history.project, owner, "Christmas campaign", today - 10 * DAY, today + 10 * DAY)
    return history


WORDS = {"en": ("Goals", "Pace"), "fr": ("Objectifs", "Rythme")}


@pytest.mark.parametrize("language", ["en", "fr"])
def test_goals_fit_and_are_accessible(several, owner, open_as, language):
    owner.language = language
    owner.save()
    title, pace = WORDS[language]
    page = open_as(owner, f"/p/{several.project_id}/goals")
    expect(page.get_by_role("heading", name=title, level=1)).to_be_visible()
    expect(page.locator(".goal")).to_have_count(3)
    check_in_light_and_dark(page)
    page.get_by_role("link", name="More mentions").click()
    expect(page.get_by_role("heading", name=pace)).to_be_visible()
    expect(page.locator("canvas[data-drawn=true]")).to_have_count(1)
    check_in_light_and_dark(page)


def test_goal_is_made_by_keyboard(history, owner, open_as):
    page = open_as(owner, f"/p/{history.project_id}/goals")
    page.get_by_role("link", name="New goal").press("Enter")
    page.get_by_label("Name").fill("Reach 90")
    expect(page.get_by_label("Unit (optional)")).to_be_hidden()
    page.get_by_label("Metric").select_option("Own figures")
    expect(page.get_by_label("Unit (optional)")).to_be_visible()
    expect(page.get_by_label("Keyword", exact=True)).to_be_hidden()
    page.get_by_label("Unit (optional)").fill("visitors")
    yesterday = timezone.localdate() - DAY
    page.get_by_label("First day").fill(yesterday.isoformat())
    page.get_by_label("Target").fill("90")
    page.get_by_label("Target").press("Enter")
    expect(page.get_by_text("Goal saved.")).to_be_visible()
    page.get_by_label("One per line: date and number").fill(f"{yesterday}; 30")
    page.get_by_role("button", name="Save figures").press("Enter")
    expect(page.get_by_text("Figures saved.")).to_be_visible()
    expect(page.locator(".goal-value")).to_have_text("30\u00a0visitors")


def test_goal_of_followers_is_made_by_keyboard(history, owner, open_as):
    account = OwnAccount.objects.create(
        project=history.project, platform="mastodon", native_id="1", name="@lumen@s.example"
    )
    today = timezone.now().date()
    for days in range(40):
        FollowerCount.objects.create(account=account, day=today - days * DAY, followers=2_040 - days)
    page = open_as(owner, f"/p/{history.project_id}/goals")
    expect(page.get_by_role("row", name="@lumen@s.example")).to_contain_text("2,040")
    check_in_light_and_dark(page)
    page.get_by_role("link", name="New goal").press("Enter")
    page.get_by_label("Name").fill("Reach 3,000")
    expect(page.get_by_label("Account", exact=True)).to_be_hidden()
    page.get_by_label("Metric").select_option("Followers")
    expect(page.get_by_label("Mention filter")).to_be_hidden()
    page.get_by_label("Account", exact=True).select_option("@lumen@s.example (Mastodon)")
    page.get_by_label("Target").fill("3000")
    page.get_by_label("Target").press("Enter")
    expect(page.get_by_text("Goal saved.")).to_be_visible()
    assert Goal.objects.get().account == account


def test_wrong_target_is_named_at_its_field(history, owner, open_as):
    page = open_as(owner, f"/p/{history.project_id}/goals/new")
    page.get_by_label("Name").fill("Reach")
    page.get_by_label("Target").fill("a lot")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("[data-of=target] .errorlist")).to_contain_text("Enter a number.")
    expect(page.get_by_label("Name")).to_have_value("Reach")


def test_annotation_is_added_and_deleted(several, owner, open_as):
    page = open_as(owner, f"/p/{several.project_id}/goals")
    page.get_by_label("Text").fill("Opening in Rennes")
    page.get_by_role("button", name="Add annotation").click()
    expect(page.get_by_text("Opening in Rennes", exact=True)).to_be_visible()
    page.get_by_role("button", name="Delete Opening in Rennes").click()
    expect(page.get_by_text("Annotation deleted.")).to_be_visible()
    expect(page.get_by_text("Opening in Rennes")).to_have_count(0)
