"""Add an approved and a paid platform in the browser, in both languages, up to a cap that is used up."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from monitoring.models import FetchRequest, Source
from monitoring.polling.poller import poll_one
from monitoring.services import fetches
from tests.factories import make_keyword
from tests.lookalikes.platforms.base import make_posts
from tests.lookalikes.platforms.linkedin import LinkedInServer
from tests.lookalikes.platforms.x import XServer

pytestmark = pytest.mark.django_db(transaction=True)

WORDS = {
    "en": {
        "preview": "Test and preview",
        "add": "Add source",
        "added": "Its first items will arrive shortly.",
        "works": "The connection works: 3 items found, 3 match your keywords.",
        "page": "Page ID",
        "token": "Access token",
        "bearer": "Bearer token",
        "cap": "Spending cap per 30 days, in US dollars",
        "cost": "At this volume, the platform charges up to $36 per 30 days. Vigie never spends more than the cap.",
        "used up": "Limit used up",
        "notice": "The limit of the platform is used up.",
        "next": "Next request allowed:",
        "linkedin": "LinkedIn Page",
        "blind": "Add without preview",
    },
    "fr": {
        "preview": "Tester et voir un aperçu",
        "add": "Ajouter la source",
        "added": "Ses premières publications arrivent dans un instant.",
        "works": "La connexion fonctionne\xa0: 3 publications trouvées, 3 correspondent à vos mots-clés.",
        "page": "Identifiant de la Page",
        "token": "Jeton d’accès",
        "bearer": "Jeton d’accès (Bearer token)",
        "cap": "Plafond de dépenses par 30 jours, en dollars américains",
        "cost": "À ce volume, la plateforme facture jusqu’à 36",
        "used up": "Limite épuisée",
        "notice": "La limite de la plateforme est épuisée.",
        "next": "Prochaine requête possible\xa0:",
        "linkedin": "Page LinkedIn",
        "blind": "Ajouter sans aperçu",
    },
}


@pytest.fixture(params=["en", "fr"])
def language(request, owner, project):
    make_keyword(project, "Lumen", "lumen")
    owner.language = request.param
    owner.save()
    return request.param


@pytest.fixture
def words(language):
    return WORDS[language]


def serve(kind, count, every=timedelta(minutes=7)):
    server = kind()
    server.now = timezone.now()
    server.posts = make_posts(count, now=server.now, every=every)
    return server


def preview(page, server, words):
    """Submit the form and do a worker's part: point the queued preview at the look-alike, and poll."""
    page.get_by_role("button", name=words["preview"]).click()
    expect(page.get_by_role("status")).to_be_visible()
    fetch = FetchRequest.objects.get(state="queued")
    fetch.parameters["settings"]["base_url"] = server.url
    fetch.save()
    assert fetches.run_queued() == 1


def add(page, server, words):
    """Add the previewed source, and poll it once at the look-alike."""
    page.get_by_role("button", name=words["add"]).click()
    expect(page.get_by_text(words["added"])).to_be_visible()
    source = Source.objects.get()
    source.settings["base_url"] = server.url
    source.save()
    poll_one(source.pk)
    page.reload()
    return source


def test_source_with_an_approved_app_is_previewed_added_and_polled(open_as, owner, at, words):
    with serve(LinkedInServer, 3) as server:
        page = open_as(owner, at("source_add"))
        page.locator("a.card").filter(has=page.get_by_text(words["linkedin"], exact=True)).click()
        page.get_by_label(words["page"], exact=True).fill("1234567")
        page.get_by_label(words["token"], exact=True).fill(server.secrets["token"])
        preview(page, server, words)
        expect(page.get_by_text(words["works"])).to_be_visible()
        add(page, server, words)
        expect(page.get_by_role("article")).to_have_count(3)


def test_paid_source_shows_its_cost_before_and_stops_at_its_cap(open_as, owner, at, words):
    with serve(XServer, 30, every=timedelta(minutes=20)) as server:
        page = open_as(owner, at("source_add"))
        page.locator("a.card").filter(has=page.get_by_text("X", exact=True)).click()
        expect(page.get_by_role("button", name=words["blind"])).to_have_count(0)
        page.get_by_label(words["bearer"], exact=True).fill(server.secrets["token"])
        page.get_by_label(words["cap"], exact=True).fill("1")
        preview(page, server, words)
        expect(page.get_by_text(words["cost"])).to_be_visible()
        paid = len(server.requests)
        assert paid == 1
        source = add(page, server, words)
        assert poll_one(source.pk) is None
        assert len(server.requests) == paid + 1
        expect(page.get_by_text(words["notice"])).to_be_visible()
        open_as(owner, at("sources"))
        expect(page.get_by_text(words["used up"])).to_be_visible()
        state = page.locator(".source-state")
        expect(state).to_contain_text(words["next"])
        refills_at = datetime.fromisoformat(state.locator("time").get_attribute("datetime"))
        assert timedelta(days=2) < refills_at - timezone.now() < timedelta(days=6)
