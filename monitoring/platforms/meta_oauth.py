"""Connect an account at Facebook, Instagram or Threads: short tokens that are exchanged for long ones. Pure.

Facts: a login gives a token for an hour or two, which is exchanged for one of 60 days. Threads exchanges that again
from a day after it was given until its end (https://developers.facebook.com/docs/threads/get-started/long-lived-tokens).
Facebook has no such refresh for people; the tokens of Pages got with a long one don't end while the person has the
Page (https://developers.facebook.com/docs/facebook-login/guides/access-tokens/get-long-lived). The exchanges take
secrets in the query only.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from monitoring.platforms.base import gettext_noop
from monitoring.platforms.oauth import MAX_NAME, Account, Exchange, OAuth, account_at
from monitoring.platforms.pages import Connection
from monitoring.platforms.values import error_body
from monitoring.records import PollError
from outbound import ApiRequest

APPS = "https://developers.facebook.com/apps"
MAX_PAGES = 100


def threads_oauth(*scopes: str) -> OAuth:
    """Return how accounts of Threads are connected with these permissions."""
    return OAuth(
        authorize_url="https://threads.net/oauth/authorize",
        token_url="https://graph.threads.net/oauth/access_token",
        scopes=scopes,
        scope_separator=",",
        app_link=APPS,
        app_help=gettext_noop("The ID and secret of the use case Threads, not those of the app itself."),
        upgrade=Exchange("https://graph.threads.net/access_token", "th_exchange_token", with_app=True),
        refresh=Exchange("https://graph.threads.net/refresh_access_token", "th_refresh_token"),
        renew_before=timedelta(days=30),
        account=account_at("/me?fields=username", lambda data: f"@{data['username']}"),
    )


def facebook_oauth(*scopes: str, reply_scopes: tuple[str, ...] = (), has_pages: bool = False) -> OAuth:
    """Return how accounts of Facebook are connected with these permissions; `has_pages` for the tokens of Pages."""
    exchange = Exchange(
        "https://graph.facebook.com/v25.0/oauth/access_token", "fb_exchange_token", "fb_exchange_token", with_app=True
    )
    return OAuth(
        authorize_url="https://www.facebook.com/v25.0/dialog/oauth",
        token_url="https://graph.facebook.com/v25.0/oauth/access_token",
        scopes=scopes,
        reply_scopes=reply_scopes,
        scope_separator=",",
        app_link=APPS,
        app_help=gettext_noop("App settings, Basic. Add the product Facebook Login, and the redirect URI there."),
        upgrade=exchange,
        account=_account_with_pages if has_pages else _account,
    )


def page_token(secrets: Mapping[str, str], page: str) -> str:
    """Return the token of a Page of a connected account, "" if there is none."""
    try:
        return str(json.loads(secrets.get("pages", "{}")).get(page, ""))
    except (ValueError, AttributeError):
        return ""


def app_secret_proof(app_secret: str, token: str) -> str:
    """Return the `appsecret_proof` of a request with a token."""
    return hmac.new(app_secret.encode(), token.encode(), hashlib.sha256).hexdigest()


def _account(connection: Connection) -> Account:
    """Return the person, whose name others may have, too. It works without a name.

    Requests with their token are proved by the secret of the app.
    """
    response = connection.call(_request(connection, "me", fields="id,name"))
    found = {} if response.error else error_body(response)
    own_id = {"account_id": str(found["id"])[:MAX_NAME]} if found.get("id") else {}
    return Account(
        str(found.get("name") or "")[:MAX_NAME], {"app_secret": connection.secrets["client_secret"], **own_id}
    )


def _account_with_pages(connection: Connection) -> Account | PollError:
    """Return the person with the token of each Page that they have selected. These last, so no end is stored."""
    found = _account(connection)
    response = connection.call(
        _request(connection, "me/accounts", fields="id,name,access_token", limit=str(MAX_PAGES))
    )
    if response.error:
        return PollError("access_denied" if response.status in (400, 403) else response.error.code)
    pages = {str(page["id"]): page["access_token"] for page in _pages(error_body(response).get("data"))}
    if not pages:
        return PollError("no_pages")
    return Account(found.name, {**found.secrets, "pages": json.dumps(pages), "expires_at": ""})


def _request(connection: Connection, path: str, **query: str) -> ApiRequest:
    token = connection.secrets["token"]
    query["appsecret_proof"] = app_secret_proof(connection.secrets["client_secret"], token)
    return ApiRequest(f"{connection.api_url}/{path}?{urlencode(query)}", {"Authorization": f"Bearer {token}"})


def _pages(data: Any) -> list[dict[str, Any]]:
    pages = data if isinstance(data, list) else []
    return [page for page in pages if isinstance(page, dict) and page.get("id") and page.get("access_token")]
