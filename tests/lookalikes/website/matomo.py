"""The Reporting API of Matomo: one file for everything, errors with the status 200."""

import json
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from tests.lookalikes.platforms.base import Received, Reply
from tests.lookalikes.website.base import Visit, WebsiteServer

GOALS = {"1": "Order", "2": "Sign-up"}
MEDIA = {
    "Referrers.getSearchEngines": "organic",
    "Referrers.getSocials": "social",
    "Referrers.getWebsites": "referral",
    "Referrers.getCampaigns": "campaign",
}


class MatomoServer(WebsiteServer):
    platform = "matomo"
    settings = {"site": "3"}
    secrets = {"token": "token-of-ada-2f9d8c7b6a5e"}
    has_new_visitors = True

    def __init__(self) -> None:
        super().__init__()
        self.is_forbidden = False

    def rate_limited(self) -> Reply:
        return Reply(b'{"result":"error","message":"API rate limit exceeded"}', 429, {"Retry-After": "120"})

    def respond(self, request: Received) -> Reply:
        form = request.form
        assert request.method == "POST" and request.path == "/index.php" and not request.query
        assert (form["module"], form["format"], form["language"]) == ("API", "JSON", "en")
        if form.get("token_auth") != self.valid["token"]:
            return _error(
                "Unable to authenticate with the provided token. It is either invalid, expired or required to be sent "
                "as a POST parameter."
            )
        if form["idSite"] != self.settings["site"] or self.is_forbidden:
            return _error(
                f"You can't access this resource as it requires 'view' access for the website id = {form['idSite']}."
            )
        return Reply(json.dumps(self._answer(form["method"], form)).encode())

    def _answer(self, method: str, form: dict[str, str]) -> Any:
        if method == "SitesManager.getSiteFromId":
            return {"idsite": "3", "name": "Maison Lumen", "timezone": self.zone, "currency": "CAD"}
        if method == "Goals.getGoals":
            return {number: {"idsite": "3", "idgoal": number, "name": name} for number, name in GOALS.items()}
        assert form["period"] == "day"
        first, last = map(date.fromisoformat, form["date"].split(","))
        days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
        return {str(day): self._of_day(method, self.between(day, day), form) for day in days}

    def _of_day(self, method: str, visits: list[Visit], form: dict[str, str]) -> Any:
        if not visits:
            return []
        match method:
            case "VisitsSummary.get":
                return {"nb_uniq_visitors": len({visit.user for visit in visits}), "nb_visits": len(visits)}
            case "VisitFrequency.get":
                new = {"nb_uniq_visitors_new": sum(visit.is_new for visit in visits)}
                return {"nb_visits_returning": 1, **(new if self.has_new_visitors else {})}
            case "Goals.get":
                wanted = GOALS.get(form.get("idGoal", ""))
                events = [[one for one in visit.events if wanted in (None, one)] for visit in visits]
                return {"nb_conversions": sum(map(len, events)), "nb_visits_converted": sum(map(bool, events))}
            case "Referrers.getReferrerType":
                direct = sum(not visit.medium for visit in visits)
                return _rows({"Direct Entry": direct}, form, segment="referrerType==direct")
            case "Actions.getEntryPageUrls":
                return _rows(_counted(visits, lambda visit: visit.page), form, "entry_nb_visits")
            case "Referrers.getKeywords":
                found = [visit for visit in visits if visit.medium == "organic"]
                return _rows(_counted(found, lambda visit: visit.term or "Keyword not defined"), form)
        found = [visit for visit in visits if visit.medium == MEDIA[method]]
        return _rows(_counted(found, lambda visit: visit.source), form)


def _counted(visits: list[Visit], key: Callable[[Visit], str]) -> dict[str, int]:
    return Counter(map(key, visits))


def _rows(counts: dict[str, int], form: dict[str, str], field: str = "nb_visits", **more: str) -> list[dict[str, Any]]:
    start, size = int(form["filter_offset"]), int(form["filter_limit"])
    rows = [{"label": label, field: count, **more} for label, count in sorted(counts.items())]
    return rows[start : start + size]


def _error(message: str) -> Reply:
    return Reply({"result": "error", "message": message})
