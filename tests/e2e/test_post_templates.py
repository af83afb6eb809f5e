"""Templates of posts in Chromium: saved on the page of a post, used for a new one, by keyboard."""

import pytest
from playwright.sync_api import expect

from tests.e2e.accessibility import check_in_light_and_dark
from workplace import post_templates, posts
from workplace.models import Post
from workplace.posts import PostValues

WORDS = {
    "en": ("Save as template", "Name", "New post", "Save draft", "Templates"),
    "fr": ("Enregistrer comme modèle", "Nom", "Nouveau contenu", "Enregistrer le brouillon", "Modèles"),
}


@pytest.fixture
def post(project, owner):
    values = PostValues("Open day", "Come in on Saturday", "event", platforms={"bluesky": "", "x": "On X"})
    return posts.create_post(project, owner, values)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_template_is_saved_and_used_by_keyboard(open_as, owner, project, post, language):
    owner.language, (save, name, new, draft, heading) = language, WORDS[language]
    owner.save()
    page = open_as(owner, f"/p/{project.pk}/calendar/posts/{post.pk}")
    page.locator("summary", has_text=save).press("Enter")
    page.get_by_label(name, exact=True).fill("Event")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    page.get_by_role("main").get_by_role("link", name=new).press("Enter")
    expect(page.locator("#id_text")).to_have_value("Come in on Saturday")
    expect(page.locator("#template")).to_be_visible()
    page.locator("#id_title").fill("Sunday")
    page.get_by_role("button", name=draft).press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sunday")
    made = Post.objects.get(title="Sunday")
    assert made.kind == "event" and made.variants.get(platform="x").text == "On X"


def test_templates_fit_a_phone_and_are_accessible(open_as, owner, project, post):
    post_templates.save_template(post, owner, "Donaudampfschifffahrtsgesellschaftskapitän" + "x" * 30)
    page = open_as(owner, f"/p/{project.pk}/calendar/templates")
    expect(page.get_by_role("row")).to_have_count(2)
    check_in_light_and_dark(page)
