"""The query preview of the keyword form in a browser, and the backfill progress."""

import pytest
from playwright.sync_api import expect

from tests.factories import make_documents, make_keyword


@pytest.fixture
def documents(project):
    """Create 12 items that match “lumen”, 8 of them with “ampoule”, and 40 that match “brise”."""
    rows = [{"title": f"Lumen {n}", "text": "une ampoule" if n < 8 else "une lampe"} for n in range(12)]
    return make_documents(project, [*rows, *({"title": "Brise", "text": "du vent"} for _ in range(40))])


def test_distinctive_term_button_adds_exclusion(open_as, manager, project, documents):
    manager.language = "en"
    manager.save()
    page = open_as(manager, f"/p/{project.pk}/keywords/new?query=lumen")
    query, answer = page.get_by_role("textbox", name="Query"), page.locator("#check")
    expect(answer).to_contain_text("12 items match.")
    expect(answer.locator("mark").first).to_have_text("Lumen")
    expect(page.locator("#check-status")).to_have_text("12 items match.")
    page.get_by_role("button", name="ampoule").focus()
    page.keyboard.press("Enter")
    expect(query).to_have_value("lumen -ampoule")
    expect(query).to_be_focused()
    expect(answer).to_contain_text("4 items match.")
    query.press_sequentially(" (")
    expect(page.locator("#query-problem")).to_contain_text("Missing closing parenthesis")
    expect(query).to_have_attribute("aria-invalid", "true")
    expect(answer).to_contain_text("4 items match.")
    query.fill("brise OR lumen")
    expect(answer).to_contain_text("52 items match.")
    expect(query).to_have_attribute("aria-invalid", "false")


def test_edit_preview_shows_changes_and_fits_on_mobile(open_as, owner, project, documents):
    keyword = make_keyword(project, "Lumen", "lumen")
    page = open_as(owner, f"/p/{project.pk}/keywords/{keyword.pk}/edit")
    page.set_viewport_size({"width": 375, "height": 740})
    expect(page.locator("#check")).to_contain_text("12 items match.")
    page.get_by_role("textbox", name="Query").fill("lumen -ampoule OR brise")
    expect(page.get_by_role("region", name="Effect of this change")).to_contain_text("This change adds 40 items.")
    expect(page.get_by_role("region", name="Effect of this change")).to_contain_text("It removes 8 items.")
    assert page.evaluate("document.documentElement.scrollWidth") == 375


def test_backfill_progress_refreshes_until_done(open_as, owner, project, documents):
    keyword = make_keyword(project, "Lumen", "lumen", backfilled_to=documents[26].pk)
    page = open_as(owner, f"/p/{project.pk}/keywords/{keyword.pk}")
    bar = page.get_by_role("progressbar")
    expect(bar).to_have_attribute("aria-valuenow", "50")
    keyword.backfilled_to = documents[13].pk
    keyword.save()
    expect(bar).to_have_attribute("aria-valuenow", "75")
    keyword.backfilled_to = None
    keyword.save()
    expect(page.get_by_role("status")).to_contain_text("Finished searching past items.")
    expect(bar).to_have_count(0)
