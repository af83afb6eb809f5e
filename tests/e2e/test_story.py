"""Stories in a browser: split, join and undo by keyboard, and a decision about a row that stands for a story."""

import pytest
from playwright.sync_api import expect

from monitoring.models import Document, Mention
from tests.e2e.accessibility import ALL_RULES, AXE, FIND_CUT_OFF, RUN_AXE, SET_OPEN
from tests.e2e.conftest import ago
from tests.e2e.held_requests import HeldRequests
from tests.factories import make_mention, make_story


@pytest.fixture
def story(brand):
    return make_story(brand, [{"title": f"Recall {number}", "published": ago(9 - number)} for number in range(3)])


def expect_accessible(page):
    page.evaluate(AXE.read_text())
    assert page.evaluate(RUN_AXE, ALL_RULES) == []


def rows(page):
    return page.locator(".story-item")


def test_items_are_split_and_joined_and_returned_by_keyboard(open_as, owner, brand, project, story):
    make_mention(brand, title="Zebra crossing", text="Zebra")
    page = open_as(owner, f"/p/{project.pk}/stories/{story.pk}")
    expect(rows(page)).to_have_count(3)
    rows(page).nth(2).locator("[data-pick]").focus()
    page.keyboard.press("Space")
    expect(page.locator("[data-picked-count]")).to_have_text("1 selected")
    page.locator("#split summary").focus()
    page.keyboard.press("Enter")
    expect_accessible(page)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("[data-changed-story]")).to_contain_text("1 item split from this story.")
    expect(page.locator("[data-changed-story]")).to_be_focused()
    expect(rows(page)).to_have_count(2)
    expect_accessible(page)
    page.keyboard.press("u")
    expect(rows(page)).to_have_count(3)
    assert Document.objects.filter(story=story).count() == 3

    page.keyboard.press("/")
    page.keyboard.type("zebra")
    page.keyboard.press("Enter")
    expect(page.locator(".story-found")).to_have_count(1)
    page.locator(".story-found input").focus()
    page.keyboard.press("Space")
    expect_accessible(page)
    page.keyboard.press("Enter")
    expect(page.locator("[data-changed-story]")).to_contain_text("1 item joined to this story.")
    expect(rows(page)).to_have_count(4)
    page.set_viewport_size({"width": 320, "height": 800})
    rows(page).first.locator("[data-pick]").check(force=True)
    page.evaluate(SET_OPEN)
    assert page.evaluate(FIND_CUT_OFF) == []
    page.keyboard.press("u")
    expect(rows(page)).to_have_count(3)


def test_key_on_a_story_row_decides_about_its_items_and_is_undone(open_as, owner, project, story):
    page = open_as(owner, f"/p/{project.pk}/mentions?status=to_review&period=7d&stories=fold")
    row = page.locator(f'[data-mention][data-story="{story.pk}"]')
    row.locator("[data-open]").click()
    expect(page.locator("[data-whole-story]")).to_be_checked()
    page.keyboard.press("i")
    expect(page.locator(".toast")).to_contain_text("3 items ignored.")
    expect(row).to_have_count(0)
    page.keyboard.press("u")
    expect(row).to_have_attribute("data-others", "2")
    assert not Mention.objects.exclude(status="to_review").exists()

    page.keyboard.press("-")
    expect(page.locator(".toast")).to_contain_text("Sentiment corrected to “Negative”. 3 mentions changed.")
    assert set(Mention.objects.filter(story=story).values_list("sentiment", flat=True)) == {"negative"}
    expect(page.locator("#detail [data-label=negative]")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("u")
    expect(page.locator("#detail [data-label=negative]")).to_have_attribute("aria-pressed", "false")
    assert "negative" not in Mention.objects.filter(story=story).values_list("sentiment", flat=True)
    page.keyboard.press("x")
    page.keyboard.press("+")
    expect(page.locator(".toast")).to_contain_text("3 mentions changed.")
    page.keyboard.press("u")
    expect(row.locator("[data-sign]")).not_to_have_attribute("data-tone", "pos")

    page.locator("[data-whole-story]").uncheck()
    page.locator("#detail").get_by_role("button", name="Ignore", exact=True).click()
    expect(row).to_have_attribute("data-others", "1")
    expect(row).to_contain_text("Recall 1")
    page.locator(".toast button").click()
    expect(row).to_have_attribute("data-others", "2")
    expect(row).to_have_count(1)
    assert not Mention.objects.exclude(status="to_review").exists()


def open_story(open_as, owner, project, story):
    """Open the list with one row per story, and the story in its pane. Return the page and the row."""
    page = open_as(owner, f"/p/{project.pk}/mentions?status=to_review&period=7d&stories=fold")
    row = page.locator(f'[data-mention][data-story="{story.pk}"]')
    row.locator("[data-open]").click()
    expect(page.locator("[data-whole-story]")).to_be_checked()
    return page, row


@pytest.mark.usefixtures("early_routing")
def test_choice_of_one_item_stays_when_the_pane_loads_again(open_as, owner, project, story):
    page, row = open_story(open_as, owner, project, story)
    pane = HeldRequests(page, f"**/p/{project.pk}/mentions/{row.get_attribute('data-mention')}?*")
    row.locator("[data-open]").click()
    choice = page.locator("[data-whole-story]")
    choice.uncheck()
    choice.evaluate("box => { box.dataset.former = '' }")
    pane.release()
    expect(page.locator("[data-former]")).to_have_count(0)
    expect(choice).not_to_be_checked()


@pytest.mark.usefixtures("early_routing")
def test_choice_of_one_item_applies_to_a_change_that_waits_for_an_earlier_one(open_as, owner, project, story):
    page, row = open_story(open_as, owner, project, story)
    first = row.get_attribute("data-mention")
    page.locator("[data-whole-story]").uncheck()
    correction = HeldRequests(page, "**/mentions/sentiment")
    page.keyboard.press("-")
    page.keyboard.press("i")
    page.keyboard.press("j")
    expect(page.locator("#detail [data-reading]")).not_to_have_attribute("data-reading", first)
    correction.release()
    expect(row).to_have_attribute("data-others", "1")
    assert list(Mention.objects.filter(status="ignored").values_list("pk", flat=True)) == [int(first)]
