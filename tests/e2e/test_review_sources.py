"""Add a source of reviews with a key file in the browser, in both languages, on a phone and a wide screen."""

import pytest
from django.utils import timezone
from django.utils.translation import gettext, override
from playwright.sync_api import expect

from monitoring.models import FetchRequest, Keyword, Source
from monitoring.polling.poller import poll_one
from monitoring.services import fetches
from tests.e2e.accessibility import FIND_CUT_OFF
from tests.factories import make_keyword
from tests.lookalikes.platforms.base import make_posts
from tests.lookalikes.platforms.own_reviews import P8, AppStoreConnectServer

pytestmark = pytest.mark.django_db(transaction=True)
WRONG_KEY = "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n-----END PUBLIC KEY-----"


@pytest.fixture
def server():
    with AppStoreConnectServer() as server:
        server.now = timezone.now()
        server.posts = make_posts(3, now=server.now)
        for post in server.posts:
            server.change(post.number, title="Super", text="Je recommande")
        yield server


def words_in(language):
    def words(text, **values):
        with override(language):
            return gettext(text) % values

    return words


def fill(page, say, server, key):
    page.get_by_label(say("App"), exact=True).fill(f"https://apps.apple.com/fr/app/lumen/id{server.settings['app']}")
    page.get_by_label(say("Issuer ID"), exact=True).fill(server.secrets["issuer"])
    page.get_by_label(say("Key ID"), exact=True).fill(server.secrets["key_id"])
    page.get_by_label(say("Private key"), exact=True).fill(key)


@pytest.mark.parametrize("width", [320, 1400])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_reviews_are_previewed_added_and_all_counted(open_as, owner, project, at, server, language, width):
    say = words_in(language)
    owner.language = language
    owner.save()
    brand = make_keyword(project, "Lumen", "lumen")
    page = open_as(owner, at("source_add"))
    page.set_viewport_size({"width": width, "height": 900})
    page.locator("a.card").filter(has=page.get_by_text("App Store Connect", exact=True)).click()
    fill(page, say, server, WRONG_KEY)
    page.get_by_role("button", name=say("Test and preview")).click()
    wrong = say("“%(name)s” is a public key or a certificate. Paste the private key.", name=say("Private key"))
    expect(page.get_by_text(wrong)).to_be_visible()
    expect(page.get_by_label(say("Private key"), exact=True)).to_have_value("")
    assert page.evaluate(FIND_CUT_OFF) == []

    fill(page, say, server, P8)
    page.get_by_role("button", name=say("Test and preview")).click()
    expect(page.get_by_role("status")).to_be_visible()
    work(server)
    expect(page.get_by_role("heading", name=say("Count every review"))).to_be_visible()
    assert page.evaluate(FIND_CUT_OFF) == []
    page.get_by_role("button", name=say("Add source")).click()
    page.get_by_role("link", name="Lumen").click()
    query = f"lumen OR (platform:appstore url:id{server.settings['app']})"
    expect(page.get_by_label(say("Query"), exact=True)).to_have_value(query)
    page.get_by_role("button", name=say("Save"), exact=True).click()
    expect(page.get_by_text(say("“%(name)s” saved.", name="Lumen"))).to_be_visible()
    assert Keyword.objects.get(pk=brand.pk).query == query

    source = point_at(server)
    poll_one(source.pk)
    assert brand.mentions.count() == 3
    page.goto(page.url.partition("/p/")[0] + at("source", source.pk))
    expect(page.get_by_role("article")).to_have_count(3)
    expect(page.get_by_text(say("Every review of this source is a mention of:"))).to_be_visible()
    assert page.evaluate(FIND_CUT_OFF) == []


@pytest.mark.parametrize("width", [320, 1400])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_key_that_apple_has_revoked_is_explained_and_replaced(open_as, owner, at, server, language, width):
    say = words_in(language)
    owner.language = language
    owner.save()
    server.valid["key_id"] = "ANOTHERKEY"
    page = open_as(owner, at("platform_add", "appstoreconnect"))
    page.set_viewport_size({"width": width, "height": 900})
    fill(page, say, server, P8)
    page.get_by_role("button", name=say("Add without preview")).click()
    page.wait_for_url("**/sources/*")
    source = point_at(server)
    poll_one(source.pk)
    page.reload()
    expect(page.get_by_text(say("The platform rejects the key, password or token."))).to_be_visible()
    assert page.evaluate(FIND_CUT_OFF) == []
    page.get_by_role("link", name=say("Replace key")).click()
    assert P8.splitlines()[1] not in page.content()
    page.get_by_label(say("Issuer ID"), exact=True).fill(server.secrets["issuer"])
    page.get_by_label(say("Key ID"), exact=True).fill("ANOTHERKEY")
    page.get_by_label(say("Private key"), exact=True).fill(P8)
    assert page.evaluate(FIND_CUT_OFF) == []
    page.get_by_role("button", name=say("Save"), exact=True).click()
    page.wait_for_url("**/sources/*")
    poll_one(source.pk)
    page.reload()
    expect(page.get_by_role("article")).to_have_count(3)


def work(server):
    """Do a worker's part: point the queued preview at the look-alike, and poll."""
    fetch = FetchRequest.objects.get(state="queued")
    fetch.parameters["settings"]["base_url"] = server.url
    fetch.save()
    assert fetches.run_queued() == 1


def point_at(server):
    source = Source.objects.get()
    source.settings["base_url"] = server.url
    source.save()
    return source
