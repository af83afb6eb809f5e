"""Changes of several mentions in a browser: select by mouse and by keyboard, change, and undo."""

import pytest
from playwright.sync_api import expect

from monitoring.models import Mention
from tests.e2e.conftest import ago
from tests.factories import make_mentions
from workplace import bulk_changes
from workplace.models import BulkChange


@pytest.fixture
def inbox(open_as, owner, brand, project):
    return open_as(owner, f"/p/{project.pk}/mentions?status=to_review&period=7d")


def rows(page):
    return page.locator("[data-mention]")


def box(page, number):
    return rows(page).nth(number).locator("[data-pick]")


def count(page):
    return page.locator("[data-picked-count]")


def test_bulk_ignore_and_undo_by_mouse(inbox):
    expect(inbox.locator("#picked")).to_be_hidden()
    box(inbox, 0).check()
    box(inbox, 3).click(modifiers=["Shift"])
    expect(count(inbox)).to_have_text("4 selected")
    inbox.locator("#picked").get_by_role("button", name="Ignore", exact=True).click()
    expect(rows(inbox)).to_have_count(12)
    expect(inbox.locator("#list-title")).to_have_text("12 mentions")
    expect(inbox.locator(".toast")).to_contain_text("4 mentions changed.")
    expect(inbox.locator("#picked")).to_be_hidden()
    inbox.locator(".toast button").click()
    expect(rows(inbox)).to_have_count(16)
    titles = [f"Lumen story {number}" for number in range(4)]
    assert rows(inbox).locator("h3").all_text_contents()[:4] == titles
    assert not Mention.objects.exclude(status="to_review").exists()


def test_bulk_ignore_and_undo_by_keyboard(inbox):
    inbox.keyboard.press("j")
    inbox.keyboard.press("x")
    inbox.keyboard.press("j")
    inbox.keyboard.press("x")
    expect(count(inbox)).to_have_text("2 selected")
    inbox.keyboard.press("i")
    expect(rows(inbox)).to_have_count(14)
    inbox.keyboard.press("u")
    expect(rows(inbox)).to_have_count(16)
    inbox.keyboard.press("x")
    inbox.keyboard.press("Escape")
    expect(inbox.locator("#picked")).to_be_hidden()
    assert not Mention.objects.exclude(status="to_review").exists()


def test_tag_is_added_with_enter_and_shown(inbox):
    box(inbox, 0).check()
    box(inbox, 1).check()
    inbox.locator("#picked summary", has_text="Tag").click()
    inbox.locator("#picked-tag").fill("Late delivery")
    inbox.keyboard.press("Enter")
    expect(rows(inbox).nth(1)).to_contain_text("late delivery")
    expect(rows(inbox)).to_have_count(16)


def test_whole_view_is_changed_after_a_question_and_undone(inbox, brand, monkeypatch):
    monkeypatch.setattr(bulk_changes, "BATCH", 30)
    make_mentions(brand, [{"title": f"Lumen note {n}", "published": ago(n)} for n in range(60)])
    inbox.reload()
    box(inbox, 0).check()
    inbox.locator("[data-pick-all]").click()
    inbox.get_by_role("button", name="Select all 76 in this view").click()
    expect(count(inbox)).to_have_text("All in this view selected")
    inbox.locator("#picked").get_by_role("button", name="Replied").click()
    question = inbox.get_by_role("dialog")
    expect(question.get_by_role("heading")).to_have_text("Mark as “Replied”: 76 mentions")
    question.get_by_role("button", name="Mark as").click()
    bar = inbox.locator("#bulk")
    expect(bar).to_contain_text("30 of 76")
    change = BulkChange.objects.get()
    while bulk_changes.next_batch(change.pk):
        pass
    expect(bar).to_contain_text("76 mentions changed.")
    assert Mention.objects.filter(status="replied").count() == 76
    bar.get_by_role("button", name="Undo").click()
    expect(bar).to_contain_text("Undoing")
    while bulk_changes.next_batch(change.pk):
        pass
    expect(bar).to_contain_text("76 mentions restored.")
    assert not Mention.objects.filter(status="replied").exists()


@pytest.mark.parametrize("width", [320, 1440])
def test_toolbar_fits_the_screen(inbox, width):
    inbox.set_viewport_size({"width": width, "height": 900})
    box(inbox, 0).check(force=True)
    toolbar = inbox.locator("#picked")
    expect(toolbar).to_be_visible()
    assert inbox.evaluate("document.documentElement.scrollWidth") <= width
    for menu in toolbar.locator("summary").all():
        menu.click()
        edges = toolbar.locator("[open] > .menu-list").bounding_box()
        assert edges["x"] >= 0 and edges["x"] + edges["width"] <= width
        expect(toolbar.locator("[open] > .menu-list")).to_be_in_viewport(ratio=0.99)  # no pane cuts it off
        inbox.keyboard.press("Escape")
    sizes = [one.bounding_box() for one in toolbar.locator(".btn:visible").all()]
    assert all(size["height"] >= 24 and size["width"] >= 24 for size in sizes)
