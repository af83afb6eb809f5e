"""Similar mentions and the search by meaning in a browser: by keyboard, on a phone, and accessible."""

import pytest
from playwright.sync_api import expect

from tests.e2e.accessibility import ALL_RULES, AXE, FIND_CUT_OFF, RUN_AXE
from tests.factories import make_mention, make_story

CLOSE, RELATED = "late delivery of lamps", "late lamps delivery and broken switch parts"
PHONE = {"width": 320, "height": 640}

pytestmark = pytest.mark.usefixtures("stand_in_encoder")


@pytest.fixture
def asked(brand, stand_in_encoder):
    story = make_story(brand, [{"title": f"{RELATED} {number}"} for number in range(2)])
    mention = make_mention(brand, title=CLOSE)
    stand_in_encoder.store([mention.document, *story.documents.all()])
    return mention


def expect_accessible(page):
    page.evaluate(AXE.read_text())
    assert page.evaluate(RUN_AXE, ALL_RULES) == []
    assert page.evaluate(FIND_CUT_OFF) == []


def test_similar_mentions_load_in_the_pane_and_lead_to_their_page(open_as, owner, project, asked):
    page = open_as(owner, f"/p/{project.pk}/mentions/{asked.pk}")
    link = page.get_by_role("link", name="Show mentions like this one")
    link.focus()
    page.keyboard.press("Enter")
    similar = page.locator("#similar")
    expect(similar).to_contain_text(RELATED)
    expect(similar).to_contain_text("and 1 more in its story")
    expect_accessible(page)
    similar.get_by_role("link", name="View all similar mentions").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(CLOSE)
    expect(page.locator(".story-item")).to_have_count(1)
    expect_accessible(page)
    page.set_viewport_size(PHONE)
    expect_accessible(page)


def test_search_box_finds_by_meaning(open_as, owner, project, asked):
    page = open_as(owner, f"/p/{project.pk}/mentions")
    page.locator("#search").fill(f'~"{CLOSE}"')
    page.keyboard.press("Enter")
    rows = page.locator("[data-mention]")
    expect(rows.first).to_contain_text("Very similar")
    expect(rows.first).to_contain_text(CLOSE)
    expect(page.locator("#by-meaning")).to_be_visible()
    expect_accessible(page)
    page.goto(page.url.replace("/mentions", "/search"))
    expect(page.locator("#by-meaning")).to_contain_text("Found by meaning")
    expect_accessible(page)
    page.set_viewport_size(PHONE)
    expect_accessible(page)
