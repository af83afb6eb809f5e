"""The search in all content in a browser, on desktop and mobile."""

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import ago
from tests.factories import make_documents


@pytest.fixture
def documents(brand, project):
    """Create 120 items that match no keyword."""
    return make_documents(
        project,
        [{"title": f"Lamp {n}", "text": "In the rain.", "published": ago(n)} for n in range(120)],
    )


def test_search_from_any_page_creates_tracked_keyword(open_as, owner, documents, project):
    page = open_as(owner, f"/p/{project.pk}/sources")
    page.keyboard.press("/")
    page.wait_for_url("**/search")
    expect(page.locator("#search")).to_be_focused()
    page.keyboard.type("lamp rain/")
    expect(page.locator("#search")).to_have_value("lamp rain/")
    page.keyboard.press("Backspace")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=*")
    expect(page.get_by_role("heading", name="120 results")).to_be_visible()
    rows = page.locator(".row")
    expect(rows.first.locator("h3")).to_have_text("Lamp 0")
    expect(rows.first).to_contain_text("No matching keyword")
    page.locator(".rows-foot").scroll_into_view_if_needed()
    expect(rows).to_have_count(100)
    page.locator(".rows-foot").scroll_into_view_if_needed()
    expect(rows).to_have_count(120)
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Track this search").click()
    page.wait_for_url("**/keywords/new?query=lamp+rain")


def test_search_shows_query_error_and_links_mentions(open_as, viewer, brand, project):
    page = open_as(viewer, f"/p/{project.pk}/search?q=(lumen")
    expect(page.get_by_role("alert")).to_contain_text("parenthesis")
    page.locator("#search").fill("lumen OR halo")
    page.keyboard.press("Enter")
    page.locator(".row .who", has_text="Halo").first.click()
    page.wait_for_url("**/mentions/*")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_mobile_search_is_in_list_of_all_pages(open_as, viewer, documents, project, language):
    viewer.language = language
    viewer.save()
    page = open_as(viewer, f"/p/{project.pk}/keywords")
    page.set_viewport_size({"width": 360, "height": 740})
    page.locator(".tabbar button").click()
    label = "All content" if language == "en" else "Tout le contenu collecté"
    page.locator("#all-pages").get_by_role("link", name=label).click()
    page.locator("#search").fill("lamp")
    page.keyboard.press("Enter")
    expect(page.locator(".row").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
