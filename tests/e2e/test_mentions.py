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
    return page.locator("[data-mention][aria-current] h3")


def status_is(page, status):
    expect(page.locator("[data-mention][aria-current]")).to_have_attribute("data-status", status)


def rows(page):
    return page.locator("[data-mention]")


def view(page, name):
    return page.locator("#views .view", has_text=name)


def test_list_keyboard_shortcuts_select_and_triage(inbox):
    inbox.keyboard.press("j")
    expect(current(inbox)).to_have_text("Lumen story 0")
    expect(inbox.locator("#detail")).to_contain_text("Why this is a mention")
    inbox.keyboard.press("j")
    inbox.keyboard.press("j")
    inbox.keyboard.press("k")
    expect(current(inbox)).to_have_text("Lumen story 1")
    inbox.keyboard.press("d")
    status_is(inbox, "replied")
    inbox.keyboard.press("u")
    status_is(inbox, "to_review")
    inbox.keyboard.press("j")
    inbox.keyboard.press("n")
    status_is(inbox, "needs_reply")
    status = dict(Mention.objects.values_list("document__title", "status"))
    assert [status[f"Lumen story {n}"] for n in range(4)] == ["to_review", "to_review", "needs_reply", "to_review"]


def test_sign_of_hovered_row_stays_visible(inbox):
    rows(inbox).first.hover()
    expect(rows(inbox).first.locator("[data-sign]")).to_be_visible()


def test_ignored_mention_leaves_list_and_undo_returns_it(inbox):
    inbox.keyboard.press("j")
    inbox.keyboard.press("i")
    expect(current(inbox)).to_have_text("Lumen story 1")
    expect(inbox.locator("#detail h2")).to_have_text("Lumen story 1")
    expect(rows(inbox)).to_have_count(15)
    inbox.locator(".toast button").click()
    expect(rows(inbox)).to_have_count(16)
    expect(current(inbox)).to_have_text("Lumen story 0")
    expect(rows(inbox).first.locator("h3")).to_have_text("Lumen story 0")
    assert not Mention.objects.exclude(status="to_review").exists()


def test_view_empties_by_keyboard_with_counts(open_as, owner, brand, project):
    Mention.objects.filter(document__title__in=["Lumen story 0", "Lumen story 1"]).update(status="needs_reply")
    page = open_as(owner, f"/p/{project.pk}/mentions?status=needs_reply")
    expect(view(page, "Needs reply")).to_have_attribute("aria-current", "page")
    expect(page.locator("#list-title")).to_have_text("2 mentions")
    page.keyboard.press("j")
    page.keyboard.press("d")
    expect(current(page)).to_have_text("Lumen story 1")
    page.keyboard.press("d")
    expect(rows(page)).to_have_count(0)
    expect(page.locator("#list-title")).to_have_text("0 mentions")
    expect(view(page, "Needs reply").locator(".view-n")).to_have_text("0")
    expect(view(page, "Replied").locator(".view-n")).to_have_text("2")
    page.keyboard.press("u")
    expect(current(page)).to_have_text("Lumen story 1")
    page.locator(".toast").wait_for(state="detached")
    assert Mention.objects.filter(status="replied").count() == 1


def test_filter_menu_adds_filters_and_chip_removes_one(inbox):
    inbox.locator(".filter > summary").click()
    menu = inbox.locator(".filter-list")
    menu.get_by_label("Halo").check()
    menu.get_by_label("To review").check()
    menu.get_by_role("button", name="Apply").click()
    inbox.wait_for_url("**status=to_review**")
    expect(rows(inbox)).to_have_count(4)
    inbox.get_by_role("link", name="Remove filter Keyword Halo").click()
    expect(rows(inbox)).to_have_count(16)
    assert "status=to_review" in inbox.url and "keyword=" not in inbox.url


def test_facet_counts_update_after_status_change(inbox):
    answered = view(inbox, "Replied").locator(".view-n")
    expect(answered).to_have_text("0")
    inbox.keyboard.press("j")
    inbox.keyboard.press("d")
    expect(answered).to_have_text("1")


def test_phone_opens_mention_over_list_and_back_returns(inbox):
    inbox.set_viewport_size({"width": 375, "height": 800})
    rows(inbox).nth(8).scroll_into_view_if_needed()
    scrolled = inbox.evaluate("scrollY")
    rows(inbox).nth(8).locator("[data-open]").click()
    expect(inbox.locator("#detail h2")).to_have_text("Lumen story 8")
    expect(rows(inbox).first).to_be_hidden()
    inbox.locator("#detail").get_by_role("button", name="Ignore").click()
    expect(inbox.locator("#detail h2")).to_have_text("Lumen story 9")
    inbox.locator("#detail").get_by_role("button", name="List").click()
    expect(rows(inbox).first).to_be_visible()
    expect(rows(inbox)).to_have_count(15)
    assert inbox.evaluate("scrollY") == scrolled
    assert inbox.evaluate("document.documentElement.scrollWidth") <= 375


@pytest.mark.usefixtures("early_routing")
def test_mention_that_cannot_be_loaded_says_so(inbox):
    inbox.keyboard.press("j")
    expect(inbox.locator("#detail h2")).to_have_text("Lumen story 0")
    inbox.route("**/mentions/*?period=7d*", lambda route: route.fulfill(body=""))
    inbox.keyboard.press("j")
    expect(inbox.locator("#detail [role=alert]")).to_contain_text("couldn’t be loaded")
    inbox.unroute("**/mentions/*?period=7d*")
    inbox.keyboard.press("k")
    expect(inbox.locator("#detail h2")).to_have_text("Lumen story 0")


@pytest.mark.usefixtures("early_routing")
def test_counts_that_take_too_long_stay_as_they_are(inbox):
    expect(view(inbox, "To review")).to_contain_text("16")
    inbox.route(lambda url: "counts=1" in url, lambda route: route.fulfill(body="<p>Too slow</p>"))
    inbox.keyboard.press("j")
    before = view(inbox, "To review").inner_text()
    with inbox.expect_response(lambda response: "counts=1" in response.url):
        inbox.keyboard.press("d")
    status_is(inbox, "replied")
    assert view(inbox, "To review").inner_text() == before


@pytest.mark.usefixtures("early_routing")
def test_original_key_does_not_open_that_of_the_mention_before(inbox):
    inbox.keyboard.press("j")
    original = inbox.locator("[data-action=original]")
    expect(original).to_be_visible()
    original.evaluate(
        "link => link.addEventListener('click', (event) => { event.preventDefault(); link.id = 'opened' })"
    )
    inbox.route("**/mentions/*?period=7d*", lambda route: route.fulfill(body=""))
    inbox.keyboard.press("j")
    inbox.keyboard.press("o")
    expect(inbox.locator("#detail [role=alert]")).to_contain_text("couldn’t be loaded")
    assert inbox.evaluate("document.getElementById('opened')") is None


def test_help_dialog_opens_and_typing_in_field_triggers_no_shortcut(inbox):
    inbox.keyboard.press("?")
    expect(inbox.get_by_role("dialog")).to_be_visible()
    inbox.keyboard.press("Escape")
    inbox.keyboard.press("/")
    expect(inbox.locator("#search")).to_be_focused()
    inbox.keyboard.type("jadx")
    expect(inbox.locator("#search")).to_have_value("jadx")
    assert not Mention.objects.exclude(status="to_review").exists()


@pytest.mark.usefixtures("early_routing")
def test_original_opens_in_new_tab_without_opener_and_referrer(inbox, context):
    context.route("https://site.example/**", lambda route: route.fulfill(body="<p>the original</p>"))
    inbox.keyboard.press("j")
    expect(inbox.locator("[data-action=original]")).to_be_visible()
    with context.expect_page() as opened:
        inbox.keyboard.press("o")
    opened.value.wait_for_load_state()
    assert opened.value.evaluate("[window.opener, document.referrer]") == [None, ""]


def test_toast_button_undoes_status_change(inbox):
    rows(inbox).first.locator("[data-open]").click()
    inbox.locator("#detail").get_by_role("button", name="Replied", exact=True).click()
    status_is(inbox, "replied")
    inbox.locator(".toast button").click()
    status_is(inbox, "to_review")


def test_list_loads_older_mentions_on_scroll(open_as, viewer, brand, project):
    make_mentions(brand, [{"title": f"Old {n}", "published": ago(30 + n)} for n in range(100)])
    page = open_as(viewer, f"/p/{project.pk}/mentions?period=30d")
    expect(rows(page)).to_have_count(30)
    for count in (80, 116):
        page.locator(".inbox-more").scroll_into_view_if_needed()
        expect(rows(page)).to_have_count(count)
    expect(page.get_by_text("No more mentions in this period.")).to_be_visible()


def test_new_mentions_show_link_and_keep_list(inbox, brand):
    first = rows(inbox).first.locator("h3").inner_text()
    make_mention(brand, title="Lumen just now")
    inbox.evaluate("document.body.dispatchEvent(new CustomEvent('vigie:tick'))")
    expect(inbox.locator(".newbar")).to_contain_text("Show 1 new mention")
    assert rows(inbox).first.locator("h3").inner_text() == first
    inbox.keyboard.press(".")
    expect(rows(inbox).first.locator("h3")).to_have_text("Lumen just now")


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
    page.get_by_role("link", name="Lumen story 3").click()
    expect(page.get_by_role("heading", name="Why this is a mention")).to_be_visible()
    page.get_by_role("button", name="Replied", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="Status changed to “Replied”.")).to_be_visible()
    page.get_by_role("link", name="Back to list").click()
    assert "period=30d" in page.url
    context.close()
