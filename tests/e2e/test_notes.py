"""Internal notes in a browser: the list of members that an @ opens, by keyboard, and without a reload."""

import pytest
from playwright.sync_api import expect

from accounts.models import Role
from delivery.models import Delivery
from tests.conftest import make_person
from tests.e2e.held_requests import HeldRequests
from workplace.models import Note


@pytest.mark.parametrize("alone", [False, True])
def test_note_names_a_member_by_keyboard(open_as, owner, brand, project, alone):
    ines = make_person("ines@example.com", project, Role.VIEWER, first_name="Inès Martin")
    make_person("igor@example.com", project, Role.MANAGER, first_name="Igor")
    page = open_as(owner, f"/p/{project.pk}/mentions")
    page.keyboard.press("j")
    expect(page.locator("#detail h2")).to_have_text("Lumen story 0")
    if alone:
        page.goto(page.locator("[data-mention][aria-current] [data-open]").evaluate("link => link.href"))
    page.keyboard.press("c")
    field = page.get_by_label("New internal note")
    expect(field).to_be_focused()
    page.keyboard.type("Please call @i")
    names = page.locator("#note-names li:visible")
    expect(names).to_have_count(2)
    page.keyboard.type("ne")
    expect(names).to_have_text(["IInès Martinines@example.com"])
    page.keyboard.press("Escape")
    expect(names).to_have_count(0)
    page.keyboard.type("s")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(field).to_have_value("Please call @Inès Martin ")
    page.keyboard.type("now")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".notes-text")).to_have_text("Please call @Inès Martin now")
    expect(page.locator(".notes-name")).to_have_text("@Inès Martin")
    assert Note.objects.get().mentioned == [ines.pk] and Delivery.objects.get().user == ines
    page.locator(".notes-foot summary", has_text="Delete").click()
    page.get_by_role("button", name="Delete note").click()
    expect(page.get_by_text("Note deleted")).to_be_visible()
    page.set_viewport_size({"width": 320, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.fixture
def pane(open_as, owner, brand, project):
    page = open_as(owner, f"/p/{project.pk}/mentions")
    page.keyboard.press("j")
    expect(page.locator("#detail h2")).to_have_text("Lumen story 0")
    return page


def press_status(page):
    """Change the status in the pane, which reads the mention again."""
    page.locator("#detail").get_by_role("button", name="Needs reply").click()
    expect(page.locator("#detail").get_by_role("button", name="Needs reply", pressed=True)).to_be_visible()


def test_unsent_note_stays_while_the_mention_changes(pane):
    field = pane.get_by_label("New internal note")
    field.fill("Not sent yet")
    press_status(pane)
    expect(field).to_have_value("Not sent yet")
    assert not Note.objects.exists()


def test_unsent_edit_of_a_note_stays_while_the_mention_changes(pane):
    pane.get_by_label("New internal note").fill("First text")
    pane.get_by_role("button", name="Add note").click()
    pane.locator(".notes-edit summary").click()
    field = pane.get_by_label("Edit note")
    field.fill("Second text")
    press_status(pane)
    expect(field).to_be_visible()
    expect(field).to_have_value("Second text")


@pytest.mark.usefixtures("early_routing")
def test_note_is_shown_when_the_mention_changes_while_it_is_sent(pane):
    sending = HeldRequests(pane, "**/mentions/*/notes")
    pane.get_by_label("New internal note").fill("Sent meanwhile")
    pane.get_by_role("button", name="Add note").click()
    press_status(pane)
    sending.release()
    expect(pane.locator(".notes-text")).to_have_text("Sent meanwhile")
    expect(pane.get_by_label("New internal note")).to_have_value("")
    assert Note.objects.get().text == "Sent meanwhile"
