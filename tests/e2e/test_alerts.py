"""Alert rules, incidents, the digest and the delivery log in a browser."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from alerts.digests.send import send_now
from alerts.evaluate import evaluate_all
from alerts.models import Digest, Rule
from delivery.models import Delivery
from tests.e2e.waiting import wait_until


def test_rule_form_shows_only_fields_of_chosen_condition(open_as, brand, owner):
    page = open_as(owner, f"/p/{brand.project_id}/rules/new")
    expect(page.get_by_label("Threshold", exact=True).first).to_be_visible()
    expect(page.get_by_label("Percentage").first).to_be_hidden()
    page.get_by_label("Condition").first.select_option("rises, in percent, by at least")
    expect(page.get_by_label("Threshold", exact=True).first).to_be_hidden()
    page.get_by_label("Percentage").first.fill("150")
    page.get_by_label("Keyword", exact=True).select_option("Lumen")
    page.get_by_role("button", name="Save rule").click()
    rule = page.get_by_role("rowheader", name="Alert when mentions of Lumen rise by 150% or more in 1 hour")
    expect(rule).to_be_visible()


SHOWN_WORDS = """element => {
  const words = (one) =>
    one.nodeType === Node.TEXT_NODE ? one.data
    : one.matches(".sr") || getComputedStyle(one).display === "none" ? ""
    : one.matches("input, select") ? "[]"
    : [...one.childNodes].map(words).join("");
  return words(element).replace(/\\s+/g, " ").trim();
}"""


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "Alert when [] [] [] [] [] points in [], with a minimum of [] analyzed mentions."),
        ("fr", "Alerter quand [] [] [] [] [] points en [], avec un minimum de [] mentions évaluées."),
    ],
)
def test_rule_form_is_a_sentence_that_fits_on_mobile(open_as, brand, owner, language, sentence):
    owner.language = language
    owner.save()
    page = open_as(owner, f"/p/{brand.project_id}/rules/new")
    page.set_viewport_size({"width": 320, "height": 740})
    page.locator("[name=measure]").select_option("net_sentiment")
    page.locator("[name=condition]").select_option("rise")
    assert page.locator(".rule-sentence").first.evaluate(SHOWN_WORDS) == sentence
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    page.locator("[name=measure]").select_option("overdue")
    expect(page.locator("[name=window_s]")).to_be_hidden()
    page.locator("[name=also-1-measure]").evaluate("one => (one.closest('details').open = true)")
    page.locator("[name=also-1-measure]").select_option("newcomer")
    expect(page.locator("[name=window_s]")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_incident_page_draws_chart_acknowledges_and_links_to_mentions(open_as, brand, owner):
    Rule.objects.create(project=brand.project, keyword=brand, threshold=5, window_s=86400)
    evaluate_all(timezone.now())
    page = open_as(owner, f"/p/{brand.project_id}/incidents")
    page.get_by_role("link", name="Lumen: 12 mentions in 24 hours").click()
    expect(page.locator("canvas")).to_be_visible()
    page.get_by_role("button", name="Acknowledge").click()
    expect(page.locator(".bar .badge")).to_have_text("Acknowledged")
    expect(page.locator(".bar .badge")).to_be_visible()
    page.get_by_role("link", name="View all 12 mentions").click()
    expect(page.get_by_role("heading", name="12 mentions")).to_be_visible()


def test_digest_is_previewed_sent_and_listed_in_delivery_log(open_as, brand, owner, settings):
    settings.EMAIL_URL = ""
    page = open_as(owner, f"/p/{brand.project_id}/digest")
    expect(page.get_by_label("Day", exact=True)).to_be_hidden()
    page.get_by_label("Frequency").select_option("Weekly")
    expect(page.get_by_label("Day", exact=True)).to_be_visible()
    page.get_by_role("button", name="Save").click()
    page.get_by_role("button", name="Send one now").click()
    expect(page.get_by_text("saved to the delivery log")).to_be_visible()
    page.goto(page.url.replace("digest", "outbox"))
    page.get_by_role("link", name=Delivery.objects.get().subject).click()
    expect(page.frame_locator("iframe.mail-frame").get_by_text("Unsubscribe")).to_be_visible()


BACKGROUND = "element => getComputedStyle(element).backgroundColor"


@pytest.mark.parametrize(("theme", "system"), [("dark", "light"), ("light", "dark"), ("", "dark"), ("", "light")])
def test_emails_follow_the_theme_of_the_page(open_as, live_server, brand, owner, theme, system):
    digest = Digest.objects.create(project=brand.project, user=owner, sent_until=timezone.now() - timedelta(days=1))
    send_now(digest, timezone.now())
    page = open_as(owner, f"/p/{brand.project_id}/digest")
    page.context.add_cookies([{"name": "theme", "value": theme or "auto", "url": live_server.url}])
    page.emulate_media(color_scheme=system)
    page.goto(f"{live_server.url}/p/{brand.project_id}/digest/preview")
    is_dark = (theme or system) == "dark"
    headline = page.frame_locator("iframe.mail-frame").locator("h1").evaluate("one => getComputedStyle(one).color")
    assert headline == ("rgb(232, 238, 241)" if is_dark else "rgb(21, 33, 43)")
    page.goto(f"{live_server.url}/p/{brand.project_id}/outbox/{Delivery.objects.get().pk}")
    email = page.frame_locator("iframe.mail-frame").locator(".paper")
    assert email.evaluate(BACKGROUND) == ("rgb(18, 25, 31)" if is_dark else "rgb(255, 255, 255)")


SCROLLS = "frame => frame.contentDocument.documentElement.scrollHeight > frame.clientHeight"


def test_emails_scroll_with_the_page(open_as, brand, owner):
    digest = Digest.objects.create(project=brand.project, user=owner, sent_until=timezone.now() - timedelta(days=1))
    send_now(digest, timezone.now())
    page = open_as(owner, f"/p/{brand.project_id}/outbox/{Delivery.objects.get().pk}")
    frame = page.locator("iframe.mail-frame")
    expect(frame).to_have_attribute("style", re.compile("block-size"))
    assert not frame.evaluate(SCROLLS)
    page.set_viewport_size({"width": 375, "height": 700})
    wait_until(page, f"!({SCROLLS})(document.querySelector('iframe.mail-frame'))")


def test_unsubscribe_link_needs_one_confirmation(open_as, page, live_server, brand, owner, settings):
    settings.BASE_URL = live_server.url
    open_as(owner, f"/p/{brand.project_id}/digest")
    page.get_by_role("button", name="Send one now").click()
    link = Delivery.objects.get().headers["List-Unsubscribe"].strip("<>")
    page.context.clear_cookies()
    page.goto(link)
    page.get_by_role("button", name="Unsubscribe").click()
    expect(page.get_by_role("heading", name="You’re unsubscribed")).to_be_visible()
