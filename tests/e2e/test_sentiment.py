"""Sentiment corrections in a browser: shortcuts, buttons, undo, the chart."""

import re

import pytest
from playwright.sync_api import expect

from monitoring.enrichment import score_mentions
from monitoring.models import Mention
from tests.e2e.conftest import ago
from tests.factories import make_keyword, make_mention


@pytest.fixture
def inbox(open_as, owner, brand, project):
    """The mentions page without a running worker: undone corrections stay pending."""
    Mention.objects.update(sentiment="neutral", negative=0.1, positive=0.1, analyzed_by="model")
    return open_as(owner, f"/p/{project.pk}/mentions")


def sign_is(page, words):
    sign = page.locator("[data-mention][aria-current] [data-sign]")
    expect(sign).to_have_attribute("aria-label", re.compile(words))


def tags(page):
    return page.locator("[data-mention][aria-current] [data-badges]")


def test_correction_key_changes_sign_and_undo_restores_it(inbox):
    negative = inbox.locator("[data-facet=sentiment] .view", has_text="Negative").locator(".view-n")
    inbox.keyboard.press("j")
    sign_is(inbox, "^Neutral$")
    inbox.keyboard.press("-")
    sign_is(inbox, "Negative.*corrected manually")
    expect(inbox.locator(".toast")).to_contain_text("Negative")
    expect(inbox.locator("#detail [data-sentiments-of]")).to_contain_text("Corrected by")
    expect(negative).to_have_text("1")
    inbox.keyboard.press("+")
    sign_is(inbox, "Positive")
    inbox.keyboard.press("u")
    sign_is(inbox, "Negative")
    inbox.locator(".toast").wait_for(state="detached")
    inbox.keyboard.press("u")
    sign_is(inbox, "Analyzing…")
    score_mentions.analyze_mentions(), score_mentions.encode_mentions()
    sign_is(inbox, "^(?!Analyzing)")
    expect(inbox.locator("#detail [data-sentiments-of]")).not_to_contain_text("Analyzing…")
    assert not Mention.objects.filter(analyzed_by=Mention.BY_PERSON).exists()


def test_correction_keys_apply_in_order_when_pressed_quickly(inbox):
    inbox.keyboard.press("j")
    for key in "-=+":
        inbox.keyboard.press(key)
    sign_is(inbox, "Positive")
    expect(inbox.locator("#detail form[data-correct] [aria-pressed=true]")).to_have_text("Positive")
    for label in ("Neutral", "Negative"):
        inbox.keyboard.press("u")
        sign_is(inbox, label)


def test_correction_button_changes_one_keyword_of_item(inbox, brand, project):
    halo = make_keyword(project, "Second", "second")
    mention = make_mention(brand, title="Lumen and second", published=ago(0))
    make_mention(halo, mention.document, sentiment="positive", negative=0.1, positive=0.8)
    Mention.objects.filter(pk=mention.pk).update(sentiment="negative", negative=0.8, positive=0.1)
    inbox.reload()
    inbox.keyboard.press("j")
    expect(tags(inbox)).to_have_text(re.compile(r"Lumen\s+Negative\s+Second\s+Positive"))
    inbox.locator("#detail").get_by_role("group", name="Second").get_by_role("button", name="Neutral").click()
    expect(tags(inbox)).to_contain_text("Neutral")
    assert list(
        Mention.objects.filter(document=mention.document).order_by("id").values_list("sentiment", flat=True)
    ) == [
        "negative",
        "neutral",
    ]
    inbox.locator(".toast button").click()
    expect(tags(inbox)).to_contain_text("Analyzing…")


def test_correction_key_on_mention_page_applies_only_with_one_keyword(inbox, brand, project):
    alone, shared = make_mention(brand, published=ago(0)), make_mention(brand, published=ago(0))
    make_mention(make_keyword(project, "Second", "second"), shared.document)
    for mention in (shared, alone):
        inbox.goto(f"{inbox.url.partition('/mentions')[0]}/mentions/{mention.pk}")
        inbox.keyboard.press("-")
    expect(inbox.locator("form[data-correct] [aria-pressed=true]")).to_have_text("Negative")
    assert [one.pk for one in Mention.objects.filter(analyzed_by=Mention.BY_PERSON)] == [alone.pk]


LAST_NEGATIVE_BAR = """(canvas) => {
  const chart = Chart.getChart(canvas);
  const index = chart.data.datasets.findIndex((one) => one.key === "negative");
  const { x, y, base } = chart.getDatasetMeta(index).data.at(-1).getProps(["x", "y", "base"], true);
  return { x, y: (y + base) / 2 };
}"""


def test_sentiment_appears_after_analysis_and_chart_links_bands_to_mentions(open_as, viewer, brand, project):
    page = open_as(viewer, f"/p/{project.pk}/")
    expect(page.locator("#tile-sentiment")).to_contain_text("fewer than 10 analyzed mentions")
    Mention.objects.update(sentiment="negative", negative=0.9, positive=0.05)
    page.evaluate("document.body.dispatchEvent(new CustomEvent('vigie:tick'))")
    expect(page.locator("#tile-sentiment .tile-value")).to_have_text("−100")
    page = open_as(viewer, f"/p/{project.pk}/keywords/{brand.pk}")
    chart = page.locator(".chart", has=page.locator("canvas[data-chart=sentiment-data][data-drawn]"))
    chart.locator("canvas").click(position=chart.locator("canvas").evaluate(LAST_NEGATIVE_BAR))
    page.wait_for_url("**/mentions?*sentiment=negative*")
    expect(page.locator("[data-mention] [data-tone=neg]").first).to_be_visible()
