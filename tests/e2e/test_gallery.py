"""The gallery of platforms in the browser: searching it, by keyboard and on narrow screens."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.django_db(transaction=True)

WIDTHS = [320, 1400]
WORDS = {
    "en": ("Find a platform", "No platform matches. Add a feed or website by its URL.", "video"),
    "fr": (
        "Trouver une plateforme",
        "Aucune plateforme ne correspond. Ajoutez un flux ou un site par son adresse.",
        "vidéo",
    ),
}


@pytest.fixture(params=["en", "fr"])
def language(request, owner):
    owner.language = request.param
    owner.save()
    return request.param


@pytest.mark.parametrize("width", WIDTHS)
def test_gallery_shows_the_platforms_with_the_words_typed(open_as, owner, at, language, width):
    label, none, word = WORDS[language]
    page = open_as(owner, at("source_add"))
    page.set_viewport_size({"width": width, "height": 800})
    cards = page.locator("a.card:visible")
    everything = cards.count()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    field = page.get_by_label(label, exact=True)
    field.fill(word)
    expect(page.get_by_role("link", name="YouTube").first).to_be_visible()
    assert 0 < cards.count() < everything
    field.fill("LEMMY")
    expect(cards).to_have_count(1)
    field.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Lemmy")
    page.go_back()
    field.fill("myspace")
    expect(page.get_by_role("status")).to_have_text(none)
    expect(cards).to_have_count(0)
