"""The reply field in a browser: drafts, saved replies, second reader, warnings, unsaved text, two people."""

import pytest
from playwright.sync_api import expect

from monitoring.models import Mention
from tests.e2e.accessibility import ALL_RULES, AXE, FIND_CUT_OFF, RUN_AXE, SET_OPEN
from tests.factories import make_mention
from workplace import drafts, saved_replies
from workplace.models import Draft, SavedReply


@pytest.fixture
def mention(brand):
    return make_mention(
        brand, title="Lumen is late", author="Karim", platform="bluesky", language="en", url="https://bsky.example/1"
    )


@pytest.fixture
def inbox(open_as, owner, mention, project):
    page = open_as(owner, f"/p/{project.pk}/mentions")
    page.keyboard.press("j")
    expect(page.locator("#reply")).to_be_visible()
    return page


def field(page):
    return page.locator("#reply-field")


def press(page, name):
    page.locator("#reply").get_by_role("button", name=name, exact=True).click()


def expect_accessible(page):
    page.evaluate(AXE.read_text())
    assert page.evaluate(RUN_AXE, ALL_RULES) == []


def saved(page):
    return page.locator("[data-part=saved]")


def test_draft_with_saved_reply_is_approved_by_a_second_reader_and_replied(
    inbox, browser, browser_context_args, live_server, as_person, project, owner, manager, mention
):
    manager.language = "en"
    manager.save()
    saved_replies.set_rules(project, owner, needs_approval=True)
    SavedReply.objects.create(project=project, name="Delay", language="en", text="Sorry {{author}}, it is on its way.")
    inbox.keyboard.press("r")
    expect(field(inbox)).to_be_focused()
    pick = inbox.get_by_role("combobox", name="Choose a saved reply")
    pick.focus()
    inbox.keyboard.type("del")
    expect(inbox.get_by_role("option", name="Delay")).to_have_attribute("aria-selected", "true")
    expect_accessible(inbox)
    inbox.keyboard.press("Enter")
    expect(field(inbox)).to_have_value("Sorry Karim, it is on its way.")
    expect(field(inbox)).to_be_focused()
    expect(saved(inbox)).to_contain_text("saved")
    expect(inbox.locator("#reply-why")).to_contain_text("A second person has to approve")
    inbox.get_by_role("button", name="Mark as replied").click(force=True)
    assert Draft.objects.get().state == "draft"
    inbox.locator("#reply").get_by_text("Request approval", exact=True).first.click()
    press(inbox, "Request approval")
    expect(inbox.locator("#reply-notes")).to_contain_text("Approval requested: marc@example.com.")
    expect_accessible(inbox)

    context = browser.new_context(**browser_context_args)
    other = context.new_page()
    cookie = as_person(manager).cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
    other.goto(f"{live_server.url}/p/{project.pk}/mentions/{mention.pk}#reply")
    press(other, "Approve")
    expect(other.locator("#reply-notes")).to_contain_text("Approved: marc@example.com.")
    context.close()

    inbox.evaluate("document.body.dispatchEvent(new CustomEvent('vigie:tick'))")
    expect(inbox.locator("#reply-notes")).to_contain_text("Approved: marc@example.com.")
    with inbox.expect_popup() as popup:
        inbox.get_by_role("link", name="Copy and open original").click()
    popup.value.close()
    expect_accessible(inbox)
    press(inbox, "Mark as replied")
    expect(inbox.locator("[data-mention][aria-current]")).to_have_attribute("data-status", "replied")
    assert (Mention.objects.get(pk=mention.pk).status, Draft.objects.get().state) == ("replied", "sent")
    expect(inbox.locator(".toast")).to_contain_text("Marked as replied.")
    inbox.locator(".toast button").click()
    expect(field(inbox)).to_have_value("Sorry Karim, it is on its way.")
    assert (Mention.objects.get(pk=mention.pk).status, Draft.objects.get().state) == ("to_review", "approved")


def test_warnings_appear_while_typing(inbox, project, owner):
    field(inbox).fill("NEVER WRITE THAT AGAIN !!!")
    expect(inbox.locator("#reply-notes")).to_contain_text("may sound angry")
    field(inbox).fill("a" * 301)
    expect(inbox.locator("[data-length]")).to_have_text("301")
    expect(inbox.locator("#reply-notes")).to_contain_text("accepts 300 characters; this reply has 301.")
    expect_accessible(inbox)


def test_unsaved_text_survives_moving_and_the_end_of_the_session(inbox, as_person, owner, project, live_server):
    field(inbox).fill("Just typed")
    inbox.keyboard.press("Escape")
    inbox.keyboard.press("j")
    expect(field(inbox)).to_have_value("")
    inbox.keyboard.press("k")
    expect(field(inbox)).to_have_value("Just typed")
    inbox.context.clear_cookies(name="sessionid")
    field(inbox).fill("Not saved anywhere")
    inbox.wait_for_url("**/accounts/login/**")
    cookie = as_person(owner).cookies["sessionid"].value
    inbox.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
    inbox.goto(f"{live_server.url}/p/{project.pk}/mentions")
    inbox.keyboard.press("j")
    expect(field(inbox)).to_have_value("Not saved anywhere")
    expect(saved(inbox)).to_contain_text("saved")
    assert Draft.objects.get().text == "Not saved anywhere"
    assert inbox.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('vigie-reply'))") == []


def test_two_people_who_write_see_both_texts_and_choose(inbox, project, manager, mention):
    drafts.save_draft(project, manager, mention.document_id, "Written by Marc", 0)
    field(inbox).fill("Written by Ada")
    both = inbox.locator("[data-changed]")
    expect(both).to_contain_text("Written by Marc")
    expect(field(inbox)).to_have_value("Written by Ada")
    expect_accessible(inbox)
    field(inbox).press_sequentially(" again")
    inbox.keyboard.press("Escape")
    inbox.keyboard.press("j")
    expect(field(inbox)).to_have_value("")
    inbox.keyboard.press("k")
    expect(both).to_contain_text("Written by Marc")
    expect(field(inbox)).to_have_value("Written by Ada again")
    press(inbox, "Save my text")
    expect(both).to_have_count(0)
    assert Draft.objects.get().text == "Written by Ada again"
    drafts.save_draft(project, manager, mention.document_id, "Marc again", 2)
    field(inbox).fill("Ada again")
    expect(both).to_contain_text("Marc again")
    inbox.get_by_role("link", name="Use the saved text").click()
    expect(field(inbox)).to_have_value("Marc again")
    expect(both).to_have_count(0)


def test_discarded_draft_leaves_an_empty_field(inbox):
    field(inbox).fill("Hello")
    expect(saved(inbox)).to_contain_text("saved")
    inbox.locator("#reply summary", has_text="Discard draft").click()
    press(inbox, "Discard draft")
    expect(saved(inbox)).to_have_text("Draft discarded.")
    expect(field(inbox)).to_have_value("")
    assert Draft.objects.get().state == "discarded"


def test_reply_fits_a_narrow_screen_in_every_state(open_as, project, owner, manager, mention):
    saved_replies.set_rules(project, owner, needs_approval=True, cooling_minutes=60, forbidden=["lampe"])
    drafts.save_draft(project, owner, mention.document_id, "JAMAIS VU CETTE LAMPE !!! " + "ah" * 150, 0)
    drafts.request_approval(project, owner, mention.document_id, 1, manager)
    page = open_as(manager, f"/p/{project.pk}/mentions/{mention.pk}")
    page.set_viewport_size({"width": 320, "height": 800})
    expect(page.locator("#reply-notes")).to_contain_text("Interdit par les règles de réponse")
    for change in (
        lambda: None,
        lambda: drafts.request_changes(project, manager, mention.document_id, 2, "Plus doux" * 50),
        lambda: drafts.save_draft(project, owner, mention.document_id, "Bonjour", 3),
    ):
        change()
        page.reload()
        page.evaluate(SET_OPEN)
        assert page.evaluate(FIND_CUT_OFF) == []
        expect_accessible(page)
