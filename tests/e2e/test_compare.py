"""The compare page in Chromium: charts and parts that load, the choice of keywords, weights, keyboard, phone, dark."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from monitoring.models import Keyword, Source
from tests.e2e.accessibility import check_in_light_and_dark
from tests.factories import make_keyword, make_mentions

WORDS = {"en": ("Compare", "Praised for", "Visibility"), "fr": ("Comparer", "Éloges", "Visibilité")}


@pytest.fixture
def rivals(brand):
    """The brand is criticized for its delivery, Halo is praised for its light, and Brise has few mentions."""
    now = timezone.now()
    Source.objects.update(created_at=now - timedelta(days=300))
    halo = Keyword.objects.get(name="Halo")
    brise = make_keyword(brand.project, "Brise", "brise", type="competitor")
    days = [now - timedelta(days=day, hours=hour) for day in range(28) for hour in (2, 3)]
    late = {"title": "Lumen : toujours rien", "text": "Lumen, livraison perdue", "sentiment": "negative"}
    soft = {"title": "Halo, très beau", "text": "Halo, une lumière douce", "sentiment": "positive", "engagement": 40}
    make_mentions(brand, [{**late, "published": day, "author": "Zoë", "platform": "bluesky"} for day in days])
    make_mentions(brand, [{"published": day, "sentiment": "neutral", "followers": 300} for day in days])
    make_mentions(halo, [{**soft, "published": day, "author": "Zoë", "platform": "mastodon"} for day in days])
    make_mentions(halo, [{"published": day, "sentiment": "neutral", "followers": 900} for day in days[::6]])
    make_mentions(brise, [{"published": day, "sentiment": "neutral"} for day in days[::18]])
    for platform in ("lemmy", "appstore", "stackexchange", "hackernews"):  # a wide table
        make_mentions(brise, [{"published": days[0], "platform": platform}])
    return brand


@pytest.mark.parametrize("language", ["en", "fr"])
def test_compare_loads_its_parts_fits_and_is_accessible(rivals, viewer, open_as, language):
    viewer.language = language
    viewer.save()
    title, praise, visibility = WORDS[language]
    page = open_as(viewer, f"/p/{rivals.project_id}/compare?period=30d")
    expect(page.get_by_role("heading", name=title, level=1)).to_be_visible()
    expect(page.locator(".compare-side", has_text=praise)).to_have_count(3)
    expect(page.locator(".compare-side .term", has_text="livraison")).to_have_count(1)
    expect(page.get_by_role("heading", name=visibility)).to_be_visible()
    expect(page.locator("canvas[data-drawn=true]")).to_have_count(2)
    check_in_light_and_dark(page)


def test_keywords_and_weights_are_chosen_by_keyboard(rivals, viewer, open_as):
    page = open_as(viewer, f"/p/{rivals.project_id}/compare?period=30d")
    page.locator("summary", has_text="Keywords").press("Enter")
    page.get_by_role("checkbox", name="Brise").press("Space")
    page.get_by_role("button", name="Compare").press("Enter")
    expect(page).to_have_url(re.compile("keyword="))
    expect(page.locator("#sides tbody tr")).to_have_count(2)
    scores = page.locator("#visibility table").first.locator("tbody tr td:nth-child(2)")
    expect(scores).to_have_text(["78", "81"])
    page.get_by_label("Known reach").fill("100")
    page.get_by_label("Different authors").fill("0")
    page.get_by_label("Mentions", exact=True).fill("0")
    page.keyboard.press("Enter")
    expect(scores).to_have_text(["33", "100"])
    expect(page.get_by_label("Known reach")).to_have_value("100")
    expect(page).to_have_url(re.compile("reach_weight=100"))
    page.reload()
    expect(scores).to_have_text(["33", "100"])


def test_number_of_a_platform_leads_to_its_mentions(rivals, viewer, open_as):
    page = open_as(viewer, f"/p/{rivals.project_id}/compare?period=30d")
    page.locator("#matrix tr", has_text="Bluesky").get_by_role("link").first.click()
    expect(page.locator("#list-title")).to_contain_text("56 mentions")
