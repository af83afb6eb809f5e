"""Two people on one mention, in two browsers."""

import pytest
from django.core.cache import cache
from playwright.sync_api import expect


@pytest.fixture
def second_page(browser, live_server, as_person):
    """Return `second_page(user, path)`: the page in a browser of its own."""
    contexts = []

    def open_page(user, path):
        context = browser.new_context()
        contexts.append(context)
        cookie = as_person(user).cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
        page = context.new_page()
        page.goto(live_server.url + path)
        return page

    yield open_page
    for context in contexts:
        context.close()


def test_two_people_on_one_mention_see_each_other(open_as, second_page, owner, english_manager, brand, project):
    cache.clear()
    path = f"/p/{project.pk}/mentions"
    first = open_as(owner, path)
    first.keyboard.press("j")
    expect(first.locator("#detail h2")).to_have_text("Lumen story 0")
    second = second_page(english_manager, path)
    second.keyboard.press("j")
    expect(second.locator("[data-presence]")).to_have_text(f"{owner.name[:1]}{owner.name} is reading this too")
    first.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(first.locator("[data-presence]")).to_contain_text(f"{english_manager.name} is reading this too")
    second.keyboard.press("j")
    expect(second.locator("#detail h2")).to_have_text("Lumen story 1")
    expect(second.locator("[data-presence]")).to_have_text("")
    first.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(first.locator("[data-presence]")).to_have_text("")
