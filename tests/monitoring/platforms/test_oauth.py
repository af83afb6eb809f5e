"""Connecting accounts and renewing their tokens, against an OAuth 2.0 server; no database."""

import json
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from monitoring.platforms.meta_oauth import facebook_oauth, page_token
from monitoring.platforms.oauth import (
    App,
    Exchange,
    OAuth,
    account_at,
    authorization_url,
    connect,
    ends_at,
    has_ended,
    read_app,
    registration_request,
    renew,
)
from monitoring.platforms.pages import Connection
from monitoring.platforms.registry import PLATFORMS
from monitoring.records import PollError
from tests.lookalikes.oauth import CLIENT_ID, CLIENT_SECRET, NAME, OAuthServer
from tests.lookalikes.platforms.base import NOW, Reply
from tests.monitoring.platforms.polling import client_of

REDIRECT = "https://vigie.example/connect/callback"
VERIFIER = "v" * 64
APP = App(CLIENT_ID, CLIENT_SECRET)


@pytest.fixture
def server():
    with OAuthServer() as server:
        server.add_app(REDIRECT)
        yield server


def oauth_of(server, **fields):
    return OAuth(
        authorize_url=f"{server.url}/authorize",
        token_url=f"{server.url}/token",
        scopes=("read", "identity"),
        uses_pkce=server.is_pkce,
        uses_basic=server.auth == "basic",
        account=account_at("/me", lambda data: data["name"]),
        **fields,
    )


def connection_to(server, secrets=None, now=NOW):
    return Connection(server.url, {}, secrets or {}, now, client_of().call)


def go(server, oauth, verifier=VERIFIER):
    """Return the code with which the person comes back."""
    answer = server.authorize(authorization_url(oauth, APP, {}, REDIRECT, "s" * 43, verifier))
    return parse_qs(urlsplit(answer).query)["code"][0]


def connected(server, oauth):
    return connect(oauth, APP, connection_to(server), REDIRECT, go(server, oauth), VERIFIER)


@pytest.mark.parametrize("auth", ["basic", "form"])
def test_connect_returns_tokens_and_name_of_the_account(server, auth):
    server.auth = auth
    secrets = connected(server, oauth_of(server))
    assert secrets["account"] == NAME
    assert secrets["token"] in server.tokens and secrets["refresh_token"] in server.refresh_tokens
    assert ends_at(secrets) == NOW + timedelta(hours=2)


def test_connect_is_refused_with_another_verifier_or_a_used_code(server):
    oauth = oauth_of(server)
    code = go(server, oauth)
    for verifier, code_sent in (("w" * 64, code), (VERIFIER, "code-99")):
        found = connect(oauth, APP, connection_to(server), REDIRECT, code_sent, verifier)
        assert found == PollError("reconnect", "status 400 invalid_grant")
    assert not isinstance(connect(oauth, APP, connection_to(server), REDIRECT, code, VERIFIER), PollError)
    assert connect(oauth, APP, connection_to(server), REDIRECT, code, VERIFIER).code == "reconnect"


def test_connect_names_the_app_as_the_cause_when_its_secret_is_wrong(server):
    oauth = oauth_of(server)
    found = connect(oauth, App(CLIENT_ID, "wrong"), connection_to(server), REDIRECT, go(server, oauth), VERIFIER)
    assert found.code == "app_rejected"


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (Reply(b"<!doctype html>", content_type="text/html"), "unexpected_response"),
        (Reply({"token_type": "bearer"}), "unexpected_response"),
        (Reply({"access_token": "two words"}), "unexpected_response"),
        (Reply(b"[]"), "unexpected_response"),
        (Reply({"error": "temporarily_unavailable"}, 400), "unavailable"),
        (Reply({"error": {"code": 2, "message": "secret"}}, 500), "unavailable"),
        (Reply(b"", 503), "unavailable"),
        (Reply({}, 429), "rate_limited"),
        (Reply({}, delay_s=3), "timeout"),
    ],
)
def test_failed_token_request_is_an_error_without_the_response(server, reply, code):
    oauth = oauth_of(server)
    sent = go(server, oauth)
    server.fail_with(reply)
    found = connect(oauth, APP, connection_to(server), REDIRECT, sent, VERIFIER)
    assert found.code == code and "secret" not in found.detail


def test_account_without_readable_name_is_connected_nevertheless(server):
    oauth = replace(oauth_of(server), account=account_at("/elsewhere", lambda data: data["name"]))
    assert connected(server, oauth)["account"] == ""


def test_renew_replaces_both_tokens_and_keeps_a_refresh_token_that_stays(server):
    oauth = oauth_of(server)
    first = connected(server, oauth)
    second = renew(oauth, connection_to(server, first))
    assert second["token"] != first["token"] and second["refresh_token"] != first["refresh_token"]
    assert renew(oauth, connection_to(server, first)) == PollError("reconnect", "status 400 invalid_grant")
    server.rotates = False
    third = renew(oauth, connection_to(server, second))
    assert third["token"] != second["token"] and third["refresh_token"] == second["refresh_token"]


def test_token_is_renewed_before_its_end_only_if_it_can_be(server):
    oauth = oauth_of(server)
    secrets = connected(server, oauth)
    assert not has_ended(oauth, secrets, NOW + timedelta(minutes=114))
    assert has_ended(oauth, secrets, NOW + timedelta(minutes=116))
    without = {name: value for name, value in secrets.items() if name != "refresh_token"}
    assert not has_ended(oauth, without, NOW + timedelta(days=1))
    assert renew(oauth, connection_to(server, without)).code == "reconnect"
    assert renew(oauth, connection_to(server, {"token": "by hand"})).code == "credential_rejected"


def test_short_token_is_exchanged_for_a_long_one_and_that_again(server):
    server.auth, server.is_pkce, server.expires_in = "form", False, 60 * 86_400
    oauth = oauth_of(
        server,
        upgrade=Exchange(f"{server.url}/exchange", "th_exchange_token", with_app=True),
        refresh=Exchange(f"{server.url}/refresh", "th_refresh_token"),
    )
    first = connected(server, oauth)
    first = {name: value for name, value in first.items() if name != "refresh_token"}
    exchanged = next(request for request in server.requests if request.path == "/exchange")
    assert exchanged.query["client_secret"] == CLIENT_SECRET
    second = renew(oauth, connection_to(server, first, NOW + timedelta(days=40)))
    assert second["token"] != first["token"]
    assert ends_at(second) == NOW + timedelta(days=100)
    server.is_revoked = True
    assert renew(oauth, connection_to(server, second)).code == "reconnect"


def test_exchange_keeps_its_secrets_out_of_results_and_errors(server):
    url = f"{server.url}/exchange"
    oauth = oauth_of(server, refresh=Exchange(url, "th_refresh_token", with_app=True))
    secrets = {"token": "old-token", "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "account": ""}
    seen = []

    def call(request):
        server.fail_with(Reply(b"", 302, {"Location": f"{url}?access_token=old-token"}))
        server.fail_with(Reply(b"", 302, {"Location": f"{url}?access_token=old-token"}))
        seen.extend([request, client_of().call(request)])
        return seen[-1]

    found = renew(oauth, Connection(server.url, {}, secrets, NOW, call))
    assert isinstance(found, PollError)
    text = repr((seen, found, APP))
    assert "old-token" not in text and CLIENT_SECRET not in text


def facebook_at(server, has_pages=False):
    server.auth, server.is_pkce = "form", False
    described = facebook_oauth("pages_show_list", has_pages=has_pages)
    return replace(
        described,
        authorize_url=f"{server.url}/authorize",
        token_url=f"{server.url}/token",
        upgrade=replace(described.upgrade, url=f"{server.url}/exchange"),
    )


@pytest.mark.parametrize("has_pages", [True, False])
def test_facebook_connects_when_the_app_requires_proof_of_its_secret(server, has_pages):
    server.needs_proof, server.pages = True, ("11",)
    secrets = connected(server, facebook_at(server, has_pages))
    assert (secrets["account"], page_token(secrets, "11")) == (NAME, "page-11" if has_pages else "")


def test_facebook_stores_the_token_of_each_page(server):
    server.pages = ("11", "22")
    oauth = facebook_at(server, has_pages=True)
    secrets = connected(server, oauth)
    assert (page_token(secrets, "22"), page_token(secrets, "33")) == ("page-22", "")
    assert ends_at(secrets) is None and secrets["app_secret"] == CLIENT_SECRET
    server.pages = ()
    assert connected(server, oauth) == PollError("no_pages")


def test_app_is_registered_where_the_server_does_that(server):
    oauth = oauth_of(server, registration_url=f"{server.url}/apps")
    request = registration_request(oauth, {}, REDIRECT, "https://vigie.example")
    app = read_app(client_of().call(request))
    assert server.apps[app.client_id].redirect_uri == REDIRECT
    server.fail(422, {"error": "Redirect URI must be absolute"})
    assert read_app(client_of().call(request)).code == "query_rejected"


@pytest.mark.parametrize("name", [name for name, one in PLATFORMS.items() if getattr(one, "oauth", None)])
def test_description_of_a_platform_is_complete(name):
    platform, oauth = PLATFORMS[name], PLATFORMS[name].oauth
    assert platform.is_renewable
    assert oauth.registration_url or (oauth.app_link and oauth.app_help)
    secrets = {setting.name for setting in platform.settings if setting.is_secret}
    assert oauth.token_name in secrets or oauth.token_name == "access_token"
    settings = {"server": "social.example"}
    url = urlsplit(authorization_url(oauth, APP, settings, REDIRECT, "state", VERIFIER))
    assert url.scheme == "https" and "{" not in url.netloc and CLIENT_SECRET not in url.query
    assert json.dumps(parse_qs(url.query)["redirect_uri"]) == json.dumps([REDIRECT])
