"""Pictures of a post in Chromium: chosen, dropped, described, shown in the preview, and saved by keyboard."""

import base64
import re

import pytest
from playwright.sync_api import expect

from tests.e2e.accessibility import check_in_light_and_dark
from tests.pictures import picture_bytes
from workplace import posts
from workplace.models import Post, PostPicture
from workplace.post_pictures import PictureValues, stored
from workplace.posts import PostValues

WORDS = {
    "en": ("Title", "Description for people who can’t see it", "1 picture has no description.", "Save draft"),
    "fr": (
        "Titre",
        "Description pour les personnes qui ne la voient pas",
        "1 image n’a pas de description.",
        "Enregistrer le brouillon",
    ),
}
DROP = """(root, data) => {
    const bytes = Uint8Array.from(atob(data), (one) => one.charCodeAt(0));
    const transfer = new DataTransfer();
    transfer.items.add(new File([bytes], "dropped.png", { type: "image/png" }));
    root.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
}"""

LARGE_FILE = """(input) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([new Uint8Array(10_000_001)], "a.png", { type: "image/png" }));
    input.files = transfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
}"""


@pytest.fixture
def post(project, owner):
    pictures = [PictureValues("A lamp", data=picture_bytes()), PictureValues(data=picture_bytes(color="#a00"))]
    return posts.create_post(project, owner, PostValues("Open day", "Come in", platforms={"x": ""}, pictures=pictures))


@pytest.mark.parametrize("language", ["en", "fr"])
def test_picture_is_chosen_described_and_saved_by_keyboard(open_as, owner, project, language):
    owner.language, (title, description, missing, save) = language, WORDS[language]
    owner.save()
    page = open_as(owner, f"/p/{project.pk}/calendar/posts/new")
    page.get_by_label(title, exact=True).fill("Open day")
    page.locator("#id_on_bluesky").focus()
    page.keyboard.press("Space")
    expect(page.locator("[data-slot]:visible")).to_have_count(1)
    page.locator("#picture_1").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": picture_bytes()})
    expect(page.locator(".post-slot-image img")).to_be_visible()
    expect(page.locator("[data-slot]:visible")).to_have_count(2)
    expect(page.locator(".post-preview")).to_contain_text(missing)
    expect(page.locator("[data-slot-preview]")).to_have_css("background-image", re.compile(r"url\(\"data:image/jpeg"))
    page.get_by_role("textbox", name=description).first.fill("A lamp on a table")
    expect(page.locator(".post-preview")).not_to_contain_text(missing)
    page.get_by_role("button", name=save).press("Enter")
    expect(page.locator(".post-preview img")).to_have_attribute("alt", "A lamp on a table")
    assert PostPicture.objects.get().alt == "A lamp on a table"


def test_file_that_is_too_large_is_not_sent_with_the_form(open_as, owner, project):
    page = open_as(owner, f"/p/{project.pk}/calendar/posts/new")
    page.get_by_label("Title", exact=True).fill("Open day")
    picture = page.locator("#picture_1")
    picture.evaluate(LARGE_FILE)
    expect(picture).to_have_js_property("validationMessage", "The file is larger than 10 MB. Upload a smaller one.")
    page.get_by_role("button", name="Save draft").press("Enter")
    expect(picture).to_be_focused()
    picture.set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": picture_bytes()})
    expect(picture).to_have_js_property("validationMessage", "")
    page.get_by_role("button", name="Save draft").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Open day")


def test_dropped_file_takes_the_next_place(open_as, owner, project, post):
    page = open_as(owner, f"/p/{project.pk}/calendar/posts/{post.pk}/edit")
    dropped = base64.b64encode(picture_bytes(color="#0a0")).decode()
    page.locator("[data-pictures]").evaluate(DROP, dropped)
    expect(page.locator(".post-preview .post-pictures > *")).to_have_count(3)
    page.locator("#picture_alt_3").fill("Green")
    page.locator("#picture_place_3").select_option("1")
    page.locator("[name=picture_remove_2]").check()
    expect(page.locator(".post-preview .post-pictures > *")).to_have_count(2)
    page.get_by_role("button", name="Save", exact=True).last.press("Enter")
    expect(page.locator(".post-files li")).to_have_count(2)
    assert [one.alt for one in stored(Post.objects.get())] == ["Green", "A lamp"]


@pytest.mark.parametrize("page_of", ["", "/edit"])
def test_pages_with_pictures_fit_a_phone_and_are_accessible(open_as, owner, project, post, page_of):
    page = open_as(owner, f"/p/{project.pk}/calendar/posts/{post.pk}{page_of}")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    check_in_light_and_dark(page)
