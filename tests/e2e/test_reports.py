"""A report in Chromium, in both languages: from the builder to a share link to the revoked link."""

import pytest
from playwright.sync_api import expect

WORDS = {
    "en": {"new": "New report", "summary": "Summary", "save": "Save", "link": "Create link", "revoke": "Revoke"},
    "fr": {
        "new": "Nouveau rapport",
        "summary": "Bilan",
        "save": "Enregistrer",
        "link": "Créer un lien",
        "revoke": "Révoquer",
    },
}


@pytest.mark.parametrize("language", ["en", "fr"])
def test_report_goes_from_builder_to_share_link_to_revoked(open_as, owner, brand, browser, language):
    owner.language, words = language, WORDS[language]
    owner.save()
    page = open_as(owner, f"/p/{brand.project_id}/reports")
    page.get_by_role("button", name=words["new"]).click()
    preview, sections = page.locator("[data-preview]"), page.locator("[data-sections] li")
    page.locator("#title").fill("Revue d’été")
    expect(preview.locator("h1")).to_have_text("Revue d’été")
    expect(preview.locator("h2").first).to_have_text(words["summary"])
    # By keyboard: the focus stays on the button of the section.
    page.locator('[name=move][value="down:summary"]').focus()
    page.keyboard.press("ArrowDown")
    expect(preview.locator("h2").nth(1)).to_have_text(words["summary"])
    expect(page.locator('[name=move][value="down:summary"]')).to_be_focused()
    page.locator(".report-grip").nth(1).drag_to(sections.first)
    expect(preview.locator("h2").first).to_have_text(words["summary"])
    page.locator('[name=section][value="authors"]').uncheck()
    expect(preview.locator("#report-authors")).to_have_count(0)
    page.locator(".form-foot").get_by_role("button", name=words["save"]).click()
    page.get_by_role("button", name=words["link"]).click()
    address = page.locator(".report-url").get_attribute("href")
    visitor = browser.new_page()
    visitor.goto(page.url.split("/p/")[0] + "/" + address.split("/", 3)[3])
    expect(visitor.locator("h1")).to_have_text("Revue d’été")
    page.get_by_role("button", name=words["revoke"]).click()
    expect(page.locator(".report-url")).to_have_count(0)
    assert visitor.reload().status == 404
    visitor.close()
