"""Google's sign-in, the list of properties of the Admin API, and the Data API for the tokens of people.

It is strict where Google is: another redirect URI, a code used twice or with another verifier, and a revoked refresh
token are refused. `authorize` is what a person does in the browser.
"""

import secrets
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from outbound.pkce import challenge_of
from tests.lookalikes.platforms.base import Received, Reply
from tests.lookalikes.website.google_analytics import GoogleAnalyticsServer

CLIENT_ID, CLIENT_SECRET = "lumen.apps.googleusercontent.com", "GOCSPX-s3cret-of-lumen"


class GoogleSignInServer(GoogleAnalyticsServer):
    """`summaries` are the accounts with their properties, `page_size` of which are on a page.

    `is_revoked` if the person has removed the access; `says_no` if they don't allow it.
    """

    page_size = 2

    def __init__(self) -> None:
        super().__init__()
        self.codes: dict[str, dict[str, str]] = {}
        self.refresh_tokens: set[str] = set()
        self.redirect_uri = ""
        self.says_no, self.is_revoked, self.has_admin_api = False, False, True
        self.summaries: list[dict[str, Any]] = [
            {
                "name": "accountSummaries/1",
                "displayName": "Maison Lumen",
                "propertySummaries": [
                    {"property": "properties/123456789", "displayName": "lumen.example"},
                    {"property": "properties/22", "displayName": "Atelier"},
                ],
            },
            {"name": "accountSummaries/2", "displayName": "Empty"},
            {
                "name": "accountSummaries/3",
                "displayName": "Agence",
                "propertySummaries": [{"property": "properties/33", "displayName": "Halo <b>"}],
            },
        ]

    def authorize(self, url: str) -> str:
        """Return where Google sends the browser after the person has answered."""
        return self._answer({name: values[0] for name, values in parse_qs(urlsplit(url).query).items()})

    def _answer(self, query: dict[str, str]) -> str:
        assert query["client_id"] == CLIENT_ID and query["redirect_uri"] == self.redirect_uri
        assert (query["response_type"], query["access_type"], query["prompt"]) == ("code", "offline", "consent")
        assert query["scope"] == "https://www.googleapis.com/auth/analytics.readonly" and len(query["state"]) >= 32
        answer = {"error": "access_denied"} if self.says_no else {"code": self._new_code(query)}
        return f"{query['redirect_uri']}?{urlencode(answer | {'state': query['state']})}"

    def _new_code(self, query: dict[str, str]) -> str:
        code = f"4/{secrets.token_hex(6)}"
        self.codes[code] = query
        return code

    def is_accepted(self, request: Received) -> bool:
        if request.path == "/authorize" or (request.path == "/token" and "client_id" in request.form):
            return True
        return super().is_accepted(request)

    def respond(self, request: Received) -> Reply:
        if request.path == "/authorize":
            return Reply(b"", 302, {"Location": self._answer(dict(request.query))})
        if request.path == "/token" and "client_id" in request.form:
            return self._token(request.form)
        if request.path == "/v1beta/accountSummaries":
            return self._summaries(request)
        return super().respond(request)

    def _token(self, form: dict[str, str]) -> Reply:
        if (form["client_id"], form["client_secret"]) != (CLIENT_ID, CLIENT_SECRET):
            return Reply({"error": "invalid_client", "error_description": "Unauthorized"}, 401)
        if form["grant_type"] == "refresh_token":
            if self.is_revoked or form["refresh_token"] not in self.refresh_tokens:
                text = "Token has been expired or revoked."
                return Reply({"error": "invalid_grant", "error_description": text}, 400)
            return self._new_token({})
        begun = self.codes.pop(form["code"], None)
        is_proved = begun and begun["code_challenge"] == challenge_of(form["code_verifier"])
        if not begun or not is_proved or form["redirect_uri"] != begun["redirect_uri"]:
            return Reply({"error": "invalid_grant", "error_description": "Malformed auth code."}, 400)
        refresh = f"1//{secrets.token_hex(8)}"
        self.refresh_tokens.add(refresh)
        return self._new_token({"refresh_token": refresh})

    def _new_token(self, further: dict[str, str]) -> Reply:
        token = f"ya29.{secrets.token_hex(8)}"
        self.tokens.add(token)
        return Reply({"access_token": token, "expires_in": 3_599, "token_type": "Bearer", **further})

    def _summaries(self, request: Received) -> Reply:
        if not self.has_admin_api:
            details = [{"reason": "SERVICE_DISABLED"}]
            return Reply({"error": {"code": 403, "message": "Not enabled.", "details": details}}, 403)
        start = int(request.query.get("pageToken", 0))
        page = self.summaries[start : start + self.page_size]
        more = start + self.page_size < len(self.summaries)
        following = {"nextPageToken": str(start + self.page_size)} if more else {}
        return Reply({"accountSummaries": page, **following} if page else {})
