"""From a mention to why it is there, and on to a text of one's own."""

from playwright.sync_api import expect


def test_a_person_asks_why_from_a_mention_and_then_about_a_text(open_as, viewer, world, project):
    page = open_as(viewer, f"/p/{project.pk}/mentions/{world.mentions.latest('published').pk}")
    page.get_by_role("link", name="The query part by part").click()
    expect(page.get_by_role("heading", name="It matches “Lumen”")).to_be_visible()
    expect(page.get_by_role("link", name="It is a mention of this keyword")).to_be_visible()
    expect(page.locator(".reading mark").first).to_have_text("Lumen")
    page.get_by_label("Or a text").fill("Halo brille <b>partout</b>")
    page.get_by_label("Keyword", exact=True).select_option("All keywords")
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Ask why").press("Enter")
    expect(page.get_by_role("heading", name="1 of 2 keywords finds it")).to_be_visible()
    page.get_by_role("button", name="Show why Lumen").click()
    expect(page.locator("#verdict-title")).to_contain_text("It does not match “Lumen”")
    expect(page.locator(".clauses .failed")).to_contain_text("does not occur")
    assert "text=Halo" in page.url
