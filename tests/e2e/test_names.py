"""The distinctive names, in Chromium: loaded into the page of themes, keyboard, phone, light and dark."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.accessibility import check_in_light_and_dark
from tests.factories import make_mentions

WORDS = {"en": ("Distinctive names", "Create keyword"), "fr": ("Noms caractéristiques", "Créer un mot-clé")}


@pytest.fixture
def named(brand):
    """Mentions that name a place with a long name."""
    place = "Saint-Germain-de-la-Montagne-des-Loups"
    texts = [f"un colis Lumen perdu à {place} hier {number}" for number in range(4)]
    rows = [{"title": "", "text": text, "author": f"a{at}", "sentiment": "negative"} for at, text in enumerate(texts)]
    make_mentions(brand, rows)
    return brand.project


@pytest.mark.parametrize("language", ["en", "fr"])
def test_names_are_accessible_and_fit(named, manager, open_as, language):
    manager.language = language
    manager.save()
    title, create = WORDS[language]
    page = open_as(manager, f"/p/{named.pk}/themes?period=30d")
    expect(page.get_by_role("heading", name=title)).to_be_visible()
    expect(page.get_by_role("link", name=re.compile(create))).to_be_visible()
    check_in_light_and_dark(page)
    page.set_viewport_size({"width": 320, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_a_name_leads_to_its_mentions_and_to_a_keyword(named, english_manager, open_as):
    page = open_as(english_manager, f"/p/{named.pk}/themes?period=30d")
    page.get_by_role("link", name=re.compile("Create keyword.*Loups")).press("Enter")
    expect(page.get_by_label("Name", exact=True)).to_have_value("Saint-Germain-de-la-Montagne-des-Loups")
    page.go_back()
    page.get_by_role("link", name="Saint-Germain-de-la-Montagne-des-Loups", exact=True).press("Enter")
    expect(page.get_by_text("un colis Lumen perdu").first).to_be_visible()
