"""The frame on every screen: phone and desk, light and dark, French and English, by keyboard."""

import pytest
from playwright.sync_api import expect

from tests.factories import make_source

PAGES = [
    "",
    "mentions",
    "keywords",
    "keywords/new",
    "sources",
    "sources/add",
    "incidents",
    "digest",
    "outbox",
    "settings",
]


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("width", [360, 768])
def test_no_page_scrolls_sideways(open_as, owner, world, project, language, width):
    owner.language = language
    owner.save()
    make_source(
        project, url="https://a-very-long-name-of-a-host.example/" + "path" * 30, title="Wort" * 30, error_code="dns"
    )
    page = open_as(owner, f"/p/{project.pk}/")
    page.set_viewport_size({"width": width, "height": 740})
    mention = world.mentions.first().pk
    for path in [*PAGES, f"keywords/{world.pk}", f"mentions/{mention}"]:
        page.goto(f"{page.url.split('/p/')[0]}/p/{project.pk}/{path}")
        for menu in page.locator(".menu.period > summary").all():
            menu.click()
        too_wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert too_wide <= 0, path
        assert page.locator("html").get_attribute("lang") == language


def test_a_new_token_fits_a_phone(open_as, owner):
    page = open_as(owner, "/account")
    page.set_viewport_size({"width": 360, "height": 740})
    page.locator("#token_name").fill("script")
    page.get_by_role("button", name="Create token").click()
    expect(page.locator("#new-token")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_a_phone_reaches_every_room(open_as, owner, world, project):
    page = open_as(owner, f"/p/{project.pk}/")
    page.set_viewport_size({"width": 360, "height": 740})
    page.get_by_role("navigation", name="Main navigation").get_by_role("link", name="Keywords").click()
    page.wait_for_url("**/keywords")
    page.locator(".menu.account summary").click()
    page.locator(".menu.account").get_by_role("link", name="Delivery log").click()
    page.wait_for_url("**/outbox")


def test_the_colours_change_at_once_and_stay(open_as, viewer, world, project):
    page = open_as(viewer, f"/p/{project.pk}/")
    page.wait_for_selector("canvas[data-drawn]")
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.locator(".menu.account summary").click()
    page.get_by_role("button", name="Dark").click()
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert dark != light
    page.reload()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == dark


def test_a_dark_system_gets_dark_pages(open_as, viewer, world, project):
    page = open_as(viewer, f"/p/{project.pk}/")
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.emulate_media(color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != light


def test_the_language_is_changed_from_any_page(open_as, viewer, project):
    page = open_as(viewer, f"/p/{project.pk}/keywords")
    page.locator(".menu.account summary").click()
    page.get_by_role("button", name="Français").click()
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    assert page.url.endswith("/keywords")


def test_the_first_tab_skips_to_the_content_and_escape_closes_menus(open_as, viewer, project):
    page = open_as(viewer, f"/p/{project.pk}/keywords")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    page.locator(".menu.switcher summary").click()
    expect(page.locator(".menu.switcher .panel")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".menu.switcher .panel")).to_be_hidden()
    expect(page.locator(".menu.switcher summary")).to_be_focused()
