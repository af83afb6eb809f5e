"""The website page in Chromium: charts with their table, periods, campaign links, and connecting by keyboard."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.accessibility import check_in_light_and_dark
from tests.lookalikes.website.google_sign_in import CLIENT_ID, CLIENT_SECRET, GoogleSignInServer
from tests.lookalikes.website.matomo import MatomoServer
from tests.website.conftest import point_google_to
from tests.website.world import make_figures
from website.google_sign_in import redirect_uri
from website.models import Website

WORDS = {
    "en": ("Website", "Visits from social sites follow mentions after 1 day", "Landing pages"),
    "fr": ("Site web", "Les visites depuis les réseaux sociaux suivent les mentions à 1 jour", "Pages d’entrée"),
}


@pytest.mark.parametrize("language", ["en", "fr"])
def test_page_shows_figures_fits_and_is_accessible(brand, viewer, open_as, language):
    viewer.language = language
    viewer.save()
    make_figures(brand)
    title, connection, pages = WORDS[language]
    page = open_as(viewer, f"/p/{brand.project_id}/website")
    expect(page.get_by_role("heading", name=title, level=1)).to_be_visible()
    expect(page.locator("#connection")).to_contain_text(connection)
    expect(page.get_by_role("heading", name=pages)).to_be_visible()
    expect(page.locator("canvas[data-drawn=true]")).to_have_count(2)
    check_in_light_and_dark(page)


def test_period_and_table_are_reached_by_keyboard(brand, viewer, open_as):
    make_figures(brand)
    page = open_as(viewer, f"/p/{brand.project_id}/website")
    page.get_by_role("link", name="7 days").press("Enter")
    expect(page).to_have_url(re.compile("days=7"))
    expect(page.locator("#status-text")).to_contain_text("Sessions in the last 7 days")
    page.locator("summary", has_text="Show as table").press("Enter")
    expect(page.locator("#website-days tbody tr")).to_have_count(7)
    page.locator("#website-days tbody a").first.press("Enter")
    expect(page).to_have_url(re.compile(r"/mentions\?"))


def test_campaign_link_is_built_and_copied(brand, viewer, open_as):
    make_figures(brand)
    page = open_as(viewer, f"/p/{brand.project_id}/website")
    page.get_by_role("link", name="Campaign link").press("Enter")
    page.get_by_label("Page", exact=True).fill("https://lumen.example/aurore")
    page.get_by_label("Source").fill("Mastodon")
    page.get_by_label("Campaign").fill("Automne 2026")
    page.get_by_label("Post").fill("Contenu 12")
    page.get_by_label("Post").press("Enter")
    link = (
        "https://lumen.example/aurore?utm_source=mastodon&utm_medium=social&utm_campaign=automne-2026"
        "&utm_content=contenu-12"
    )
    expect(page.get_by_role("textbox", name="Your link")).to_have_value(link)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy link").press("Enter")
    expect(page.get_by_role("button", name="Link copied")).to_be_visible()


def test_admin_connects_a_website_by_keyboard(brand, owner, open_as):
    with MatomoServer() as server:
        page = open_as(owner, f"/p/{brand.project_id}/website")
        page.get_by_role("link", name="Connect a website").press("Enter")
        page.get_by_role("link", name="Matomo").press("Enter")
        page.get_by_label("URL of Matomo").fill(server.url)
        page.get_by_label("Website ID").fill("3")
        page.get_by_label("Token").fill("wrong")
        page.get_by_label("Token").press("Enter")
        expect(page.get_by_text("Matomo rejects the key.")).to_be_visible()
        page.get_by_label("Token").fill(server.secrets["token"])
        page.get_by_label("Token").press("Enter")
        expect(page.get_by_text("“Maison Lumen” connected.")).to_be_visible()
        expect(page.get_by_text("The first figures arrive in a few minutes.")).to_be_visible()
    assert Website.objects.get().zone_name == server.zone


def test_admin_signs_in_with_google_and_selects_a_property(brand, owner, open_as, live_server, settings, monkeypatch):
    settings.BASE_URL = live_server.url
    settings.GOOGLE_CLIENT_ID, settings.GOOGLE_CLIENT_SECRET = CLIENT_ID, CLIENT_SECRET
    with GoogleSignInServer() as server:
        point_google_to(server, monkeypatch)
        server.redirect_uri = redirect_uri()
        page = open_as(owner, f"/p/{brand.project_id}/settings/websites")
        page.get_by_role("link", name="Google Analytics 4").press("Enter")
        page.get_by_role("button", name="Sign in with Google").press("Enter")
        expect(page.get_by_role("heading", name="Select a property", level=1)).to_be_visible()
        page.get_by_label("Property").select_option("123456789")
        page.get_by_role("button", name="Connect").press("Enter")
        expect(page.get_by_text("“lumen.example” connected.")).to_be_visible()
    assert Website.objects.get().settings == {"property": "123456789"}
