"""Internal notes in a browser: the list of members that an @ opens, by keyboard, and without a reload."""

import pytest
from playwright.sync_api import expect

from accounts.models import Role
from delivery.models import Delivery
from tests.conftest import make_person
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
