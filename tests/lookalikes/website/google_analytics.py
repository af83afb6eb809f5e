"""The Data API of Google Analytics 4, and the server that gives its tokens."""

import json
import secrets
from collections import defaultdict
from datetime import date
from typing import Any

import jwt
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from tests.lookalikes.platforms.base import Received, Reply
from tests.lookalikes.platforms.own_reviews import SERVICE_ACCOUNT
from tests.lookalikes.website.base import Visit, WebsiteServer

VALUES = {
    "date": lambda visit: visit.day.strftime("%Y%m%d"),
    "sessionSource": lambda visit: visit.source,
    "sessionMedium": lambda visit: visit.medium or "(none)",
    "landingPage": lambda visit: visit.page,
    "sessionManualTerm": lambda visit: visit.term or "(not set)",
    "sessionCampaignName": lambda visit: visit.campaign or "(direct)",
    "sessionManualAdContent": lambda visit: visit.content or "(not set)",
}


class GoogleAnalyticsServer(WebsiteServer):
    """`tokens_left` is the rest of the day's quota; `threshold` leaves out rows with fewer sessions."""

    platform = "google_analytics"
    settings = {"property": "123456789"}
    secrets = {"service_account": SERVICE_ACCOUNT}

    def __init__(self) -> None:
        super().__init__()
        self.tokens: set[str] = set()
        self.tokens_left = 199_000
        self.threshold = 0
        self.is_api_enabled = True
        self.has_access = True

    def is_accepted(self, request: Received) -> bool:
        if request.path != "/token":
            return request.headers.get("authorization", "").removeprefix("Bearer ") in self.tokens
        account = json.loads(self.valid["service_account"])
        public = load_pem_private_key(account["private_key"].encode(), None).public_key()
        options = {"verify_exp": False, "verify_iat": False}
        audience = "https://oauth2.googleapis.com/token"
        try:
            claims = jwt.decode(request.form["assertion"], public, ["RS256"], audience=audience, options=options)
        except jwt.InvalidTokenError:
            return False
        is_short = claims["exp"] - claims["iat"] <= 3_600 and claims["iss"] == account["client_email"]
        return is_short and claims["scope"] == "https://www.googleapis.com/auth/analytics.readonly"

    def rejection(self) -> Reply:
        if self.requests[-1].path == "/token":
            return Reply({"error": "invalid_grant", "error_description": "Invalid JWT Signature."}, 400)
        return Reply({"error": {"code": 401, "message": "Invalid credentials.", "status": "UNAUTHENTICATED"}}, 401)

    def rate_limited(self) -> Reply:
        message = "Exhausted property tokens per hour."
        return Reply({"error": {"code": 429, "message": message, "status": "RESOURCE_EXHAUSTED"}}, 429)

    def respond(self, request: Received) -> Reply:
        if request.path == "/token":
            token = f"ya29.{secrets.token_hex(8)}"
            self.tokens.add(token)
            return Reply({"access_token": token, "expires_in": 3_599, "token_type": "Bearer"})
        if not self.is_api_enabled:
            details = [{"reason": "SERVICE_DISABLED"}]
            message = "Google Analytics Data API has not been used in project lumen."
            return Reply({"error": {"code": 403, "message": message, "details": details}}, 403)
        if request.path != f"/v1beta/properties/{self.settings['property']}:runReport" or not self.has_access:
            message = "User does not have sufficient permissions for this property."
            return Reply({"error": {"code": 403, "message": message, "status": "PERMISSION_DENIED"}}, 403)
        return self._report(request.json)

    def _report(self, query: dict[str, Any]) -> Reply:
        dates = query["dateRanges"][0]
        visits = self.between(date.fromisoformat(dates["startDate"]), date.fromisoformat(dates["endDate"]))
        names = [one["name"] for one in query["dimensions"]]
        rows = self._rows(visits, names, [one["name"] for one in query["metrics"]])
        start, size = int(query["offset"]), int(query["limit"])
        assert int(query["limit"]) <= 250_000
        body: dict[str, Any] = {
            "dimensionHeaders": [{"name": name} for name in names],
            "rowCount": len(rows),
            "metadata": {"timeZone": self.zone, "currencyCode": "CAD"},
            "kind": "analyticsData#runReport",
        }
        if self.threshold:
            body["metadata"]["subjectToThresholding"] = True
        if query.get("returnPropertyQuota"):
            body["propertyQuota"] = {"tokensPerDay": {"consumed": 3, "remaining": self.tokens_left}}
        if rows[start : start + size]:
            body["rows"] = rows[start : start + size]
        return Reply(body if rows else body | {"rowCount": 0})

    def _rows(self, visits: list[Visit], names: list[str], metrics: list[str]) -> list[dict[str, Any]]:
        groups: dict[tuple[str, ...], list[Visit]] = defaultdict(list)
        for visit in visits:
            if "eventName" not in names:
                groups[tuple(VALUES[name](visit) for name in names)].append(visit)
            for event in visit.events if "eventName" in names else ():
                groups[visit.day.strftime("%Y%m%d"), event].append(visit)
        rows = []
        for key in sorted(groups):
            group = groups[key]
            if len(group) >= self.threshold:
                values = [self._metric(name, group, is_event="eventName" in names) for name in metrics]
                rows.append(
                    {
                        "dimensionValues": [{"value": value} for value in key],
                        "metricValues": [{"value": str(value)} for value in values],
                    }
                )
        return rows

    def _metric(self, name: str, visits: list[Visit], *, is_event: bool) -> float:
        match name:
            case "sessions":
                return len(visits)
            case "totalUsers":
                return len({(visit.day, visit.user) for visit in visits})
            case "newUsers":
                return sum(visit.is_new for visit in visits)
            case "keyEvents":
                return len(visits) if is_event else sum(len(visit.events) for visit in visits)
            case "sessionKeyEventRate":
                return sum(bool(visit.events) for visit in visits) / len(visits)
        raise AssertionError(name)
