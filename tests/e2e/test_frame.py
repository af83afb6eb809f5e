"""The page frame in a browser: screen widths, typeface, themes, languages, keyboard."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.factories import make_mention

PAGES = [
    "",
    "mentions",
    "mentions?period=90d&status=to_review&sentiment=negative",
    "mentions?q=nothing",
    "search",
    "search?q=lumen",
    "search?q=(lumen",
    "keywords",
    "keywords/new",
    "explain?url=https://example.com/",
    "sources",
    "sources/add",
    "incidents",
    "rules",
    "rules/new",
    "digest",
    "outbox",
    "settings",
    "settings/sentiment",
]


def test_page_text_uses_vendored_typeface(open_as, owner, project):
    page = open_as(owner, f"/p/{project.pk}/")
    page.evaluate("document.fonts.ready")
    loaded = page.evaluate("[...document.fonts].filter(face => face.status === 'loaded').map(face => face.family)")
    assert "Geist" in {family.strip('"') for family in loaded}
    assert page.evaluate("getComputedStyle(document.body).fontFamily").startswith(("Geist", '"Geist"'))


def test_new_token_fits_on_mobile(open_as, owner):
    page = open_as(owner, "/account")
    page.set_viewport_size({"width": 360, "height": 740})
    page.locator("#token_name").fill("script")
    page.get_by_role("button", name="Create token").click()
    expect(page.locator("#new-token")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_mobile_menu_links_to_every_page(open_as, owner, brand, project):
    page = open_as(owner, f"/p/{project.pk}/keywords")
    page.set_viewport_size({"width": 360, "height": 740})
    expect(page.get_by_role("navigation", name="Main navigation")).to_be_hidden()
    tabs = page.get_by_role("navigation", name="Shortcuts")
    tabs.get_by_role("link", name="Sources").click()
    page.wait_for_url("**/sources")
    tabs.get_by_role("button", name="More").click()
    page.locator("#all-pages").get_by_role("link", name="Delivery log").click()
    page.wait_for_url("**/outbox")


def test_theme_switch_changes_colors_and_persists(open_as, viewer, brand, project):
    page = open_as(viewer, f"/p/{project.pk}/keywords/{brand.pk}")
    page.wait_for_selector("canvas[data-drawn]")
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.get_by_role("button", name="Your account").click()
    page.locator("#account-menu").get_by_role("button", name="Dark").click()
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert dark != light
    page.reload()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == dark


def test_theme_follows_system_dark_mode(open_as, viewer, brand, project):
    page = open_as(viewer, f"/p/{project.pk}/keywords")
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.emulate_media(color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != light


def test_language_switch_returns_to_same_page(open_as, viewer, project):
    page = open_as(viewer, f"/p/{project.pk}/keywords")
    page.get_by_role("button", name="Your account").click()
    page.locator("#account-menu").get_by_role("button", name="Français").click()
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    assert page.url.endswith("/keywords")


def test_first_tab_focuses_skip_link_and_escape_closes_menus(open_as, viewer, project):
    page = open_as(viewer, f"/p/{project.pk}/keywords")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    switcher = page.get_by_role("button", name="Switch project")
    switcher.click()
    expect(page.locator("#projects")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#projects")).to_be_hidden()
    expect(switcher).to_be_focused()


MENUS = [
    (".rail-project", "#projects"),
    (".rail-foot button", "#account-menu"),
    (".menu.filter > summary", ".menu.filter > .menu-list"),
    (".menu.period > summary", ".menu.period > .menu-list"),
]


@pytest.mark.parametrize(("button", "menu"), MENUS)
def test_escape_closes_each_menu_and_returns_to_its_button(open_as, viewer, brand, project, button, menu):
    page = open_as(viewer, f"/p/{project.pk}/mentions")
    page.locator(button).focus()
    page.keyboard.press("Enter")
    expect(page.locator(menu)).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(page.locator(menu)).to_be_hidden()
    expect(page.locator(button)).to_be_focused()


# Of the element with the focus: whether its outline can be seen, and enough to find it.
FOCUS = """() => {
  const element = document.activeElement, style = getComputedStyle(element), box = element.getBoundingClientRect();
  if (element === document.body) return null;
  const isSeen = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 && box.width > 1;
  return [isSeen, element.outerHTML.slice(0, 120)];
}"""


@pytest.mark.parametrize("width", [1440, 360])
@pytest.mark.parametrize("path", ["", "mentions", "search?q=lumen", "keywords/new", "rules/new", "settings"])
def test_each_stop_of_the_tab_key_shows_its_focus(open_as, owner, brand, project, path, width):
    page = open_as(owner, f"/p/{project.pk}/{path}")
    page.set_viewport_size({"width": width, "height": 800})
    unseen, stops = [], 0
    page.evaluate("document.activeElement.blur()")
    for _ in range(80):
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUS)
        if stop is None:
            break
        stops += 1
        if not stop[0]:
            unseen.append(stop[1])
    assert stops > 12 and unseen == []


def test_no_line_of_details_begins_or_ends_with_a_dot(open_as, owner, brand, project):
    """Each dot is between two parts that are shown on one line; the room for one at the start of a line is cut off."""
    mention = make_mention(brand, title="A post", published=timezone.now(), author="Ada", likes=3, replies=2, rating=4)
    page = open_as(owner, f"/p/{project.pk}/mentions/{mention.pk}")
    for width in range(320, 520, 20):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate(STRAY_DOTS) == []


STRAY_DOTS = """() => [...document.querySelectorAll(".dots")].flatMap((line) => {
  const left = line.getBoundingClientRect().left, room = parseFloat(getComputedStyle(line, null).marginLeft);
  const parts = [...line.children].filter((part) => part.getClientRects().length);
  return parts.filter((part, index) => {
    const next = parts[index + 1];
    const bottom = part.getBoundingClientRect().bottom;
    const isLastOfLine = !next?.textContent.trim() || next.getBoundingClientRect().top >= bottom;
    if (getComputedStyle(part, "::after").content.includes("·")) return isLastOfLine;
    if (!getComputedStyle(part, "::before").content.includes("·")) return false;
    const before = parts[index - 1]?.getBoundingClientRect(), box = part.getBoundingClientRect();
    const isFirstOfLine = !before || before.bottom <= box.top;
    const isCutOff = box.left - left < 1 && room < 0 && getComputedStyle(line).clipPath !== "none";
    return !part.textContent.trim() || (isFirstOfLine && !isCutOff);
  }).map((part) => part.outerHTML);
})"""
