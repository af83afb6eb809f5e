"""An OAuth 2.0 server: apps, authorization codes with PKCE, rotated refresh tokens, and the exchanges of Meta.

It is strict where servers are: a redirect URI that is not exactly that of the app, a code used twice or with another
verifier, and a refresh token used twice are refused. `authorize` is what a person does in the browser.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.lookalikes.platforms.base import PlatformServer, Received, Reply

CLIENT_ID, CLIENT_SECRET = "lumen-client", "s3cret/of+the:app"
NAME = "ada_lumen"


@dataclass
class Code:
    query: dict[str, str]
    is_used: bool = False


@dataclass
class App:
    client_id: str
    client_secret: str
    redirect_uri: str


@dataclass
class OAuthServer(PlatformServer):
    """`auth` is "basic" or "form"; `rotates` if each refresh token works once; `pages` are the Pages of the person.

    `needs_proof` if the app demands an `appsecret_proof` in calls of the API, as those of Meta can.
    """

    auth: str = "basic"
    is_pkce: bool = True
    rotates: bool = True
    expires_in: int | None = 7_200
    says_no: bool = False
    account_id: str = "11"
    needs_proof: bool = False
    pages: tuple[str, ...] = ()
    apps: dict[str, App] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__()
        self.codes: dict[str, Code] = {}
        self.tokens: set[str] = set()
        self.refresh_tokens: set[str] = set()
        self.is_revoked = False
        self.made = 0

    def add_app(self, redirect_uri: str) -> None:
        self.apps[CLIENT_ID] = App(CLIENT_ID, CLIENT_SECRET, redirect_uri)

    # The person.

    def authorize(self, url: str) -> str:
        """Return where the server sends the browser after the person has answered."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        return self._answer(query)

    def _answer(self, query: dict[str, str]) -> str:
        app = self.apps[query["client_id"]]
        assert query["redirect_uri"] == app.redirect_uri and query["response_type"] == "code" and query["scope"]
        assert len(query["state"]) >= 32
        if self.says_no:
            answer = {"error": "access_denied"}
        else:
            code = f"code-{self._next()}"
            self.codes[code] = Code(query)
            answer = {"code": code}
        return f"{query['redirect_uri']}?{urlencode(answer | {'state': query['state']})}"

    # The server.

    def respond(self, request: Received) -> Reply:
        match request.path:
            case "/authorize":
                return Reply(b"", 302, {"Location": self._answer(dict(request.query))})
            case "/apps":
                return self._register(request)
            case "/token":
                return self._token(request)
            case "/exchange" | "/refresh":
                return self._exchange(request)
            case "/me" | "/api/me":
                return self._me(request, {"id": self.account_id, "name": NAME})
            case "/me/accounts":
                return self._me(request, {"data": [{"id": one, "access_token": f"page-{one}"} for one in self.pages]})
        return Reply({"error": "not_found"}, 404)

    def _register(self, request: Received) -> Reply:
        app = App(f"client-{self._next()}", f"registered-secret-{self.made}", request.form["redirect_uris"])
        self.apps[app.client_id] = app
        return Reply({"client_id": app.client_id, "client_secret": app.client_secret})

    def _token(self, request: Received) -> Reply:
        app = self._app_of(request)
        if app is None:
            return Reply({"error": "invalid_client"}, 401)
        form = request.form
        if form["grant_type"] == "refresh_token":
            return self._refreshed(form["refresh_token"])
        code = self.codes.get(form["code"])
        is_valid = code and not code.is_used and code.query["client_id"] == app.client_id
        if not code or not is_valid or form["redirect_uri"] != app.redirect_uri or not self._proves(code, form):
            return Reply({"error": "invalid_grant", "error_description": form["code"]}, 400)
        code.is_used = True
        return self._new_token()

    def _proves(self, code: Code, form: dict[str, str]) -> bool:
        if not self.is_pkce:
            return True
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        return code.query.get("code_challenge_method") == "S256" and code.query["code_challenge"] == challenge

    def _app_of(self, request: Received) -> App | None:
        if self.auth == "basic":
            header = request.headers.get("authorization", "").removeprefix("Basic ")
            client_id, _, secret = base64.b64decode(header).decode().partition(":")
        else:
            client_id, secret = request.form.get("client_id", ""), request.form.get("client_secret", "")
        app = self.apps.get(client_id)
        return app if app and app.client_secret == secret else None

    def _refreshed(self, token: str) -> Reply:
        if token not in self.refresh_tokens or self.is_revoked:
            return Reply({"error": "invalid_grant", "error_description": token}, 400)
        if self.rotates:
            self.refresh_tokens.discard(token)
        return self._new_token()

    def _exchange(self, request: Received) -> Reply:
        token = request.query.get("access_token") or request.query.get("fb_exchange_token", "")
        if token not in self.tokens or self.is_revoked:
            return Reply({"error": {"code": 190, "type": "OAuthException", "message": token}}, 400)
        return self._new_token(has_refresh=False)

    def _me(self, request: Received, body: dict) -> Reply:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        proof = hmac.new(CLIENT_SECRET.encode(), token.encode(), hashlib.sha256).hexdigest()
        if self.needs_proof and request.query.get("appsecret_proof") != proof:
            return Reply({"error": {"code": 100, "message": "API calls require an appsecret_proof argument"}}, 400)
        return Reply(body) if token in self.tokens else Reply({"error": "invalid_token"}, 401)

    def _new_token(self, has_refresh: bool = True) -> Reply:
        token = f"access-token-{self._next()}"
        self.tokens.add(token)
        body: dict[str, object] = {"access_token": token, "token_type": "bearer"}
        if self.expires_in is not None:
            body["expires_in"] = self.expires_in
        if has_refresh and (self.rotates or not self.refresh_tokens):
            body["refresh_token"] = f"refresh-token-{self.made}"
            self.refresh_tokens.add(f"refresh-token-{self.made}")
        return Reply(body)

    def _next(self) -> int:
        self.made += 1
        return self.made
