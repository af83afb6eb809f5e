"""Suggestions of noise in Chromium: decided with one key and undone, in both languages, on a phone, in the dark."""

import pytest
from playwright.sync_api import expect

from monitoring.models import Document, Mention, Triage
from tests.e2e.accessibility import check_in_light_and_dark
from tests.factories import make_mention
from tests.relevance import suggest_as_noise, use_new_version

WORDS = {
    "en": ("Probably noise", "which your team ignored", "The most similar relevant item", "Ignore as noise"),
    "fr": ("Bruit probable", "que votre équipe a ignorée", "pertinente la plus proche", "Ignorer comme bruit"),
}
IGNORED, RELEVANT = "A thousand lumen for the garden", "My Lumen lamp flickers"
FIRST, SECOND = "Lumen story 0", "Lumen story 1"


@pytest.fixture
def noise(brand):
    """Suggest the two newest items as noise, similar to an ignored and to a relevant one. Return the address."""
    ignored = make_mention(brand, title=IGNORED, status="ignored")
    relevant = make_mention(brand, title=RELEVANT, status="replied")
    documents = Document.objects.filter(title__in=[FIRST, SECOND])
    version = use_new_version(brand.project, noise_ids=[ignored.document_id], kept_ids=[relevant.document_id])
    suggest_as_noise(documents, version, ignored.document_id, relevant.document_id)
    return f"/p/{brand.project_id}/mentions?status=to_review"


def rows(page):
    return page.locator("[data-mention]")


def pane(page):
    return page.locator("#detail")


def hint(page):
    return pane(page).locator(".note", has_text="Probably noise")


def toast(page):
    return page.locator(".toast-text")


def decided():
    """Return the status of the first item, the reason for it, and whether it is marked as relevant."""
    mention = Mention.objects.get(document__title=FIRST)
    triage = Triage.objects.filter(document=mention.document_id).first() or Triage(reason="")
    return mention.status, triage.reason, triage.is_relevant


@pytest.fixture
def view(noise, english_manager, open_as):
    """Open the inbox, and its view of what is probably noise, at its first item."""
    page = open_as(english_manager, noise)
    link = page.locator("a.view", has_text="Probably noise")
    expect(link.locator(".view-n")).to_have_text("2")
    link.click()
    expect(rows(page)).to_have_count(2)
    expect(link).to_have_attribute("aria-current", "page")
    page.keyboard.press("j")
    expect(pane(page).locator("h2")).to_have_text(FIRST)
    return page


def test_key_ignores_a_suggested_item_as_off_topic_and_is_undone(view):
    view.keyboard.press("y")
    expect(toast(view)).to_contain_text("Ignored")
    expect(rows(view)).to_have_count(1)
    expect(pane(view).locator("h2")).to_have_text(SECOND)
    expect(view.locator("a.view", has_text="Probably noise").locator(".view-n")).to_have_text("1")
    assert decided() == ("ignored", "off_topic", None)
    view.keyboard.press("u")
    expect(rows(view)).to_have_count(2)
    assert decided() == ("to_review", "", None)


def test_key_marks_a_suggested_item_as_relevant_and_is_undone(view):
    view.keyboard.press("w")
    expect(toast(view)).to_have_text("Marked as relevant.")
    expect(rows(view)).to_have_count(1)
    expect(pane(view).locator("h2")).to_have_text(SECOND)
    assert decided() == ("to_review", "", True)
    view.keyboard.press("u")
    expect(rows(view)).to_have_count(2)
    assert decided() == ("to_review", "", None)


def test_all_suggestions_are_decided_by_key_until_the_view_is_empty(view):
    view.keyboard.press("y")
    expect(pane(view).locator("h2")).to_have_text(SECOND)
    view.keyboard.press("w")
    expect(rows(view)).to_have_count(0)
    view.reload()
    expect(view.get_by_role("heading", name="No suggestions here")).to_be_visible()
    assert decided() == ("ignored", "off_topic", None)
    assert Triage.objects.get(document__title=SECOND).is_relevant
    check_in_light_and_dark(view)


def test_inbox_shows_why_and_the_keys_do_nothing_without_a_suggestion(noise, english_manager, open_as):
    page = open_as(english_manager, noise)
    page.keyboard.press("j")
    expect(hint(page).get_by_role("link", name=IGNORED)).to_be_visible()
    expect(hint(page).get_by_role("link", name=RELEVANT)).to_be_visible()
    page.keyboard.press("w")
    expect(toast(page)).to_have_text("Marked as relevant.")
    expect(hint(page)).to_have_count(0)
    expect(rows(page)).to_have_count(16)  # in the inbox, a relevant item still awaits review
    page.keyboard.press("y")
    page.keyboard.press("i")
    expect(rows(page)).to_have_count(15)
    assert decided() == ("ignored", "", True)


def test_page_of_a_mention_has_the_decisions(noise, english_manager, open_as):
    mention = Mention.objects.get(document__title=FIRST)
    page = open_as(english_manager, f"/p/{mention.document.project_id}/mentions/{mention.pk}")
    page.get_by_role("link", name=IGNORED).click()
    expect(page.locator("h2").first).to_have_text(IGNORED)
    page.go_back()
    page.keyboard.press("y")
    expect(page.get_by_role("status").first).to_contain_text("Reason for not replying: Off topic.")
    expect(page.locator(".note", has_text="Probably noise")).to_have_count(0)
    assert decided() == ("ignored", "off_topic", None)
    page.locator(".read-history summary").click()
    page.locator(".read-history").get_by_role("button", name="Undo").click()
    expect(page.locator(".note", has_text="Probably noise")).to_be_visible()
    assert decided() == ("to_review", "", None)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_suggestion_is_accessible_and_fits(noise, manager, open_as, language):
    manager.language = language
    manager.save()
    title, ignored, relevant, button = WORDS[language]
    page = open_as(manager, f"{noise}&probably=noise")
    page.keyboard.press("j")
    for words in (title, ignored, relevant):
        expect(pane(page)).to_contain_text(words)
    expect(pane(page).get_by_role("button", name=button)).to_be_visible()
    check_in_light_and_dark(page)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_relevance_settings_are_accessible_and_fit(brand, owner, open_as, language):
    owner.language = language
    owner.save()
    address = f"/p/{brand.project_id}/settings/relevance"
    check_in_light_and_dark(open_as(owner, address))
    use_new_version(brand.project)
    use_new_version(brand.project, 2)
    page = open_as(owner, address)
    expect(page.locator("tbody tr")).to_have_count(2)
    check_in_light_and_dark(page)
