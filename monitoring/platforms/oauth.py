"""Connect an account at a platform by its OAuth 2.0 (RFC 6749), with PKCE (RFC 7636) where it is supported. Pure.

A platform describes its servers as an `OAuth`; everything else is here: the address to which the person goes, the
requests for tokens, and how their responses are read. Called by what connects accounts, which stores what is needed
between the two steps, and by paging.py to renew tokens.

The secrets of a connected account are the token (`OAuth.token_name`), and with it `refresh_token` and `expires_at`
(seconds since 1970) where the platform gives them, `client_id` and `client_secret` of the app, and the account's name.
Errors never quote a response: it may repeat what was sent.
"""

import base64
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from monitoring.content.scrub import read_json
from monitoring.platforms.pages import Connection, error_of
from monitoring.platforms.values import error_body
from monitoring.records import PollError
from outbound import ApiRequest, FetchResult
from outbound.pkce import challenge_of

# A token that ends during a poll is renewed before it.
MARGIN = timedelta(minutes=5)
MAX_TOKEN = 4_000  # characters; longer ones are no tokens
MAX_NAME = 100
# Errors of the app (RFC 6749, 5.2), not of the account: its ID or secret is wrong, or it may not do this.
_APP_ERRORS = frozenset({"invalid_client", "unauthorized_client", "unsupported_grant_type"})
_PASSING = frozenset({"temporarily_unavailable", "server_error", "slow_down"})
# Characters that may be in a header, without a space (RFC 6749, A.12: VSCHAR).
_TOKEN = re.compile(rf"[\x21-\x7e]{{1,{MAX_TOKEN}}}")


@dataclass(frozen=True, slots=True)
class App:
    """The app at the platform in whose name an account is connected."""

    client_id: str
    client_secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Account:
    """A connected account: its name, "" if it can't be read, and further secrets of it."""

    name: str = ""
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request of Meta that gives another token for a token: one that lasts longer. It is a GET.

    `token_parameter` names the token in it; `with_app` if it has the ID and secret of the app, too.
    """

    url: str
    grant_type: str
    token_parameter: str = "access_token"
    with_app: bool = False


@dataclass(frozen=True, slots=True)
class OAuth:
    """How accounts of a platform are connected. `{server}` in a URL is the setting of that name.

    `reply_scopes` are asked for in addition if an admin lets the account be used for replies.

    `app_link` is where a person creates the app, and `app_help` what it needs there; with `registration_url` Vigie
    registers it (RFC 7591 as Mastodon has it). `settings` names the public settings that are part of the account, such
    as its server. `uses_basic`: the app identifies itself by HTTP Basic, otherwise in the form. `parameters` are
    further ones of the authorization request. `user_agent` has `{client_id}`, "" for that of Vigie.

    `upgrade` is made once, with the first token; `refresh` replaces a refresh token. `renew_before` is how long before
    its end a token is renewed without a poll, None if its refresh token lasts. `account` reads who has been connected.
    """

    authorize_url: str
    token_url: str
    scopes: tuple[str, ...]
    reply_scopes: tuple[str, ...] = ()
    app_link: str = ""
    app_help: str = ""
    registration_url: str = ""
    settings: tuple[str, ...] = ()
    scope_separator: str = " "
    uses_pkce: bool = False
    uses_basic: bool = False
    parameters: Mapping[str, str] = field(default_factory=dict)
    user_agent: str = ""
    token_name: str = "token"
    upgrade: Exchange | None = None
    refresh: Exchange | None = None
    renew_before: timedelta | None = None
    account: Callable[[Connection], Account | PollError] | None = None


# --- First the person goes to the platform.


def authorization_url(
    oauth: OAuth,
    app: App,
    settings: Mapping[str, str],
    redirect_uri: str,
    state: str,
    verifier: str,
    *,
    for_replies: bool = False,
) -> str:
    """Return where the person allows Vigie to read with their account, and to reply if an admin wants that."""
    scopes = (*oauth.scopes, *oauth.reply_scopes) if for_replies else oauth.scopes
    query = {
        "response_type": "code",
        "client_id": app.client_id,
        "redirect_uri": redirect_uri,
        "scope": oauth.scope_separator.join(scopes),
        "state": state,
        **oauth.parameters,
    }
    if oauth.uses_pkce:
        query |= {"code_challenge": challenge_of(verifier), "code_challenge_method": "S256"}
    return f"{_filled(oauth.authorize_url, settings)}?{urlencode(query)}"


def all_scopes(oauth: OAuth) -> tuple[str, ...]:
    """Return the most that accounts are asked for: what an app is registered with."""
    return (*oauth.scopes, *oauth.reply_scopes)


def registration_request(oauth: OAuth, settings: Mapping[str, str], redirect_uri: str, website: str) -> ApiRequest:
    """Return the request that registers Vigie as an app (https://docs.joinmastodon.org/methods/apps/)."""
    form = {
        "client_name": "Vigie",
        "redirect_uris": redirect_uri,
        "scopes": oauth.scope_separator.join(all_scopes(oauth)),
        "website": website,
    }
    return ApiRequest(_filled(oauth.registration_url, settings), form=form)


def read_app(response: FetchResult) -> App | PollError:
    """Return the app of a registration."""
    if response.error:
        return PollError(error_of(response).code)
    data = error_body(response)
    found = _text(data.get("client_id")), _text(data.get("client_secret"))
    return App(*found) if all(found) else PollError("unexpected_response", "no app in the response")


# --- Then the person comes back with a code.


def connect(
    oauth: OAuth, app: App, connection: Connection, redirect_uri: str, code: str, verifier: str
) -> Mapping[str, str] | PollError:
    """Return the secrets of a connected account for the code that the platform gave, `account` among them.

    `connection` has no secrets yet. A code works once, for some minutes.
    """
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
    if oauth.uses_pkce:
        form["code_verifier"] = verifier
    app_secrets = {"client_id": app.client_id, "client_secret": app.client_secret}
    response = connection.call(_token_request(oauth, connection, app_secrets, form))
    secrets = _with_token(oauth, app_secrets, response, connection.now)
    if oauth.upgrade and not isinstance(secrets, PollError):
        secrets = _exchanged(oauth, oauth.upgrade, connection, secrets)
    if isinstance(secrets, PollError):
        return secrets
    own = Connection(connection.api_url, connection.settings, secrets, connection.now, connection.call)
    account = oauth.account(own) if oauth.account else Account()
    return account if isinstance(account, PollError) else {**secrets, **account.secrets, "account": account.name}


def account_at(
    path: str, name: Callable[[Any], str], token_name: str = "token"
) -> Callable[[Connection], Account | PollError]:
    """Return a function that reads the name of an account from the API. An account works without it, too."""

    def read(connection: Connection) -> Account | PollError:
        headers = {"Authorization": f"Bearer {connection.secrets[token_name]}"}
        response = connection.call(ApiRequest(f"{connection.api_url}{path}", headers))
        try:
            return Account("" if response.error else str(name(read_json(response.body)))[:MAX_NAME])
        except (KeyError, TypeError, ValueError, IndexError, AttributeError):
            return Account()

    return read


# --- Later: tokens end and are renewed.


def is_connected(secrets: Mapping[str, str]) -> bool:
    """Return whether secrets are those of a connected account, and not entered by a person."""
    return "client_id" in secrets and "account" in secrets


def ends_at(secrets: Mapping[str, str]) -> datetime | None:
    """Return when the token ends, None if it doesn't or the platform doesn't say."""
    try:
        return datetime.fromtimestamp(float(secrets["expires_at"]), UTC)
    except (KeyError, ValueError, OverflowError, OSError):
        return None


def can_renew(oauth: OAuth, secrets: Mapping[str, str]) -> bool:
    """Return whether a token can be renewed without the person."""
    return is_connected(secrets) and bool(secrets.get("refresh_token") or oauth.refresh)


def has_ended(oauth: OAuth, secrets: Mapping[str, str], now: datetime) -> bool:
    """Return whether a token that can be renewed ends now or in a moment."""
    end = ends_at(secrets)
    return end is not None and end < now + MARGIN and can_renew(oauth, secrets)


def renew(oauth: OAuth, connection: Connection) -> Mapping[str, str] | PollError:
    """Return the secrets with a new token; `reconnect` if only the person can give one."""
    secrets = connection.secrets
    if not is_connected(secrets):
        return PollError("credential_rejected")
    if not can_renew(oauth, secrets):
        return PollError("reconnect", "no refresh token")
    if not secrets.get("refresh_token"):
        assert oauth.refresh is not None
        return _exchanged(oauth, oauth.refresh, connection, secrets)
    form = {"grant_type": "refresh_token", "refresh_token": secrets["refresh_token"]}
    response = connection.call(_token_request(oauth, connection, secrets, form))
    return _with_token(oauth, secrets, response, connection.now)


def read_error(response: FetchResult) -> PollError | None:
    """Return what a response of a token server means that is no token, None if it is no error.

    Servers of Meta have errors of their own form, X says `invalid_request` for a refresh token that was used. So what
    the server rejects, and is neither the app's fault nor passing, needs the person.
    """
    body = error_body(response)
    problem = body.get("error")
    if response.error is None and not problem:
        return None
    code = problem if isinstance(problem, str) and re.fullmatch(r"[a-z_]{1,40}", problem) else ""
    detail = f"status {response.status} {code}".strip()
    if code in _APP_ERRORS:
        return PollError("app_rejected", detail)
    if code in _PASSING or _is_passing(problem):
        return PollError("unavailable", detail)
    if response.error is None or response.status in (400, 401, 403):
        return PollError("reconnect", detail)
    return PollError(error_of(response).code, detail)


def _is_passing(problem: Any) -> bool:
    """Return whether an error of Meta passes: 1 and 2 are failures, 4 and 17 too many calls."""
    return isinstance(problem, dict) and problem.get("code") in (1, 2, 4, 17)


def _with_token(
    oauth: OAuth, secrets: Mapping[str, str], response: FetchResult, now: datetime
) -> Mapping[str, str] | PollError:
    """Return the secrets with the token of a response; a server that rotates refresh tokens sends the next one."""
    if problem := read_error(response):
        return problem
    data = error_body(response)
    token = _text(data.get("access_token"))
    if not token:
        return PollError("unexpected_response", "no token in the response")
    changed = {name: value for name, value in secrets.items() if name != "expires_at"} | {oauth.token_name: token}
    if refresh_token := _text(data.get("refresh_token")):
        changed["refresh_token"] = refresh_token
    lifetime = _seconds(data.get("expires_in"))
    return changed | ({"expires_at": str(now.timestamp() + lifetime)} if lifetime else {})


def _exchanged(
    oauth: OAuth, exchange: Exchange, connection: Connection, secrets: Mapping[str, str]
) -> Mapping[str, str] | PollError:
    query = {"grant_type": exchange.grant_type, exchange.token_parameter: secrets[oauth.token_name]}
    if exchange.with_app:
        query |= {"client_id": secrets["client_id"], "client_secret": secrets["client_secret"]}
    request = ApiRequest(_filled(exchange.url, connection.settings), secret_query=query)
    return _with_token(oauth, secrets, connection.call(request), connection.now)


def _token_request(
    oauth: OAuth, connection: Connection, secrets: Mapping[str, str], form: Mapping[str, str]
) -> ApiRequest:
    client_id, client_secret = secrets["client_id"], secrets.get("client_secret", "")
    headers = {"User-Agent": oauth.user_agent.format(client_id=client_id)} if oauth.user_agent else {}
    if oauth.uses_basic and client_secret:
        pair = base64.b64encode(f"{client_id}:{client_secret}".encode()).decode()
        headers["Authorization"] = f"Basic {pair}"
    else:
        form = {**form, "client_id": client_id} | ({"client_secret": client_secret} if client_secret else {})
    return ApiRequest(_filled(oauth.token_url, connection.settings), headers, form=form)


def _filled(url: str, settings: Mapping[str, str]) -> str:
    return url.replace("{server}", settings.get("server", ""))


def _text(value: Any) -> str:
    """Return a token, "" for anything that is none."""
    return value if isinstance(value, str) and _TOKEN.fullmatch(value) else ""


def _seconds(value: Any) -> int:
    """Return a lifetime, 0 if the platform gives none."""
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        return 0
    return min(int(seconds), 10 * 365 * 86_400) if math.isfinite(seconds) and seconds > 0 else 0
