"""The page of themes in Chromium: its parts, what a theme becomes, keyboard, phone, light and dark."""

import re

import pytest
from playwright.sync_api import expect

from tests.dashboards.theme_rows import make_theme
from tests.e2e.accessibility import check_in_light_and_dark
from tests.factories import make_mentions

WORDS = {"en": ("Themes", "More actions"), "fr": ("Thèmes", "Autres actions")}


@pytest.fixture
def themes(brand):
    """Two themes, of which one is hidden, and mentions in none."""
    rows = [{"title": f"Lumen, colis {number}", "sentiment": label} for number, label in enumerate(["negative"] * 3)]
    praise = [{"title": f"Lumen, superbe {number}", "sentiment": "positive"} for number in range(4)]
    make_mentions(brand, 3)
    late = make_theme(
        brand.project, [one.document for one in make_mentions(brand, rows)], "retard de livraison, colis"
    )
    make_theme(brand.project, [one.document for one in make_mentions(brand, praise)], "superbe", is_hidden=True)
    return late


@pytest.mark.parametrize("language", ["en", "fr"])
def test_page_is_accessible_and_fits(themes, manager, open_as, language):
    manager.language = language
    manager.save()
    title, actions = WORDS[language]
    page = open_as(manager, f"/p/{themes.project_id}/themes?period=30d")
    expect(page.get_by_role("heading", name=title, level=1)).to_be_visible()
    expect(page.get_by_role("heading", name="Retard de livraison, colis")).to_be_visible()
    page.locator("summary", has_text=actions).press("Enter")
    check_in_light_and_dark(page)
    page.set_viewport_size({"width": 320, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_a_theme_is_renamed_and_hidden_by_keyboard(themes, english_manager, open_as):
    page = open_as(english_manager, f"/p/{themes.project_id}/themes?period=30d")
    page.locator("summary", has_text="More actions").press("Enter")
    page.get_by_label("Name", exact=True).fill("Nothing arrives")
    page.get_by_label("Name", exact=True).press("Enter")
    expect(page.get_by_role("heading", name="Nothing arrives")).to_be_visible()
    page.locator("summary", has_text="More actions").press("Enter")
    page.get_by_role("button", name="Hide", exact=True).press("Enter")
    expect(page.get_by_role("heading", name="Hidden themes")).to_be_visible()
    expect(page.get_by_role("heading", name="Nothing arrives")).to_have_count(0)
    page.get_by_role("button", name=re.compile("Show again.*Nothing arrives")).press("Enter")
    expect(page.get_by_role("heading", name="Nothing arrives")).to_be_visible()


def test_overview_leads_to_the_mentions_of_a_theme(themes, english_manager, open_as):
    page = open_as(english_manager, f"/p/{themes.project_id}/?period=30d")
    page.get_by_role("link", name="Retard de livraison, colis").click()
    expect(page.get_by_text("Lumen, colis 0").first).to_be_visible()
    expect(page.get_by_text("Lumen, superbe 0")).to_have_count(0)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_compare_page_has_themes_with_links_and_fits(themes, manager, open_as, language):
    manager.language = language
    manager.save()
    page = open_as(manager, f"/p/{themes.project_id}/compare?period=30d")
    table = page.get_by_role("table", name={"en": "By theme", "fr": "Par thème"}[language])
    row = table.get_by_role("row", name=re.compile("Retard de livraison, colis"))
    expect(row.get_by_role("link")).to_have_text(re.compile(r"14\s?%"))
    expect(table.get_by_text("Superbe")).to_have_count(0)
    check_in_light_and_dark(page)
    page.set_viewport_size({"width": 1400, "height": 900})
    row.get_by_role("link").click()
    expect(page.get_by_text("Lumen, colis 0").first).to_be_visible()
