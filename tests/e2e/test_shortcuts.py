"""Keyboard shortcuts in a browser: turned off, changed, and menus that open by key."""

import pytest
from playwright.sync_api import expect

from monitoring.models import Mention


@pytest.fixture
def account(open_as, owner, brand):
    return open_as(owner, "/account")


def selected(page):
    return page.locator("[data-mention][aria-current] h3")


def test_shortcuts_that_are_off_do_nothing(account, project):
    account.get_by_label("Single-key shortcuts").uncheck()
    account.locator("[aria-labelledby=shortcuts]").get_by_role("button", name="Save").click()
    expect(account.get_by_text("Shortcuts saved.")).to_be_visible()
    account.keyboard.press("/")
    account.goto(account.url.replace("/account", f"/p/{project.pk}/mentions"))
    account.locator("[data-open]").first.click()
    expect(account.locator("#detail h2")).to_have_text("Lumen story 0")
    for key in ["j", "d", "i", "n", "m", "+", "?", ".", "/"]:
        account.keyboard.press(key)
    expect(selected(account)).to_have_text("Lumen story 0")
    expect(account.locator("dialog[open], details.menu[open], .toast")).to_have_count(0)
    assert account.evaluate("document.activeElement.id") != "search"
    assert not Mention.objects.exclude(status="to_review").exists()


def test_changed_key_works_and_former_one_does_not(account, project):
    account.get_by_text("Change keys").click()
    account.get_by_label("Next mention").fill("z")
    account.get_by_label("Search", exact=True).fill(",")
    account.locator("[aria-labelledby=shortcuts]").get_by_role("button", name="Save").click()
    expect(account.get_by_text("Shortcuts saved.")).to_be_visible()
    account.goto(account.url.replace("/account", f"/p/{project.pk}/mentions"))
    account.keyboard.press("j")
    expect(selected(account)).to_have_count(0)
    account.keyboard.press("z")
    expect(selected(account)).to_have_text("Lumen story 0")
    account.keyboard.press(",")
    expect(account.locator("#search")).to_be_focused()


def test_key_opens_menu_at_first_entry(open_as, owner, brand, project):
    page = open_as(owner, f"/p/{project.pk}/mentions")
    page.keyboard.press("j")
    expect(page.locator("#detail h2")).to_have_text("Lumen story 0")
    page.keyboard.press("m")
    expect(page.get_by_role("button", name="Mute source")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Mute source")).to_be_hidden()
