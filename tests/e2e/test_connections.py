"""Connect an account in the browser, both languages: the app, the way to the platform, and back to a new source."""

import pytest
from playwright.sync_api import expect

from monitoring.models import Credential
from monitoring.platforms.registry import PLATFORMS
from monitoring.services.connections import redirect_uri
from tests.connecting import PLATFORM, ConnectedPlatform
from tests.lookalikes.oauth import CLIENT_ID, CLIENT_SECRET, NAME, OAuthServer

pytestmark = pytest.mark.django_db(transaction=True)

WORDS = {
    "en": ("App ID", "App secret", "Save app", "Connect account", "connected. Now add a source"),
    "fr": (
        "Identifiant de l’application",
        "Secret de l’application",
        "Enregistrer l’application",
        "Connecter le compte",
        "connecté. Ajoutez maintenant une source",
    ),
}


@pytest.mark.parametrize("language", ["en", "fr"])
def test_account_is_connected_in_the_browser(open_as, owner, at, live_server, settings, monkeypatch, language):
    settings.BASE_URL = live_server.url
    owner.language = language
    owner.save()
    app_id, secret, save, connect, connected = WORDS[language]
    with OAuthServer() as server:
        server.add_app(redirect_uri())
        monkeypatch.setitem(PLATFORMS, PLATFORM, ConnectedPlatform(server))
        page = open_as(owner, at("credentials"))
        page.get_by_role("link", name="Connected Search").click()
        page.get_by_label(app_id).fill(CLIENT_ID)
        page.get_by_label(secret).fill(CLIENT_SECRET)
        page.get_by_role("button", name=save).click()
        page.get_by_role("button", name=connect).click()
        expect(page.get_by_text(connected)).to_be_visible()
        assert Credential.objects.get().name == NAME
        expect(page.locator("#id_credential")).to_have_value(str(Credential.objects.get().pk))
