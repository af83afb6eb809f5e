"""Sign in with Google, so its Analytics are read in a person's name: OAuth 2.0 for web servers, with PKCE. Pure.

Facts: `access_type=offline` gives a refresh token, with `prompt=consent` also the second time; its end, or a person
who removes the access, is the error `invalid_grant`. Refresh tokens of an app whose consent screen is in “Testing”
last 7 days (https://developers.google.com/identity/protocols/oauth2/web-server). `accountSummaries` of the Admin
API lists the properties that a person may read, 200 per page
(https://developers.google.com/analytics/devguides/config/admin/v1/rest/v1beta/accountSummaries/list).
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from outbound import ApiRequest, FetchResult
from outbound.pkce import challenge_of
from website.readers.base import MALFORMED, ReadError, refusal_of, storable

AUTHORIZE_URL = "https://accounts.google.com/o/oauth2/v2/auth"
TOKEN_URL = "https://oauth2.googleapis.com/token"
ADMIN_URL = "https://analyticsadmin.googleapis.com"
SCOPE = "https://www.googleapis.com/auth/analytics.readonly"
PAGE_SIZE, MAX_PAGES = 200, 10
MAX_LABEL = 100

Call = Callable[[ApiRequest], FetchResult]


@dataclass(frozen=True, slots=True)
class GoogleApp:
    """The OAuth client of this server at Google."""

    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Choice:
    """A property that a person may read: its number, its name, and that of its account."""

    number: str
    name: str
    account: str


def authorization_url(app: GoogleApp, redirect_uri: str, state: str, verifier: str, *, url: str = "") -> str:
    """Return where the person allows Vigie to read."""
    query = {
        "response_type": "code",
        "client_id": app.client_id,
        "redirect_uri": redirect_uri,
        "scope": SCOPE,
        "state": state,
        "access_type": "offline",
        "prompt": "consent",
        "code_challenge": challenge_of(verifier),
        "code_challenge_method": "S256",
    }
    return f"{url or AUTHORIZE_URL}?{urlencode(query)}"


def tokens_of_code(
    call: Call, app: GoogleApp, redirect_uri: str, code: str, verifier: str, *, url: str = ""
) -> tuple[str, str] | ReadError:
    """Return the refresh token and an access token for the code that Google gave. A code works once."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "code_verifier": verifier,
    }
    found = _ask_for_token(call, app, form, url)
    if isinstance(found, ReadError):
        return found
    refresh, access = (found.get(name) for name in ("refresh_token", "access_token"))
    if not (isinstance(refresh, str) and isinstance(access, str) and refresh and access):
        return ReadError("unexpected_response", detail="no refresh token")
    return refresh, access


def access_token(call: Call, secrets: Mapping[str, str], *, url: str = "") -> str | ReadError:
    """Return an access token of about an hour for the refresh token; `reconnect` if only the person can help."""
    app = GoogleApp(secrets.get("client_id", ""), secrets.get("client_secret", ""))
    form = {"grant_type": "refresh_token", "refresh_token": secrets["refresh_token"]}
    found = _ask_for_token(call, app, form, url)
    if isinstance(found, ReadError):
        return found
    token = found.get("access_token")
    return token if isinstance(token, str) and token else ReadError("unexpected_response", detail="no access token")


def list_properties(call: Call, token: str, *, url: str = "") -> list[Choice] | ReadError:
    """Return the properties of Google Analytics 4 that the person may read, by account and name."""
    found: list[Choice] = []
    page_token = ""
    try:
        for _number in range(MAX_PAGES):
            query = {"pageSize": PAGE_SIZE} | ({"pageToken": page_token} if page_token else {})
            address = f"{url or ADMIN_URL}/v1beta/accountSummaries?{urlencode(query)}"
            answer = call(ApiRequest(address, {"Authorization": f"Bearer {token}"}))
            if answer.error:
                return _list_refusal(answer)
            page = json.loads(answer.body)
            for account in page.get("accountSummaries") or ():
                found += _choices(account)
            page_token = str(page.get("nextPageToken") or "")
            if not page_token:
                break
    except MALFORMED as odd:
        return ReadError("unexpected_response", detail=type(odd).__name__)
    return sorted(found, key=lambda one: (one.account.casefold(), one.name.casefold(), one.number))


def _choices(account: Mapping[str, Any]) -> list[Choice]:
    name = storable(str(account.get("displayName") or ""), MAX_LABEL)
    rows = account.get("propertySummaries") or ()
    numbers = [(str(row["property"]).removeprefix("properties/"), row) for row in rows]
    return [
        Choice(number, storable(str(row.get("displayName") or ""), MAX_LABEL) or number, name)
        for number, row in numbers
        if number.isdecimal() and len(number) <= 20
    ]


def _ask_for_token(call: Call, app: GoogleApp, form: Mapping[str, str], url: str) -> Mapping[str, Any] | ReadError:
    """Return the response to a form with the client of this server. Without a client, no request is made."""
    if not app.client_id or not app.client_secret:
        return ReadError("app_rejected", detail="no client")
    whole = {**form, "client_id": app.client_id, "client_secret": app.client_secret}
    return _token_response(call(ApiRequest(url or TOKEN_URL, form=whole)))


def _token_response(answer: FetchResult) -> Mapping[str, Any] | ReadError:
    """Return the body of a token response. Errors never quote it: it may repeat what was sent."""
    try:
        body = json.loads(answer.body or b"{}")
    except ValueError:
        body = {}
    body = body if isinstance(body, dict) else {}
    problem = body.get("error")
    if not answer.error and not problem:
        return body
    if problem in ("invalid_client", "unauthorized_client", "deleted_client"):
        return ReadError("app_rejected", detail=str(problem))
    if problem == "invalid_grant":
        return ReadError("reconnect", detail="invalid_grant")
    if answer.error and answer.status in (0, 429, *range(500, 600)):
        return refusal_of(answer)
    return ReadError("unexpected_response", detail=f"status {answer.status}")


def _list_refusal(answer: FetchResult) -> ReadError:
    if answer.status == 401:
        return ReadError("reconnect", detail="status 401")
    if answer.status == 403:
        return ReadError("api_disabled" if b"SERVICE_DISABLED" in answer.body else "not_allowed", detail="status 403")
    return refusal_of(answer)
