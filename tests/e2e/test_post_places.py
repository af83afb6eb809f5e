"""The account of a post with its subreddit and title, in Chromium: by keyboard, and why a post failed."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.e2e.accessibility import check_in_light_and_dark
from tests.lookalikes.platforms.publishing import PUBLISHING
from tests.workplace.publishing_place import Place, run
from workplace.models import Post

WORDS = {
    "en": {"place": "Subreddit", "title": "Title on Reddit", "saved": "Accounts saved."},
    "fr": {
        "place": "Subreddit",
        "title": "Titre sur Reddit",
        "saved": "Comptes enregistrés.",
    },
}


@pytest.fixture
def place(project):
    with PUBLISHING["reddit"]() as server:
        server.now = timezone.now()
        server.posts = []
        yield Place(server, project)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_subreddit_and_title_are_entered_by_keyboard(open_as, owner, project, place, language):
    owner.language, words = language, WORDS[language]
    owner.save()
    post = place.post(owner, ago=-timedelta(days=1))
    post.variants.update(credential=None, place="", title="")
    page = open_as(owner, f"/p/{project.pk}/calendar/posts/{post.pk}")
    form = page.locator(f'form[action$="/posts/{post.pk}/accounts"]')
    expect(form.get_by_label(words["title"])).to_have_value("Open day")
    form.get_by_label("Reddit", exact=True).select_option(label="@lumen")
    form.get_by_label(words["place"]).fill("r/Lyon")
    page.keyboard.press("Tab")
    expect(form.get_by_label(words["title"])).to_be_focused()
    page.keyboard.type("The workshop opens")
    page.keyboard.press("Enter")
    expect(page.get_by_text(words["saved"])).to_be_visible()
    expect(page.locator(".post-preview")).to_contain_text("r/Lyon")
    expect(page.locator(".post-preview")).to_contain_text("The workshop opens")


def test_words_of_the_platform_and_counts_are_readable_on_a_phone(open_as, owner, project, place):
    post = place.post(owner)
    post.variants.update(title="A forbidden word that is long enough to need more than one line on a phone")
    assert run().status == "failed"
    page = open_as(owner, f"/p/{project.pk}/calendar/posts/{post.pk}")
    expect(page.locator("#publish").locator("../..")).to_contain_text("Your title can’t have this word.")
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    check_in_light_and_dark(page)
    assert Post.objects.get().variants.get().place == "Lyon"
