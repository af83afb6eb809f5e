"""The triage of one mention in a browser: by mouse, by key, on a phone, by two people at the same time."""

import pytest
from playwright.sync_api import expect

from accounts.models import ActivityEntry
from monitoring.models import Mention, MentionTag, Triage
from monitoring.services import triage
from monitoring.services.triage_operations import AddTags, SetFounded, SetReason
from tests.e2e.accessibility import ALL_RULES, AXE, FIND_CUT_OFF, run_axe
from tests.e2e.conftest import ago
from tests.factories import make_mention


@pytest.fixture
def inbox(open_as, owner, brand, project):
    page = open_as(owner, f"/p/{project.pk}/mentions?status=to_review")
    page.keyboard.press("j")
    expect(page.locator("#detail h2")).to_have_text("Lumen story 0")
    return page


def first():
    return Mention.objects.select_related("document").get(document__title="Lumen story 0")


def pane(page):
    return page.locator("#detail")


def menu(page, action):
    return pane(page).locator(f"details.menu:has(> summary[data-action={action}])")


def toast(page):
    return page.locator(".toast-text")


def test_pane_by_mouse(manager, owner, inbox):
    menu(inbox, "assign").locator("summary").click()
    people = menu(inbox, "assign").locator("button")
    expect(people).to_have_count(3)
    expect(people.first).to_contain_text(f"{owner.name}you")
    people.nth(1).click()
    expect(toast(inbox)).to_have_text(f"Assigned to {manager.name}.")
    expect(menu(inbox, "assign").locator("summary")).to_contain_text(manager.name)
    inbox.locator(".toast button").click()
    expect(toast(inbox)).to_have_text("Assignment undone.")
    expect(menu(inbox, "assign").locator("summary")).to_contain_text("Assign")
    menu(inbox, "founded").locator("summary").click()
    menu(inbox, "founded").get_by_role("button", name="Unfounded complaint").click()
    expect(menu(inbox, "founded").locator("summary")).to_contain_text("Unfounded")
    pane(inbox).get_by_label("Add tag").fill("late")
    pane(inbox).get_by_role("button", name="Add", exact=True).click()
    pane(inbox).get_by_role("button", name="Remove tag late").click()
    expect(toast(inbox)).to_have_text("Tag removed: “late”.")
    menu(inbox, "reason").locator("summary").click()
    menu(inbox, "reason").get_by_label("Reason for not replying").select_option("resolved")
    menu(inbox, "reason").get_by_role("button", name="Ignore").click()
    # The mention leaves the view, and the next one is shown.
    expect(pane(inbox).locator("h2")).to_have_text("Lumen story 1")
    expect(inbox.locator("[data-mention]")).to_have_count(15)
    stored = Triage.objects.get(document=first().document)
    assert (stored.reason, stored.is_founded, stored.assignee) == ("resolved", False, None)


def test_pane_by_keyboard(inbox):
    inbox.keyboard.press("a")
    expect(menu(inbox, "assign").locator("button").first).to_be_focused()
    inbox.keyboard.press("ArrowDown")
    inbox.keyboard.press("End")
    expect(menu(inbox, "assign").get_by_role("button", name="Nobody")).to_be_focused()
    inbox.keyboard.press("ArrowDown")
    expect(menu(inbox, "assign").locator("button").first).to_be_focused()
    inbox.keyboard.press("Escape")
    expect(menu(inbox, "assign").locator("summary")).to_be_focused()
    expect(menu(inbox, "assign").locator("form")).to_be_hidden()
    inbox.keyboard.press("a")
    inbox.keyboard.press("Enter")
    expect(toast(inbox)).to_have_text("Assigned to you.")
    expect(menu(inbox, "assign").locator("summary")).to_be_focused()
    inbox.keyboard.press("l")
    inbox.keyboard.type("jade, late")
    inbox.keyboard.press("Enter")
    expect(toast(inbox)).to_have_text("Tags added: “jade” and “late”.")
    expect(pane(inbox).get_by_label("Add tag")).to_be_focused()
    inbox.keyboard.press("Escape")
    inbox.keyboard.press("f")
    inbox.keyboard.press("Enter")
    expect(toast(inbox)).to_have_text("Complaint marked as founded.")
    inbox.keyboard.press("s")
    inbox.keyboard.press("ArrowDown")
    inbox.keyboard.press("Enter")
    expect(toast(inbox)).to_contain_text("Snoozed until")
    inbox.keyboard.press("n")
    expect(pane(inbox).locator("h2")).to_have_text("Lumen story 1")
    for message in ("Status change undone.", "Snooze undone.", "Assessment of the complaint undone."):
        inbox.keyboard.press("u")
        expect(toast(inbox)).to_have_text(message)
    stored = Triage.objects.get(document=first().document)
    assert (stored.assignee.name, stored.is_founded, stored.snoozed_until) == ("ada@example.com", None, None)
    assert sorted(MentionTag.objects.values_list("tag", flat=True)) == ["jade", "late"]


def test_history_is_folded_and_undoes_the_latest_change(inbox):
    inbox.keyboard.press("a")
    inbox.keyboard.press("Enter")
    history = pane(inbox).locator(".read-history")
    expect(history.locator("summary")).to_have_text("History (2 events)")
    history.locator("summary").click()
    expect(history.locator("li").first).to_contain_text("Assigned to you.")
    history.get_by_role("button", name="Undo").click()
    expect(toast(inbox)).to_have_text("Assignment undone.")
    expect(history.locator("summary")).to_have_text("History (3 events)")
    assert Triage.objects.get().assignee is None


def test_pane_on_a_phone(open_as, owner, brand, project):
    page = open_as(owner, f"/p/{project.pk}/mentions")
    page.set_viewport_size({"width": 375, "height": 800})
    page.locator("[data-open]").first.click()
    for action in ("reason", "assign", "founded", "snooze"):
        menu(page, action).locator("summary").click()
        expect(menu(page, action).locator("form")).to_be_in_viewport()
        assert page.evaluate(FIND_CUT_OFF) == []
        small = "all => all.filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 24).length"
        assert pane(page).locator("button, summary, input:not([type=hidden]), select").evaluate_all(small) == 0
        page.keyboard.press("Escape")
    menu(page, "snooze").locator("summary").click()
    menu(page, "snooze").get_by_role("button", name="In 3 hours").click()
    expect(toast(page)).to_contain_text("Snoozed until")
    assert Triage.objects.get().snoozed_until


def test_two_people_at_one_mention_overwrite_nothing(browser, live_server, as_person, inbox, owner, manager, project):
    manager.language = "en"
    manager.save()
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    cookie = as_person(manager).cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
    other = context.new_page()
    other.goto(f"{live_server.url}/p/{project.pk}/mentions?status=to_review")
    other.keyboard.press("j")
    expect(pane(other).locator("h2")).to_have_text("Lumen story 0")
    # Different things at the same time: both stay.
    inbox.keyboard.press("a")
    inbox.keyboard.press("Enter")
    expect(toast(inbox)).to_have_text("Assigned to you.")
    pane(other).get_by_label("Add tag").fill("late")
    other.keyboard.press("Enter")
    expect(toast(other)).to_have_text("Tag added: “late”.")
    # The same thing: the second sees a conflict, and the first decision stays until the second insists.
    other.keyboard.press("Escape")
    pane(other).get_by_role("button", name="Replied", exact=True).click()
    expect(toast(other)).to_have_text("Status changed to “Replied”.")
    inbox.keyboard.press("i")
    conflict = pane(inbox).locator("[data-conflict]")
    expect(conflict).to_contain_text("Not saved")
    expect(conflict).to_contain_text(f"Status changed to “Replied”. {manager.name}")
    expect(conflict).to_contain_text("Your change: Status changed to “Ignored”.")
    expect(conflict).to_be_focused()
    expect(inbox.locator("[data-mention][aria-current]")).to_have_attribute("data-status", "replied")
    assert first().status == "replied"
    conflict.get_by_role("button", name="Apply your change anyway").click()
    expect(pane(inbox).locator("h2")).to_have_text("Lumen story 1")
    assert first().status == "ignored"
    # An undo restores only what is still as that person left it.
    other.keyboard.press("u")
    expect(toast(other)).to_contain_text("Nothing to undo")
    assert first().status == "ignored"
    stored = Triage.objects.get(document=first().document)
    assert (stored.assignee, MentionTag.objects.get().tag) == (owner, "late")
    assert ActivityEntry.objects.filter(action="mention.status").count() == 2
    context.close()


def test_pane_in_all_states_has_no_accessibility_faults(inbox, project, owner, manager, brand):
    busy = make_mention(brand, title="Lumen at work", published=ago(0), status="needs_reply")
    ids = [busy.pk]
    triage.set_assignee(project, manager, ids, owner)
    triage.change(project, manager, ids, AddTags(["late", "crisis"]))
    triage.change(project, owner, ids, SetFounded(True))
    triage.change(project, owner, ids, SetReason("spam", "A note"))
    inbox.add_init_script(path=AXE)
    inbox.goto(inbox.url.replace("to_review", "needs_reply"))
    inbox.keyboard.press("j")
    expect(pane(inbox).locator("h2")).to_have_text("Lumen at work")
    triage.set_status(project, manager, ids, "replied")
    inbox.keyboard.press("i")
    expect(pane(inbox).locator("[data-conflict]")).to_be_visible()
    pane(inbox).locator(".read-history").evaluate("element => { element.open = true }")
    assert list(run_axe(inbox, "conflict", ALL_RULES)) == []
    inbox.set_viewport_size({"width": 375, "height": 800})
    for action in ("reason", "assign", "founded", "snooze", "mute"):
        inbox.locator("[data-open]").first.dispatch_event("click") if action == "reason" else None
        expect(menu(inbox, action)).to_be_visible()
        menu(inbox, action).locator("summary").click()
        assert list(run_axe(inbox, action, ALL_RULES)) == []
        menu(inbox, action).locator("summary").click()
