"""Links of posts, questions and good hours of the calendar in Chromium: by keyboard, on a phone, in both languages."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.e2e.accessibility import check_in_light_and_dark
from tests.factories import make_mentions
from workplace import posts
from workplace.models import OutgoingPost, Post
from workplace.posts import PostValues

WORDS = {
    "en": {
        "button": "Add campaign parameters to links",
        "done": "Campaign parameters added.",
        "asked": "asked by 2 people in 30 days",
        "respond": "When people respond to you",
    },
    "fr": {
        "button": "Ajouter des paramètres de campagne aux liens",
        "done": "Paramètres de campagne ajoutés.",
        "asked": "posée par 2 personnes en 30 jours",
        "respond": "Quand on vous répond",
    },
}
LINK = "https://lumen.example/a"


@pytest.fixture
def post(project, owner):
    posts.set_rules(project, owner, link_domains=["lumen.example"])
    values = PostValues("Open day", f"Come: {LINK}", platforms={"bluesky": "", "x": ""}, time_zone="UTC")
    return posts.create_post(project, owner, values)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_button_tags_the_links_of_each_platform_and_the_preview_counts_them(open_as, owner, project, post, language):
    owner.language, words = language, WORDS[language]
    owner.save()
    page = open_as(owner, f"/p/{project.pk}/calendar/posts/{post.pk}/edit")
    page.get_by_label("Titre" if language == "fr" else "Title", exact=True).fill("Open day, not saved yet")
    page.get_by_role("button", name=words["button"]).press("Enter")
    expect(page.locator("#tag-result")).to_contain_text(words["done"])
    for name in ("bluesky", "x"):
        tags = f"utm_source={name}&utm_medium=social&utm_campaign=vigie-{post.pk}&utm_content=vigie-{post.pk}"
        expect(page.locator(f"#id_text_{name}")).to_have_value(f"Come: {LINK}?{tags}")
        expect(page.locator("#post-preview")).to_contain_text(f"{LINK}?{tags}")
    # X counts a link as 23 characters.
    expect(page.locator("#post-preview")).to_contain_text("29 " + ("caractères sur" if language == "fr" else "of"))
    expect(page.locator("#id_title")).to_have_value("Open day, not saved yet")
    page.locator("#post-form button[data-kind=main]").press("Enter")
    expect(page.locator("#text-bluesky")).to_contain_text("utm_source=bluesky")
    assert Post.objects.get().title == "Open day, not saved yet"


@pytest.mark.parametrize("language", ["en", "fr"])
def test_questions_and_hours_of_responses_fit_a_phone_and_are_accessible(open_as, owner, project, brand, language):
    owner.language, words, now = language, WORDS[language], timezone.now()
    owner.save()
    asked = {"title": "", "text": "Bonjour, vous livrez en Belgique ?", "platform": "bluesky", "kind": "post"}
    make_mentions(brand, [asked | {"author": name, "published": now - timedelta(hours=1)} for name in ("Léa", "Tom")])
    at = (now - timedelta(days=3)).replace(minute=0)
    for number in range(10):
        planned = Post.objects.create(project=project, title=f"Post {number}")
        variant = planned.variants.create(platform="bluesky")
        sent = {"state": "sent", "sent_at": at, "native_id": f"at://{number}"}
        OutgoingPost.objects.create(project=project, variant=variant, **sent).gains.create(at=at, count=6)
    page = open_as(owner, f"/p/{project.pk}/calendar")
    expect(page.locator(".cal-ideas")).to_contain_text(words["asked"])
    expect(page.get_by_role("heading", name=words["respond"])).to_be_visible()
    check_in_light_and_dark(page)
    page.set_viewport_size({"width": 320, "height": 700})
    width = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert width[0] <= width[1]
    page.locator(".cal-ideas a.btn").first.press("Enter")
    expect(page.locator("#id_title")).to_have_value("Bonjour, vous livrez en Belgique\u202f?")
    expect(page.locator("#id_kind")).to_have_value("information")
