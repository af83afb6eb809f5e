"""The mention list in a browser: shortcuts, triage, undo, paging, new mentions."""

import pytest
from playwright.sync_api import expect

from monitoring.models import Mention
from tests.e2e.conftest import ago
from tests.factories import make_mention, make_mentions


@pytest.fixture
def inbox(open_as, owner, brand, project):
    return open_as(owner, f"/p/{project.pk}/mentions")


def current(page):
    return page.locator(".mention[data-current] h3")


def test_list_keyboard_shortcuts_select_and_triage(inbox):
    inbox.keyboard.press("j")
    expect(current(inbox)).to_have_text("Lumen story 0")
    expect(inbox.locator("#detail")).to_contain_text("Why this is a mention")
    inbox.keyboard.press("j")
    inbox.keyboard.press("j")
    inbox.keyboard.press("k")
    expect(current(inbox)).to_have_text("Lumen story 1")
    inbox.keyboard.press("d")
    expect(inbox.locator(".mention[data-current] .state")).to_have_text("Replied")
    inbox.keyboard.press("u")
    expect(inbox.locator(".mention[data-current] .state")).to_have_text("To review")
    inbox.keyboard.press("j")
    inbox.keyboard.press("x")
    expect(inbox.locator(".mention[data-current] .state")).to_have_text("Ignored")
    inbox.keyboard.press("j")
    inbox.keyboard.press("a")
    expect(inbox.locator(".mention[data-current] .state")).to_have_text("Needs reply")
    status = dict(Mention.objects.values_list("document__title", "status"))
    assert [status[f"Lumen story {n}"] for n in range(4)] == ["to_review", "to_review", "ignored", "needs_reply"]


def test_facet_counts_update_after_status_change(inbox):
    answered = inbox.locator(".facets a", has_text="Replied").locator(".faint")
    expect(answered).to_have_text("0")
    inbox.keyboard.press("j")
    inbox.keyboard.press("d")
    expect(answered).to_have_text("1")


def test_help_dialog_opens_and_typing_in_field_triggers_no_shortcut(inbox):
    inbox.keyboard.press("?")
    expect(inbox.get_by_role("dialog")).to_be_visible()
    inbox.keyboard.press("Escape")
    inbox.keyboard.press("/")
    expect(inbox.locator("#search")).to_be_focused()
    inbox.keyboard.type("jadx")
    expect(inbox.locator("#search")).to_have_value("jadx")
    assert not Mention.objects.exclude(status="to_review").exists()


def test_original_opens_in_new_tab_without_opener_and_referrer(inbox, context):
    context.route("https://site.example/**", lambda route: route.fulfill(body="<p>the original</p>"))
    inbox.keyboard.press("j")
    expect(inbox.locator("[data-original]")).to_be_visible()
    with context.expect_page() as opened:
        inbox.keyboard.press("o")
    opened.value.wait_for_load_state()
    assert opened.value.evaluate("[window.opener, document.referrer]") == [None, ""]


def test_toast_button_undoes_status_change(inbox):
    row = inbox.locator(".mention").first
    row.hover()
    row.get_by_role("button", name="Ignore").click()
    expect(row.locator(".state")).to_have_text("Ignored")
    inbox.locator(".toast button").click()
    expect(inbox.locator(".mention").first.locator(".state")).to_have_text("To review")


def test_list_loads_older_mentions_on_scroll(open_as, viewer, brand, project):
    make_mentions(brand, [{"title": f"Old {n}", "published": ago(30 + n)} for n in range(100)])
    page = open_as(viewer, f"/p/{project.pk}/mentions?period=30d")
    expect(page.locator(".mention")).to_have_count(50)
    for count in (100, 116):
        page.locator(".list-foot").scroll_into_view_if_needed()
        expect(page.locator(".mention")).to_have_count(count)
    expect(page.get_by_text("No more mentions in this period.")).to_be_visible()


def test_new_mentions_show_link_and_keep_list(inbox, brand):
    first = inbox.locator(".mention h3").first.inner_text()
    make_mention(brand, title="Lumen just now")
    inbox.evaluate("document.body.dispatchEvent(new CustomEvent('vigie:tick'))")
    expect(inbox.locator(".fresh")).to_have_text("Show 1 new mention")
    assert inbox.locator(".mention h3").first.inner_text() == first
    inbox.locator(".fresh").click()
    expect(inbox.locator(".mention h3").first).to_have_text("Lumen just now")


@pytest.mark.parametrize("key", ["j", "d"])
def test_list_redirects_to_sign_in_when_session_has_ended(inbox, key):
    inbox.keyboard.press("j")
    expect(inbox.locator("#detail")).to_contain_text("Why this is a mention")
    inbox.context.clear_cookies(name="sessionid")
    inbox.keyboard.press(key)
    inbox.wait_for_url("**/login/?next=**")


def test_list_works_without_javascript(browser, live_server, as_person, owner, brand, project):
    context = browser.new_context(java_script_enabled=False)
    cookie = as_person(owner).cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
    page = context.new_page()
    page.goto(f"{live_server.url}/p/{project.pk}/mentions?period=30d")
    page.locator(".mention").first.hover()
    page.locator(".mention").first.get_by_role("button", name="Replied").click()
    expect(page.get_by_text("Status changed to “Replied”.")).to_be_visible()
    page.get_by_role("link", name="Lumen story 3").click()
    expect(page.get_by_role("heading", name="Why this is a mention")).to_be_visible()
    page.get_by_role("link", name="Back to list").click()
    assert "period=30d" in page.url
    context.close()
