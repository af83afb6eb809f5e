"""The website page and the connections in the settings: what each person sees, and what goes wrong in words."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.factories import make_keyword
from tests.lookalikes.website.base import connection_of
from tests.lookalikes.website.matomo import MatomoServer
from tests.website.factories import make_breakdown, make_days, make_website
from tests.website.world import make_figures
from website.models import Website, WebsiteDay
from workplace.models import Annotation

pytestmark = pytest.mark.django_db


@pytest.fixture
def matomo():
    with MatomoServer() as running:
        yield running


@pytest.fixture
def get(as_person, viewer, at):
    """`get(query)`: the page as a viewer."""
    return lambda query="": as_person(viewer).get(f"{at('website')}{query}")


def values(server):
    return {**connection_of(server).settings, **server.secrets}


def test_empty_page_says_how_to_connect(as_person, owner, viewer, at):
    shown = as_person(owner).get(at("website")).text
    assert "No website connected yet" in shown and at("websites") in shown
    shown = as_person(viewer).get(at("website")).text
    assert "An admin can connect" in shown and at("websites") not in shown


def test_page_before_the_first_read_says_that_figures_come(project, get):
    make_website(project)
    shown = get().text
    assert "No figures yet" in shown and "The first figures arrive in a few minutes." in shown


def test_page_compares_with_the_previous_period(project, get):
    website = make_website(project)
    make_days(website, timezone.now().date() - timedelta(days=1), [10] * 28 + [15] * 28)
    page = get()
    assert "Sessions in the last 28 days: 420, 50% more than in the 28 days before." in page.text
    tiles = {tile.id: (tile.value, tile.note, tile.arrow) for tile in page.context["page"].tiles}
    assert tiles["tile-sessions"] == ("420", "50% · 280 before", "up")
    assert tiles["tile-users"][0] == "1"
    assert "Sessions in the last 7 days: 105, as in the 7 days before." in get("?days=7").text
    assert "no figures of the previous period yet" in get("?days=90").text
    assert get("?days=90").context["page"].period.days == 56


@pytest.mark.parametrize("query", ["?days=1000", "?days=x", "?site=99999999999999999999", "?site=x"])
def test_values_that_cannot_be_used_are_ignored(project, get, query):
    website = make_website(project)
    make_days(website, timezone.now().date() - timedelta(days=1), [10] * 30)
    assert get(query).context["days"] == 28


def test_page_says_that_visits_follow_mentions_and_names_the_peaks(project, get):
    website = make_figures(make_keyword(project, "Lumen", type="brand"))
    page = get()
    found = page.context["page"]
    assert "Visits from social sites follow mentions after 1 day (correlation 0." in page.text
    assert "80 days compared" in page.text and "This is no proof of a cause." in page.text
    texts = [" ".join(sentences) for sentences, _ in found.peaks]
    assert "Mentions peaked 1 day earlier: 25 (usually" in texts[0] and found.peaks[0][1]
    days = WebsiteDay.objects.filter(website=website).order_by("-day")[:28]
    assert [row.social for row in found.rows] == [day.social_sessions for day in days]
    assert sum(row.mentions for row in found.rows) > 50


def test_numbers_of_mentions_lead_to_these_mentions(project, get, as_person, viewer, at):
    make_figures(make_keyword(project, "Lumen", type="brand"), zone_name="America/Montreal")
    for row in get().context["page"].rows[:5]:
        listed = as_person(viewer).get(f"{at('mentions')}?{row.query}&counts=1").context["count"].value
        assert listed == row.mentions


def test_annotations_are_marks_of_the_charts(project, get):
    make_figures(make_keyword(project, "Lumen", type="brand"))
    day = timezone.now().date() - timedelta(days=3)
    Annotation.objects.create(project=project, text="Autumn campaign", starts_on=day, ends_on=day)
    found = get("?days=7").context["page"]
    assert found.visits["marks"] == found.mentions["marks"] == [{"at": 4, "text": "Autumn campaign"}]
    assert [row.remark for row in found.rows] == ["", "", "Autumn campaign", "", "", "", ""]


def test_little_history_is_not_compared(project, get):
    make_figures(make_keyword(project, "Lumen", type="brand"), days=20)
    assert "Mentions and visits are compared once Vigie has 28 days of both. So far: 20 days." in get().text


def test_independent_series_are_not_called_connected(project, get):
    website = make_website(project, zone_name="UTC")
    make_figures(make_keyword(project, "Lumen", type="brand"))
    social = [10 + number * 7919 % 13 for number in range(80)]
    make_days(website, timezone.now().date() - timedelta(days=1), [90] * 80, social)
    assert "No clear connection" in get(f"?site={website.pk}").text


def test_breakdowns_show_the_rest_and_name_posts(project, get):
    make_figures(make_keyword(project, "Lumen"))
    rankings = {one.id: one for one in get().context["page"].rankings}
    assert [row.label for row in rankings["source"].rows][:2] == ["google", "Direct visits"]
    assert (rankings["campaign"].rows[0].label, rankings["campaign"].rows[0].more) == ("contenu-12", "automne-2026")
    assert rankings["landing_page"].rest == "All others: 240"


def test_thresholding_and_failures_are_said(project, get):
    website = make_website(project, provider="google_analytics")
    make_days(website, timezone.now().date() - timedelta(days=1), [10] * 30, is_thresholded=True)
    assert "Google Analytics 4 leaves out figures of few people" in get().text
    Website.objects.update(error_code="quota", error_detail="Exhausted", failing_since=timezone.now())
    shown = get().text
    assert "Google Analytics 4 allows no more requests for now." in shown and "Exhausted" in shown
    assert "First failed" in shown


def test_values_of_a_provider_are_escaped(project, get):
    website = make_website(project, name="<b>Lumen</b>")
    make_days(website, timezone.now().date() - timedelta(days=1), [10] * 3)
    make_breakdown(website, timezone.now().date() - timedelta(days=1), "source", "<script>alert(1)</script>", 3)
    assert "<script>alert" not in get().text and "<b>Lumen" not in get().text


def test_websites_of_other_projects_are_not_shown(project, stranger, get):
    other = make_website(stranger.memberships.get().project, name="Secret")
    make_website(project, name="Ours")
    assert get(f"?site={other.pk}").context["website"].name == "Ours"


# Campaign links


def test_campaign_link_is_built_from_the_form(as_person, viewer, at):
    shown = as_person(viewer).get(
        at("website_link"),
        {"url": "https://a.example/?x=1", "source": "Mastodon", "medium": "social", "campaign": "Automne 2026"},
    )
    link = "https://a.example/?x=1&utm_source=mastodon&utm_medium=social&utm_campaign=automne-2026"
    assert shown.context["link"] == link


@pytest.mark.parametrize("url", ["javascript:alert(1)", "ftp://a.example", "", "a b"])
def test_campaign_link_needs_a_web_address(as_person, viewer, at, url):
    shown = as_person(viewer).get(at("website_link"), {"url": url, "source": "x", "medium": "social", "campaign": "x"})
    assert shown.context["link"] == "" and shown.context["form"].errors["url"]


# Connections


def test_admin_connects_tests_replaces_and_disconnects(matomo, as_person, owner, at):
    client = as_person(owner)
    shown = client.post(at("website_new", "matomo"), values(matomo), follow=True).text
    assert "“Maison Lumen” connected." in shown
    website = Website.objects.get()
    assert "“Maison Lumen” responds." in client.post(at("website_test", website.pk), follow=True).text
    matomo.valid = {"token": "new"}
    shown = client.post(at("website_test", website.pk), follow=True).text
    assert "Matomo rejects the key." in shown and "Unable to authenticate" in shown
    shown = client.post(at("website_key", website.pk), {"token": "wrong"}).text
    assert "Matomo rejects the key." in shown
    assert "replaced." in client.post(at("website_key", website.pk), {"token": "new"}, follow=True).text
    website.refresh_from_db()
    assert website.secrets == {"token": "new"}
    assert "disconnected." in client.post(at("website_disconnect", website.pk), follow=True).text
    assert not Website.objects.exists()


def test_secret_is_never_shown(matomo, as_person, owner, at, project):
    website = make_website(project, matomo, error_code="credential_rejected", failing_since=timezone.now())
    client = as_person(owner)
    for page in (at("websites"), at("website_key", website.pk), at("website")):
        assert matomo.secrets["token"] not in client.get(page).text
    wrong = client.post(at("website_new", "matomo"), {**values(matomo), "url": "x"}).text
    assert matomo.secrets["token"] not in wrong


@pytest.mark.parametrize(
    ("changes", "field", "text"),
    [
        ({"url": "ftp://x"}, "url", "Enter a URL that starts with https://."),
        ({"url": "http://127.0.0.1:48999/"}, "url", "Matomo couldn’t be reached"),
        ({"url": "http://10.1.2.3/"}, "url", "private network"),
        ({"site": "x"}, "site", "Enter a value such as 1."),
        ({"site": "9"}, "site", "no access to the website"),
        ({"token": "wrong"}, "token", "Matomo rejects the key."),
        ({"token": ""}, "token", "This field is required."),
    ],
)
def test_form_names_the_field_and_the_fix(matomo, as_person, owner, at, changes, field, text):
    page = as_person(owner).post(at("website_new", "matomo"), {**values(matomo), **changes})
    assert text in page.context["form"].errors[field][0]
    assert not Website.objects.exists()


def test_connected_website_is_refused_at_its_field(matomo, as_person, owner, at):
    for _ in range(2):
        page = as_person(owner).post(at("website_new", "matomo"), values(matomo))
    assert page.context["form"].errors["site"] == ["This website is connected already."]


@pytest.mark.parametrize("text", ["{}", "-----BEGIN PUBLIC KEY-----", '{"type": "service_account"}'])
def test_wrong_key_file_is_explained(as_person, owner, at, text):
    posted = {"property": "properties/123", "service_account": text}
    page = as_person(owner).post(at("website_new", "google_analytics"), posted)
    assert set(page.context["form"].errors) == {"service_account"}


def test_unknown_provider_is_not_found(as_person, owner, at):
    assert as_person(owner).get(at("website_new", "hotjar")).status_code == 404


@pytest.mark.parametrize("name", ["websites", "website_new"])
def test_manager_cannot_connect(as_person, manager, at, name):
    ids = ["matomo"] if name == "website_new" else []
    assert as_person(manager).get(at(name, *ids)).status_code == 403
