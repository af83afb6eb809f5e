"""The match explainer in a browser: from a mention, and for a pasted text."""

from playwright.sync_api import expect


def test_explainer_opens_from_mention_and_checks_pasted_text(open_as, viewer, brand, project):
    page = open_as(viewer, f"/p/{project.pk}/mentions/{brand.mentions.latest('published').pk}")
    page.get_by_role("link", name="Explain this match").click()
    expect(page.get_by_role("heading", name="Matches “Lumen”")).to_be_visible()
    expect(page.get_by_role("link", name="This item is a mention of this keyword")).to_be_visible()
    expect(page.locator(".explain-text mark").first).to_have_text("Lumen")
    page.get_by_label("Or paste a text").fill("Halo brille <b>partout</b>")
    page.get_by_label("Keyword", exact=True).select_option("All keywords")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Explain", exact=True).press("Enter")
    expect(page.get_by_role("heading", name="1 of 2 keywords matches")).to_be_visible()
    page.get_by_role("button", name="See why Lumen").click()
    expect(page.locator("#verdict-title")).to_contain_text("Doesn’t match “Lumen”")
    expect(page.locator(".explain-tree > li:has(> .explain-line > [data-sign=unmet])")).to_contain_text("not found")
    assert "text=Halo" in page.url
