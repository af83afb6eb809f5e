"""A platform whose accounts are connected at a look-alike of an OAuth 2.0 server, and the person's way through it."""

from urllib.parse import parse_qs, urlsplit

from django.urls import reverse

from monitoring.platforms.oauth import App, OAuth, account_at
from monitoring.services.connections import redirect_uri, save_app
from tests.lookalikes.oauth import CLIENT_ID, CLIENT_SECRET
from tests.lookalikes.platforms.keyed import KeyedPlatform

PLATFORM = "connected"


class ConnectedPlatform(KeyedPlatform):
    name = PLATFORM
    label = "Connected Search"
    is_renewable = True

    def __init__(self, server, **fields):
        self.server = server
        self.oauth = OAuth(
            **{
                "authorize_url": f"{server.url}/authorize",
                "token_url": f"{server.url}/token",
                "scopes": ("read",),
                "app_link": "https://apps.example/new",
                "app_help": "Of the type web.",
                "uses_pkce": True,
                "uses_basic": True,
                "token_name": "key",
                "account": account_at("/me", lambda data: data["name"], "key"),
                **fields,
            }
        )

    def api_url(self, settings):
        return self.server.url


def enter_app(project, owner, server):
    server.add_app(redirect_uri())
    save_app(project, owner, PLATFORM, App(CLIENT_ID, CLIENT_SECRET))


def begin(client, project, **data):
    """Press the button, and return the address at the platform to which the page leads."""
    response = client.post(reverse("credential_connect", args=[project.pk, PLATFORM]), data)
    assert response.status_code == 200
    return response.headers["Refresh"].partition("url=")[2]


def come_back(client, server, url, **changes):
    """Allow access at the platform, and return the response to the address to which it sends the person."""
    answer = server.authorize(url)
    assert answer.startswith(redirect_uri() + "?")
    query = {name: values[0] for name, values in parse_qs(urlsplit(answer).query).items()} | changes
    return client.get(reverse("credential_callback"), query)
